// Values of every encoding and type in files made by hand: all at once, in small batches, from any
// row on; and pages that lie about them.
#include "encoding_tools.h"

enum { ROWS = 300 };

// A column's rows, of which some are null, as text and as they are stored in a page.
typedef struct sample {
    const char *what;
    int32_t type;
    int32_t length;    // of FIXED_LEN_BYTE_ARRAY
    int32_t converted; // TOOL_NONE
    int32_t precision;
    int32_t encoding;
    void (*put)(tool_bytes *body, const uint64_t *numbers, uint64_t count, int32_t length);
    void (*print)(tool_bytes *text, uint64_t number, int32_t length);
} sample;

static uint64_t number_of(uint32_t row) {
    return row % 7 == 6 ? 0 - (uint64_t)row : (uint64_t)row * 3;
}

static bool is_null(uint32_t row, uint32_t nulls) {
    return nulls != 0 && (row / nulls) % 3 == 1;
}

// --- how values are stored -----------------------------------------------------------------------

static void put_plain(tool_bytes *body, const uint64_t *numbers, uint64_t count, int32_t length) {
    for (uint64_t i = 0; i < count; i += 1) tool_put(body, &numbers[i], (size_t)length);
}

static void put_delta_32(tool_bytes *body, const uint64_t *numbers, uint64_t count,
                         int32_t length) {
    tool_put_delta(body, numbers, count, 32, 128, 4);
}

static void put_delta_64(tool_bytes *body, const uint64_t *numbers, uint64_t count,
                         int32_t length) {
    tool_put_delta(body, numbers, count, 64, 256, 8);
}

// The bytes of a number, the highest first, `length` of them.
static void big_endian(uint8_t *to, uint64_t number, int32_t length) {
    for (int32_t i = 0; i < length; i += 1) {
        const int32_t shift = 8 * (length - 1 - i);
        to[i] = shift >= 64 ? (uint8_t)(number >> 63 != 0 ? 0xFF : 0) : (uint8_t)(number >> shift);
    }
}

static void put_split(tool_bytes *body, const uint64_t *numbers, uint64_t count, int32_t length) {
    for (int32_t k = 0; k < length; k += 1) {
        for (uint64_t i = 0; i < count; i += 1) {
            uint8_t bytes[8];
            memcpy(bytes, &numbers[i], 8);
            tool_put_byte(body, bytes[k]);
        }
    }
}

static void put_big_split(tool_bytes *body, const uint64_t *numbers, uint64_t count,
                          int32_t length) {
    for (int32_t k = 0; k < length; k += 1) {
        for (uint64_t i = 0; i < count; i += 1) {
            uint8_t bytes[40];
            big_endian(bytes, numbers[i], length);
            tool_put_byte(body, bytes[k]);
        }
    }
}

static void put_big(tool_bytes *body, const uint64_t *numbers, uint64_t count, int32_t length) {
    for (uint64_t i = 0; i < count; i += 1) {
        uint8_t bytes[40];
        big_endian(bytes, numbers[i], length);
        tool_put(body, bytes, (size_t)length);
    }
}

// Byte arrays of `length` bytes, or of 2 to 8 where that is 0.
static uint32_t make_bytes(uint8_t *to, uint64_t number, int32_t length) {
    const uint32_t count = length != 0 ? (uint32_t)length : 2 + (uint32_t)(number % 7);
    big_endian(to, number, (int32_t)count);
    return count;
}

static void put_bytes(tool_bytes *body, const uint64_t *numbers, uint64_t count, int32_t length) {
    for (uint64_t i = 0; i < count; i += 1) {
        uint8_t bytes[40];
        const uint32_t own = make_bytes(bytes, numbers[i], length);
        tool_put_u32(body, own);
        tool_put(body, bytes, own);
    }
}

static void put_delta_length(tool_bytes *body, const uint64_t *numbers, uint64_t count,
                             int32_t length) {
    uint64_t lengths[ROWS];
    uint8_t bytes[40];
    for (uint64_t i = 0; i < count; i += 1) lengths[i] = make_bytes(bytes, numbers[i], length);
    tool_put_delta(body, lengths, count, 32, 128, 4);
    for (uint64_t i = 0; i < count; i += 1) {
        (void)make_bytes(bytes, numbers[i], length);
        tool_put(body, bytes, (size_t)lengths[i]);
    }
}

static void put_delta_bytes(tool_bytes *body, const uint64_t *numbers, uint64_t count,
                            int32_t length) {
    uint64_t prefixes[ROWS];
    uint64_t suffixes[ROWS];
    tool_bytes rest = {0};
    uint8_t last[40];
    uint32_t last_count = 0;
    for (uint64_t i = 0; i < count; i += 1) {
        uint8_t bytes[40];
        const uint32_t own = make_bytes(bytes, numbers[i], length);
        uint32_t same = 0;
        while (same < own && same < last_count && bytes[same] == last[same]) same += 1;
        prefixes[i] = same;
        suffixes[i] = own - same;
        tool_put(&rest, bytes + same, own - same);
        memcpy(last, bytes, own);
        last_count = own;
    }
    tool_put_delta(body, prefixes, count, 32, 128, 4);
    tool_put_delta(body, suffixes, count, 32, 128, 4);
    tool_put(body, rest.data, rest.count);
    release(&rest);
}

// --- how they are printed ------------------------------------------------------------------------

static void print_number(tool_bytes *text, uint64_t number, int32_t length) {
    tool_print(text, "%" PRId64, (int64_t)number);
}

static void print_narrow(tool_bytes *text, uint64_t number, int32_t length) {
    tool_print(text, "%" PRId32, (int32_t)(uint32_t)number);
}

static void print_bytes(tool_bytes *text, uint64_t number, int32_t length) {
    uint8_t bytes[40];
    const uint32_t count = make_bytes(bytes, number, length);
    tool_put(text, bytes, count);
}

static void print_big_hex(tool_bytes *text, uint64_t number, int32_t length) {
    uint8_t bytes[40];
    big_endian(bytes, number, length);
    for (int32_t i = 0; i < length; i += 1) tool_print(text, "%02x", bytes[i]);
}

#define BYTES ALI_PARQUET_BYTE_ARRAY
#define FIXED ALI_PARQUET_FIXED_LEN_BYTE_ARRAY
#define DIGITS ALI_PARQUET_DECIMAL

static const sample samples[] = {
    {"INT32 differences", ALI_PARQUET_INT32, 0, TOOL_NONE, 0, ALI_PARQUET_DELTA_BINARY_PACKED,
     put_delta_32, print_narrow},
    {"INT64 differences", ALI_PARQUET_INT64, 0, TOOL_NONE, 0, ALI_PARQUET_DELTA_BINARY_PACKED,
     put_delta_64, print_number},
    {"int16 differences", ALI_PARQUET_INT32, 0, 16, 0, ALI_PARQUET_DELTA_BINARY_PACKED,
     put_delta_32, print_narrow},
    {"INT32 decimals as differences", ALI_PARQUET_INT32, 0, DIGITS, 9,
     ALI_PARQUET_DELTA_BINARY_PACKED, put_delta_32, print_narrow},
    {"INT64 decimals as differences", ALI_PARQUET_INT64, 0, DIGITS, 18,
     ALI_PARQUET_DELTA_BINARY_PACKED, put_delta_64, print_number},
    {"INT64 split", ALI_PARQUET_INT64, 8, TOOL_NONE, 0, ALI_PARQUET_BYTE_STREAM_SPLIT, put_split,
     print_number},
    {"INT32 split", ALI_PARQUET_INT32, 4, TOOL_NONE, 0, ALI_PARQUET_BYTE_STREAM_SPLIT, put_split,
     print_narrow},
    {"int16 split", ALI_PARQUET_INT32, 4, 16, 0, ALI_PARQUET_BYTE_STREAM_SPLIT, put_split,
     print_narrow},
    {"3 bytes split", FIXED, 3, TOOL_NONE, 0, ALI_PARQUET_BYTE_STREAM_SPLIT, put_big_split,
     print_big_hex},
    {"16 bytes split", FIXED, 16, TOOL_NONE, 0, ALI_PARQUET_BYTE_STREAM_SPLIT, put_big_split,
     print_big_hex},
    {"decimals of 5 bytes split", FIXED, 5, DIGITS, 10, ALI_PARQUET_BYTE_STREAM_SPLIT,
     put_big_split, print_number},
    {"INT32 decimals", ALI_PARQUET_INT32, 4, DIGITS, 9, ALI_PARQUET_PLAIN, put_plain, print_narrow},
    {"INT64 decimals of 256 bits", ALI_PARQUET_INT64, 8, DIGITS, 40, ALI_PARQUET_PLAIN, put_plain,
     print_number},
    {"decimals of 9 bytes", FIXED, 9, DIGITS, 20, ALI_PARQUET_PLAIN, put_big, print_number},
    {"decimals of 20 bytes", FIXED, 20, DIGITS, 20, ALI_PARQUET_PLAIN, put_big, print_number},
    {"decimals of 33 bytes in 256 bits", FIXED, 33, DIGITS, 76, ALI_PARQUET_PLAIN, put_big,
     print_number},
    {"decimals of 8 bytes with prefixes", FIXED, 8, DIGITS, 18, ALI_PARQUET_DELTA_BYTE_ARRAY,
     put_delta_bytes, print_number},
    {"decimals of any bytes", BYTES, 0, DIGITS, 18, ALI_PARQUET_PLAIN, put_bytes, print_number},
    {"decimals of any bytes, lengths first", BYTES, 0, DIGITS, 40,
     ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY, put_delta_length, print_number},
    {"decimals of any bytes with prefixes", BYTES, 0, DIGITS, 18, ALI_PARQUET_DELTA_BYTE_ARRAY,
     put_delta_bytes, print_number},
    {"5 bytes", FIXED, 5, TOOL_NONE, 0, ALI_PARQUET_PLAIN, put_big, print_big_hex},
    {"12 bytes with prefixes", FIXED, 12, TOOL_NONE, 0, ALI_PARQUET_DELTA_BYTE_ARRAY,
     put_delta_bytes, print_big_hex},
    {"bytes, lengths first", BYTES, 0, TOOL_NONE, 0, ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY,
     put_delta_length, print_bytes},
    {"bytes with prefixes", BYTES, 0, TOOL_NONE, 0, ALI_PARQUET_DELTA_BYTE_ARRAY, put_delta_bytes,
     print_bytes},
    {"long bytes with prefixes", BYTES, 40, TOOL_NONE, 0, ALI_PARQUET_DELTA_BYTE_ARRAY,
     put_delta_bytes, print_bytes},
};

// The values of rows that are not null.
static uint64_t collect(uint64_t *numbers, uint32_t first, uint32_t end, uint32_t nulls) {
    uint64_t count = 0;
    for (uint32_t row = first; row < end; row += 1) {
        if (is_null(row, nulls)) continue;
        numbers[count] = number_of(row);
        count += 1;
    }
    return count;
}

// The definition levels of rows, packed.
static void put_validity(tool_bytes *body, uint32_t first, uint32_t end, uint32_t nulls) {
    tool_bytes levels = {0};
    tool_put_varint(&levels, (uint64_t)(end - first + 7) / 8 << 1 | 1);
    uint64_t bit = 0;
    for (uint32_t row = first; row < end; row += 1) {
        tool_put_bits(&levels, &bit, is_null(row, nulls) ? 0 : 1, 1);
    }
    tool_put_u32(body, (uint32_t)levels.count);
    tool_put(body, levels.data, levels.count);
    release(&levels);
}

// A file of one column, with a page for each `page` rows.
static tool_bytes file_of(const sample *at, uint32_t nulls, uint32_t page_rows) {
    tool_bytes pages = {0};
    for (uint32_t first = 0; first < ROWS; first += page_rows) {
        const uint32_t end = first + page_rows < ROWS ? first + page_rows : ROWS;
        uint64_t numbers[ROWS];
        tool_bytes body = {0};
        if (nulls != 0) put_validity(&body, first, end, nulls);
        const uint64_t count = collect(numbers, first, end, nulls);
        if (count != 0) at->put(&body, numbers, count, at->length);
        const tool_page page = tool_data_page((int32_t)(end - first), at->encoding);
        tool_put_page(&pages, &page, &body);
        release(&body);
    }
    tool_column column = column_of("a", at->type, nulls != 0, ROWS, &pages);
    column.converted = at->converted;
    column.precision = at->precision;
    column.type_length = at->type == FIXED ? at->length : 0;
    tool_bytes file = tool_file(&column, 1, ROWS, 1);
    release(&pages);
    return file;
}

static void expect_values(const sample *at, const tool_bytes *file, uint32_t nulls, uint64_t first,
                          uint64_t batch_rows) {
    const ali_scan_options scan = {
        .size_bytes = sizeof scan, .offset_rows = first, .batch_rows = (uint32_t)batch_rows};
    tool_result result = tool_read(file, &(tool_reading){.scan = &scan});
    if (result.status != ALI_OK) print_message("%s: %s\n", at->what, result.sentence);
    assert_int_equal(result.status, ALI_OK);
    tool_bytes expected = {0};
    for (uint32_t row = (uint32_t)first; row < ROWS; row += 1) {
        if (is_null(row, nulls)) {
            tool_print(&expected, "null");
        } else {
            at->print(&expected, number_of(row), at->length);
        }
        tool_print(&expected, ";");
        if ((row + 1 - first) % batch_rows == 0 || row + 1 == ROWS) tool_print(&expected, "/");
    }
    tool_put_byte(&expected, 0);
    if (result.rows.count != expected.count) print_message("%s: other bytes\n", at->what);
    assert_int_equal(result.rows.count, expected.count);
    assert_memory_equal(result.rows.data, expected.data, expected.count);
    release(&expected);
    release(&result.rows);
}

static void every_encoding_gives_its_values_from_any_row_on(void **state) {
    static const uint32_t pages[] = {ROWS, 70};
    static const uint32_t nulls[] = {0, 1, 40};
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        for (uint32_t k = 0; k < ALI_COUNT_OF(pages) * ALI_COUNT_OF(nulls); k += 1) {
            const uint32_t own = nulls[k / 2];
            tool_bytes file = file_of(&samples[i], own, pages[k % 2]);
            expect_values(&samples[i], &file, own, 0, ROWS);
            expect_values(&samples[i], &file, own, 0, 37);
            expect_values(&samples[i], &file, own, 1, 100);
            expect_values(&samples[i], &file, own, 133, 64);
            expect_values(&samples[i], &file, own, ROWS - 1, 1);
            release(&file);
        }
    }
}

// --- types ---------------------------------------------------------------------------------------

// A file of one page.
static tool_bytes file_of_page(tool_column column, const tool_page *page, const tool_bytes *body) {
    tool_bytes pages = {0};
    tool_put_page(&pages, page, body);
    column.pages = &pages;
    column.values = page->values;
    tool_bytes file = tool_file(&column, 1, page->values, 1);
    release(&pages);
    return file;
}

static void put_int96(tool_bytes *to, int64_t nanos, int32_t day) {
    tool_put_i64(to, nanos);
    tool_put_u32(to, (uint32_t)day);
}

static void int96_timestamps_outside_64_bits_are_told_by_their_row(void **state) {
    tool_bytes body = {0};
    const tool_page page = tool_data_page(3, ALI_PARQUET_PLAIN);
    PUT(&body, 2, 0, 0, 0, 3, 0x05); // 1 0 1
    put_int96(&body, 5, 2440589);
    put_int96(&body, 0, 5373484); // 9999-12-31
    const tool_column column = column_of("t", ALI_PARQUET_INT96, 1, 3, NULL);
    tool_bytes file = file_of_page(column, &page, &body);
    tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                      "an INT96 timestamp lies outside the years 1677 to 2262, which 64 bits of "
                      "nanoseconds hold in row 2 (column \"t\"");
    static const ali_scan_options one = {.size_bytes = sizeof one, .limit_rows = 2};
    tool_expect_rows(&file, &(tool_reading){.scan = &one}, "86400000000005;null;/");
    release(&file);
    release(&body);
}

static void int96_timestamps_of_spark_are_microseconds(void **state) {
    tool_bytes body = {0};
    tool_bytes pages = {0};
    const tool_page page = tool_data_page(2, ALI_PARQUET_PLAIN);
    put_int96(&body, 5999, 2440589);
    put_int96(&body, 0, 5373484); // 9999-12-31
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("t", ALI_PARQUET_INT96, 0, 2, &pages);
    tool_bytes file = tool_file_with("org.apache.spark.version", &column, 1, 2, 1);
    tool_expect_rows(&file, &plainly, "86400000005;253402214400000000;/");
    release(&file);
    release(&pages);
    release(&body);
}

static void nulls_of_no_type_are_read(void **state) {
    tool_bytes body = {0};
    const tool_page page = tool_data_page(3, ALI_PARQUET_PLAIN);
    tool_bytes pages = {0};
    PUT(&body, 2, 0, 0, 0, 3 << 1, 0);
    tool_put_page(&pages, &page, &body);
    tool_column column = column_of("n", ALI_PARQUET_INT32, 1, 3, &pages);
    column.is_unknown = true;
    tool_bytes file = tool_file(&column, 1, 3, 1);
    tool_expect_rows(&file, &plainly, "null;null;null;/");
    const ali_scan_options last = {.size_bytes = sizeof last, .offset_rows = 2};
    tool_expect_rows(&file, &(tool_reading){.scan = &last}, "null;/");
    release(&file);
    release(&pages);
    body.data[4] = 3;
    body.data[5] = 0x04; // the third has a value
    tool_put_u32(&body, 7);
    tool_put_page(&pages, &page, &body);
    file = tool_file(&column, 1, 3, 1);
    tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                      "a column of type UNKNOWN, where all is null, has a value in row 2");
    release(&file);
    release(&pages);
    release(&body);
}

static void decimals_wider_than_their_type_are_told_by_their_row(void **state) {
    tool_bytes body = {0};
    const tool_page page = tool_data_page(2, ALI_PARQUET_PLAIN);
    tool_put_u32(&body, 0); // no bytes are 0
    tool_put_u32(&body, 17);
    PUT(&body, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    tool_column column = column_of("d", BYTES, 0, 2, NULL);
    column.converted = DIGITS;
    column.precision = 38;
    tool_bytes file = file_of_page(column, &page, &body);
    tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                      "a decimal does not fit the 128 bits of its precision in row 1");
    release(&file);
    column.precision = 39;
    file = file_of_page(column, &page, &body);
    tool_expect_rows(&file, &plainly,
                     "0;00000000000000000000000000000000"
                     "01000000000000000000000000000000;/");
    release(&file);
    release(&body);
}

static void intervals_are_read_as_months_days_and_nanoseconds(void **state) {
    tool_bytes body = {0};
    const tool_page page = tool_data_page(1, ALI_PARQUET_PLAIN);
    PUT(&body, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
    tool_column column = column_of("i", FIXED, 0, 1, NULL);
    column.type_length = 12;
    column.converted = ALI_PARQUET_INTERVAL;
    tool_bytes file = file_of_page(column, &page, &body);
    tool_expect_rows(&file, &plainly, "0100000002000000c0c62d0000000000;/");
    release(&file);
    column.is_unknown = true; // as parquet-java says it beside an INTERVAL
    file = file_of_page(column, &page, &body);
    tool_expect_rows(&file, &plainly, "0100000002000000c0c62d0000000000;/");
    release(&file);
    body.data[7] = 0x80;
    file = file_of_page(column, &page, &body);
    tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                      "the months or days of an INTERVAL do not fit 31 bits in row 0");
    release(&file);
    release(&body);
}

static void values_of_no_bytes_are_read(void **state) {
    tool_bytes body = {0};
    const tool_page page = tool_data_page(3, ALI_PARQUET_PLAIN);
    PUT(&body, 2, 0, 0, 0, 3, 0x05);
    const tool_column column = column_of("f", FIXED, 1, 3, NULL);
    tool_bytes file = file_of_page(column, &page, &body);
    tool_expect_rows(&file, &plainly, ";null;;/");
    release(&file);
    release(&body);
}

static void values_too_wide_for_a_page_are_refused(void **state) {
    tool_bytes body = {0};
    const tool_page page = tool_data_page(0, ALI_PARQUET_PLAIN);
    tool_column column = column_of("f", FIXED, 1, 0, NULL);
    column.type_length = (64 << 20) + 1;
    tool_bytes file = file_of_page(column, &page, &body);
    tool_expect_error(&file, &plainly, ALI_ERR_LIMIT,
                      "the values of column \"f\" have 67108865 bytes each, the limit "
                      "page_bytes_max is 67108864");
    release(&file);
}

static void long_values_make_short_batches(void **state) {
    tool_bytes body = {0};
    const tool_page page = tool_data_page(20, ALI_PARQUET_PLAIN);
    PUT(&body, 2, 0, 0, 0, 20 << 1, 0); // all null
    tool_column column = column_of("f", FIXED, 1, 20, NULL);
    column.type_length = 16 << 20;
    tool_bytes file = file_of_page(column, &page, &body);
    tool_result result = tool_read(&file, &plainly);
    assert_int_equal(result.status, ALI_OK);
    assert_true(result.peak_bytes < UINT64_C(160) << 20);
    release(&result.rows);
    release(&file);
    release(&body);
}

// --- dictionaries --------------------------------------------------------------------------------

static void dictionaries_of_every_type_are_looked_up(void **state) {
    static const struct {
        const char *what;
        int32_t type;
        int32_t length;
        int32_t converted;
        int32_t precision;
        uint8_t bytes[40]; // two values
        size_t count;
        const char *rows; // of 1 0 1
    } cases[] = {
        {"3 bytes", FIXED, 3, TOOL_NONE, 0, {1, 2, 3, 4, 5, 6}, 6, "040506;010203;040506;/"},
        {"16 bytes",
         FIXED,
         16,
         TOOL_NONE,
         0,
         {1, [16] = 2},
         32,
         "02000000000000000000000000000000;01000000000000000000000000000000;"
         "02000000000000000000000000000000;/"},
        {"no bytes", FIXED, 0, TOOL_NONE, 0, {0}, 0, ";;;/"},
        {"decimals", FIXED, 2, DIGITS, 4, {1, 0, 0xFF, 0xFE}, 4, "-2;256;-2;/"},
        {"INT32 decimals", ALI_PARQUET_INT32, 0, DIGITS, 4, {7, [4] = 9}, 8, "9;7;9;/"},
        {"decimals of any length",
         BYTES,
         0,
         DIGITS,
         4,
         {0, 0, 0, 0, 1, 0, 0, 0, 0x80},
         9,
         "-128;0;-128;/"},
        {"INT96",
         ALI_PARQUET_INT96,
         0,
         TOOL_NONE,
         0,
         {[8] = 0x8C, 0x3D, 0x25, 0, 9, [20] = 0x8C, 0x3D, 0x25, 0},
         24,
         "9;0;9;/"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        tool_bytes pages = {0};
        tool_bytes body = {0};
        tool_put(&body, cases[i].bytes, cases[i].count);
        put_dictionary(&pages, &body, 2);
        release(&body);
        PUT(&body, 1, 3, 0x05);
        const tool_page page = tool_data_page(3, ALI_PARQUET_RLE_DICTIONARY);
        tool_put_page(&pages, &page, &body);
        tool_column column = column_of("a", cases[i].type, 0, 3, &pages);
        column.type_length = cases[i].length;
        column.converted = cases[i].converted;
        column.precision = cases[i].precision;
        tool_bytes file = tool_file(&column, 1, 3, 1);
        tool_expect_rows(&file, &plainly, cases[i].rows);
        tool_expect_rows(&file, &(tool_reading){.lends = true}, cases[i].rows);
        release(&file);
        release(&pages);
        release(&body);
    }
}

static void codes_out_of_range_are_told_by_their_row(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    tool_put_i64(&body, 5);
    put_dictionary(&pages, &body, 1);
    release(&body);
    PUT(&body, 2, 0, 0, 0, 3, 0x35); // 1 0 1 0 1 1
    PUT(&body, 1, 3, 0x04);          // 0 0 1 0
    const tool_page page = tool_data_page(6, ALI_PARQUET_RLE_DICTIONARY);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 1, 6, &pages);
    tool_bytes file = tool_file(&column, 1, 6, 1);
    tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                      "a page refers to value 1 of a dictionary of 1 in row 4");
    release(&file);
    release(&pages);
    release(&body);
}

static void misfits_in_dictionaries_are_found(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    put_int96(&body, 0, 2440588);
    put_int96(&body, 0, 0); // long before 1677
    put_dictionary(&pages, &body, 2);
    release(&body);
    PUT(&body, 0, 1 << 1);
    const tool_page page = tool_data_page(1, ALI_PARQUET_RLE_DICTIONARY);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("t", ALI_PARQUET_INT96, 0, 1, &pages);
    tool_bytes file = tool_file(&column, 1, 1, 1);
    tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                      "an INT96 timestamp lies outside the years 1677 to 2262, which 64 bits of "
                      "nanoseconds hold, value 1 of a dictionary (column");
    release(&file);
    release(&pages);
    release(&body);
}

static void dictionaries_of_no_bytes_take_no_memory(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    put_dictionary(&pages, &body, INT32_MAX);
    PUT(&body, 0, 1 << 1);
    const tool_page page = tool_data_page(1, ALI_PARQUET_RLE_DICTIONARY);
    tool_put_page(&pages, &page, &body);
    tool_column column = column_of("d", FIXED, 0, 1, &pages);
    tool_bytes file = tool_file(&column, 1, 1, 1);
    tool_expect_rows(&file, &plainly, ";/");
    release(&file);
    column.converted = DIGITS;
    column.precision = 4;
    file = tool_file(&column, 1, 1, 1);
    tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                      "a dictionary claims 2147483647 values, more than its 0 bytes can hold");
    release(&file);
    release(&pages);
    release(&body);
}

// --- lies ----------------------------------------------------------------------------------------

typedef struct lie {
    const char *what;
    int32_t type;
    int32_t length;
    int32_t encoding;
    int32_t values;
    uint8_t bytes[32];
    size_t count;
    const char *words;
} lie;

#define DELTA_1(n) 0x80, 1, 4, 1, (n) * 2
#define DELTA_2(a, b) 0x80, 1, 4, 2, (a) * 2, ((b) - (a)) * 2, 0, 0, 0, 0

static const lie lies[] = {
    {"no header",
     ALI_PARQUET_INT64,
     0,
     ALI_PARQUET_DELTA_BINARY_PACKED,
     2,
     {0x80},
     1,
     "a page ends where 2 more values are expected"},
    {"nothing at all",
     ALI_PARQUET_INT64,
     0,
     ALI_PARQUET_DELTA_BINARY_PACKED,
     2,
     {0},
     0,
     "a page ends where 2 more values are expected"},
    {"a block of odd size",
     ALI_PARQUET_INT64,
     0,
     ALI_PARQUET_DELTA_BINARY_PACKED,
     2,
     {100, 4, 2, 0, 0},
     5,
     "blocks of differences have a size that cannot be"},
    {"wide differences",
     ALI_PARQUET_INT64,
     0,
     ALI_PARQUET_DELTA_BINARY_PACKED,
     2,
     {0x80, 1, 4, 2, 0, 0, 65, 0, 0, 0},
     10,
     "differences claim more than 64 bits"},
    {"fewer differences than values",
     ALI_PARQUET_INT32,
     0,
     ALI_PARQUET_DELTA_BINARY_PACKED,
     2,
     {DELTA_1(7)},
     5,
     "a page ends where"},
    {"text that is not there",
     BYTES,
     0,
     ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY,
     1,
     {DELTA_1(2), 'a'},
     6,
     "a page ends where 1 more values are expected"},
    {"text of negative length",
     BYTES,
     0,
     ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY,
     1,
     {0x80, 1, 4, 1, 1},
     5,
     "a byte array of negative length"},
    {"a prefix of nothing",
     BYTES,
     0,
     ALI_PARQUET_DELTA_BYTE_ARRAY,
     1,
     {DELTA_1(3), DELTA_1(0)},
     10,
     "a byte array of 0 bytes after a prefix of 3 does not lie in its page in row 0"},
    {"a prefix that is too long",
     BYTES,
     0,
     ALI_PARQUET_DELTA_BYTE_ARRAY,
     2,
     {DELTA_2(0, 2), DELTA_2(1, 1), 'a', 'b'},
     22,
     "a byte array of 1 bytes after a prefix of 2 does not lie in its page in row 1"},
    {"a suffix that is not there",
     BYTES,
     0,
     ALI_PARQUET_DELTA_BYTE_ARRAY,
     1,
     {DELTA_1(0), DELTA_1(2), 'a'},
     11,
     "a byte array of 2 bytes after a prefix of 0"},
    {"no suffixes",
     BYTES,
     0,
     ALI_PARQUET_DELTA_BYTE_ARRAY,
     1,
     {DELTA_1(0)},
     5,
     "a page ends where"},
    {"a value of another width",
     FIXED,
     3,
     ALI_PARQUET_DELTA_BYTE_ARRAY,
     1,
     {DELTA_1(0), DELTA_1(2), 'a', 'b'},
     12,
     "a value has 2 bytes where the column's type has 3 in row 0"},
    {"streams of different length",
     ALI_PARQUET_INT32,
     0,
     ALI_PARQUET_BYTE_STREAM_SPLIT,
     1,
     {1, 2, 3, 4, 5},
     5,
     "a page has 5 bytes of values that take 4 each"},
    {"streams that are too short",
     ALI_PARQUET_INT32,
     0,
     ALI_PARQUET_BYTE_STREAM_SPLIT,
     2,
     {1, 2, 3, 4},
     4,
     "a page ends where 2 more values are expected"},
    {"fixed bytes that are not there",
     FIXED,
     3,
     ALI_PARQUET_PLAIN,
     2,
     {1, 2, 3, 4},
     4,
     "a page ends where 1 more values are expected"},
};

static void pages_that_lie_about_their_values_are_found(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(lies); i += 1) {
        tool_bytes body = {0};
        tool_put(&body, lies[i].bytes, lies[i].count);
        const tool_page page = tool_data_page(lies[i].values, lies[i].encoding);
        tool_column column = column_of("a", lies[i].type, 0, 0, NULL);
        column.type_length = lies[i].length;
        tool_bytes file = file_of_page(column, &page, &body);
        tool_result result = tool_read(&file, &plainly);
        if (strstr(result.sentence, lies[i].words) == NULL) {
            print_message("%s: %s\n", lies[i].what, result.sentence);
        }
        assert_int_equal(result.status, ALI_ERR_CORRUPT);
        assert_non_null(strstr(result.sentence, lies[i].words));
        release(&result.rows);
        release(&file);
        release(&body);
    }
}

static void encodings_go_with_their_types_only(void **state) {
    static const struct {
        int32_t type;
        int32_t encoding;
        const char *words;
    } cases[] = {
        {ALI_PARQUET_DOUBLE, ALI_PARQUET_DELTA_BINARY_PACKED,
         "encoding DELTA_BINARY_PACKED of DOUBLE values is not supported"},
        {ALI_PARQUET_INT32, ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY,
         "encoding DELTA_LENGTH_BYTE_ARRAY of INT32 values is not supported"},
        {ALI_PARQUET_INT96, ALI_PARQUET_BYTE_STREAM_SPLIT,
         "encoding BYTE_STREAM_SPLIT of INT96 values is not supported"},
        {BYTES, ALI_PARQUET_BIT_PACKED, "encoding BIT_PACKED of BYTE_ARRAY values is not"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(cases); i += 1) {
        tool_bytes body = {0};
        PUT(&body, 1, 2, 3, 4, 5, 6, 7, 8);
        const tool_page page = tool_data_page(1, cases[i].encoding);
        tool_bytes file = file_of_page(column_of("a", cases[i].type, 0, 0, NULL), &page, &body);
        tool_expect_error(&file, &plainly, ALI_ERR_UNSUPPORTED, cases[i].words);
        release(&file);
        release(&body);
    }
}

// --- work and memory -----------------------------------------------------------------------------

// A value of 1 MiB, and 199 that repeat it by their prefix: 200 MiB out of one.
static void values_repeated_by_prefix_make_short_batches(void **state) {
    uint64_t prefixes[200] = {0};
    uint64_t suffixes[200] = {1 << 20};
    tool_bytes body = {0};
    for (uint32_t i = 1; i < 200; i += 1) prefixes[i] = 1 << 20;
    tool_put_delta(&body, prefixes, 200, 32, 128, 4);
    tool_put_delta(&body, suffixes, 200, 32, 128, 4);
    for (uint32_t i = 0; i < 1 << 20; i += 1) tool_put_byte(&body, 'x');
    const tool_page page = tool_data_page(200, ALI_PARQUET_DELTA_BYTE_ARRAY);
    tool_bytes file = file_of_page(column_of("t", BYTES, 0, 0, NULL), &page, &body);
    const tool_reading how = {.is_brief = true};
    tool_result result = tool_read(&file, &how);
    assert_int_equal(result.status, ALI_OK);
    assert_true(result.peak_bytes < UINT64_C(100) << 20);
    assert_true(result.steps >= 190);
    release(&result.rows);
    const ali_scan_options last = {.size_bytes = sizeof last, .offset_rows = 198};
    result = tool_read(&file, &(tool_reading){.is_brief = true, .scan = &last});
    assert_string_equal((const char *)result.rows.data, "<1048576>;<1048576>;/");
    assert_true(result.steps >= 190);
    release(&result.rows);
    release(&file);
    release(&body);
}

// Eight million empty values, whose lengths are passed over first.
static void long_streams_of_lengths_are_passed_over_in_steps(void **state) {
    enum { COUNT = 8000000 };
    tool_bytes body = {0};
    tool_put_varint(&body, 8);
    tool_put_varint(&body, 1);
    tool_put_varint(&body, COUNT);
    tool_put_varint(&body, 0);
    for (uint32_t i = 1; i < COUNT; i += 8) PUT(&body, 0, 0);
    const tool_page page = tool_data_page(COUNT, ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY);
    tool_bytes file = file_of_page(column_of("t", BYTES, 0, 0, NULL), &page, &body);
    const ali_scan_options one = {.size_bytes = sizeof one, .limit_rows = 1};
    tool_result result = tool_read(&file, &(tool_reading){.scan = &one});
    assert_int_equal(result.status, ALI_OK);
    assert_string_equal((const char *)result.rows.data, ";/");
    assert_true(result.steps >= 4);
    release(&result.rows);
    release(&file);
    release(&body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_encoding_gives_its_values_from_any_row_on),
        cmocka_unit_test(int96_timestamps_outside_64_bits_are_told_by_their_row),
        cmocka_unit_test(int96_timestamps_of_spark_are_microseconds),
        cmocka_unit_test(nulls_of_no_type_are_read),
        cmocka_unit_test(decimals_wider_than_their_type_are_told_by_their_row),
        cmocka_unit_test(intervals_are_read_as_months_days_and_nanoseconds),
        cmocka_unit_test(values_of_no_bytes_are_read),
        cmocka_unit_test(values_too_wide_for_a_page_are_refused),
        cmocka_unit_test(long_values_make_short_batches),
        cmocka_unit_test(dictionaries_of_every_type_are_looked_up),
        cmocka_unit_test(dictionaries_of_no_bytes_take_no_memory),
        cmocka_unit_test(codes_out_of_range_are_told_by_their_row),
        cmocka_unit_test(misfits_in_dictionaries_are_found),
        cmocka_unit_test(pages_that_lie_about_their_values_are_found),
        cmocka_unit_test(encodings_go_with_their_types_only),
        cmocka_unit_test(values_repeated_by_prefix_make_short_batches),
        cmocka_unit_test(long_streams_of_lengths_are_passed_over_in_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
