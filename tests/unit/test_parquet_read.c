// Whole Parquet files made by hand: every type, encoding and page kind that is read, the shapes
// that writers really produce, and files that lie.
#include "parquet_tools.h"

// Puts levels as version 1 does: their length, then the bytes.
static void put_levels(tool_bytes *to, const uint8_t *bytes, size_t count) {
    tool_put_u32(to, (uint32_t)count);
    tool_put(to, bytes, count);
}

#define LEVELS(to, ...)                                                                            \
    put_levels(to, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

// A page of int64 from `from` up.
static void put_int64s(tool_bytes *pages, int64_t from, int32_t count) {
    tool_bytes body = {0};
    for (int32_t i = 0; i < count; i += 1) tool_put_i64(&body, from + i);
    const tool_page page = tool_data_page(count, ALI_PARQUET_PLAIN);
    tool_put_page(pages, &page, &body);
    release(&body);
}

// --- types ---------------------------------------------------------------------------------------

static void fixed_width_types_are_read(void **state) {
    static const struct {
        int32_t type;
        int32_t converted;
        uint8_t bytes[16];
        size_t count;
        const char *rows;
    } samples[] = {
        {ALI_PARQUET_INT32, TOOL_NONE, {1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}, 8, "1;-1;/"},
        {ALI_PARQUET_INT32, 15, {1, 0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF}, 8, "1;-128;/"}, // int8
        {ALI_PARQUET_INT32, 16, {1, 0, 0, 0, 0, 0x80, 0xFF, 0xFF}, 8, "1;-32768;/"},  // int16
        {ALI_PARQUET_INT32, 11, {1, 0, 0, 0, 0xFF, 0, 0, 0}, 8, "1;255;/"},           // uint8
        {ALI_PARQUET_INT32, 12, {1, 0, 0, 0, 0xFF, 0xFF, 0, 0}, 8, "1;65535;/"},      // uint16
        {ALI_PARQUET_INT32, 13, {1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}, 8, "1;4294967295;/"},
        {ALI_PARQUET_INT32, 6, {1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}, 8, "1;-1;/"}, // date
        {ALI_PARQUET_INT32, 7, {1, 0, 0, 0, 2, 0, 0, 0}, 8, "1;2;/"},              // time
        {ALI_PARQUET_INT64, TOOL_NONE, {1, 0, 0, 0, 0, 0, 0, 0x80}, 8, "-9223372036854775807;/"},
        {ALI_PARQUET_INT64, 9, {1}, 8, "1;/"}, // timestamp
        {ALI_PARQUET_INT64, 8, {1}, 8, "1;/"}, // time
        {ALI_PARQUET_FLOAT, TOOL_NONE, {0, 0, 0xC0, 0x3F}, 4, "1.5;/"},
        {ALI_PARQUET_DOUBLE, TOOL_NONE, {0, 0, 0, 0, 0, 0, 0xF8, 0xBF}, 8, "-1.5;/"},
        {ALI_PARQUET_BOOLEAN, TOOL_NONE, {0x05}, 1, "true;false;true;/"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        int32_t values = 0;
        for (const char *at = samples[i].rows; *at != 0; at += 1) values += *at == ';';
        tool_bytes body = {0};
        tool_bytes pages = {0};
        tool_put(&body, samples[i].bytes, samples[i].count);
        const tool_page page = tool_data_page(values, ALI_PARQUET_PLAIN);
        tool_put_page(&pages, &page, &body);
        tool_column column = column_of("a", samples[i].type, 0, values, &pages);
        column.converted = samples[i].converted;
        tool_bytes file = tool_file(&column, 1, values, 1);
        tool_expect_rows(&file, &plainly, samples[i].rows);
        tool_expect_rows(&file, &(tool_reading){.lends = true}, samples[i].rows);
        release(&file);
        release(&pages);
        release(&body);
    }
}

static void nulls_are_put_between_values(void **state) {
    tool_bytes numbers = {0};
    tool_bytes texts = {0};
    tool_bytes flags = {0};
    tool_bytes body = {0};
    const tool_page page = tool_data_page(5, ALI_PARQUET_PLAIN);
    LEVELS(&body, 3, 0x16); // 01101
    tool_put_i64(&body, 10);
    tool_put_i64(&body, 20);
    tool_put_i64(&body, 30);
    tool_put_page(&numbers, &page, &body);
    release(&body);
    LEVELS(&body, 3, 0x16);
    tool_put_text(&body, "x");
    tool_put_text(&body, "");
    tool_put_text(&body, "yz");
    tool_put_page(&texts, &page, &body);
    release(&body);
    LEVELS(&body, 3, 0x16);
    PUT(&body, 0x05);
    tool_put_page(&flags, &page, &body);
    const tool_column columns[] = {column_of("n", ALI_PARQUET_INT64, 1, 5, &numbers),
                                   column_of("t", ALI_PARQUET_BYTE_ARRAY, 1, 5, &texts),
                                   column_of("f", ALI_PARQUET_BOOLEAN, 1, 5, &flags)};
    tool_bytes file = tool_file(columns, 3, 5, 1);
    const char *rows = "null,null,null;10,x,true;20,,false;null,null,null;30,yz,true;/";
    tool_expect_rows(&file, &plainly, rows);
    for (uint32_t budget = 1; budget < 5; budget += 1) {
        tool_result result = tool_read(&file, &(tool_reading){.budget_rows = budget});
        assert_int_equal(result.status, ALI_OK);
        release(&result.rows);
    }
    tool_expect_rows(&file, &(tool_reading){.budget_rows = 2},
                     "null,null,null;10,x,true;/20,,false;null,null,null;/30,yz,true;/");
    release(&file);
    release(&body);
    release(&numbers);
    release(&texts);
    release(&flags);
}

// --- encodings -----------------------------------------------------------------------------------

// A chunk of text: a dictionary of x, yy, "", two pages of codes, and a plain page.
static void put_texts(tool_bytes *pages, bool has_plain) {
    tool_bytes body = {0};
    tool_put_text(&body, "x");
    tool_put_text(&body, "yy");
    tool_put_text(&body, "");
    put_dictionary(pages, &body, 3);
    release(&body);
    tool_page page = tool_data_page(4, ALI_PARQUET_RLE_DICTIONARY);
    LEVELS(&body, 3, 0x0B);    // 1101
    PUT(&body, 2, 3, 0x24, 0); // codes 0 1 2
    tool_put_page(pages, &page, &body);
    release(&body);
    page = tool_data_page(3, ALI_PARQUET_PLAIN_DICTIONARY);
    LEVELS(&body, 3 << 1, 1);
    PUT(&body, 2, 3 << 1, 1); // yy three times
    tool_put_page(pages, &page, &body);
    release(&body);
    if (!has_plain) return;
    page = tool_data_page(2, ALI_PARQUET_PLAIN);
    LEVELS(&body, 3, 0x02);
    tool_put_text(&body, "new");
    tool_put_page(pages, &page, &body);
    release(&body);
}

static void text_stays_encoded_until_a_plain_page_comes(void **state) {
    static const ali_scan_options as_plain = {.size_bytes = sizeof as_plain,
                                              .strings = ALI_SCAN_STRINGS_PLAIN};
    for (uint32_t has_plain = 0; has_plain < 2; has_plain += 1) {
        tool_bytes pages = {0};
        put_texts(&pages, has_plain != 0);
        const int64_t rows = has_plain ? 9 : 7;
        tool_column column = column_of("t", ALI_PARQUET_BYTE_ARRAY, 1, rows, &pages);
        column.converted = ALI_PARQUET_UTF8;
        tool_bytes file = tool_file(&column, 1, rows, 2);
        static const char *const coded[] = {
            "x;yy;null;;yy;yy;yy;/x;yy;null;;yy;yy;yy;/",
            "x;yy;null;;yy;yy;yy;/null;new;/x;yy;null;;yy;yy;yy;/null;new;/"};
        static const char *const plain[] = {
            "x;yy;null;;yy;yy;yy;/x;yy;null;;yy;yy;yy;/",
            "x;yy;null;;yy;yy;yy;null;new;/x;yy;null;;yy;yy;yy;null;new;/"};
        tool_expect_rows(&file, &plainly, coded[has_plain]);
        tool_expect_rows(&file, &(tool_reading){.scan = &as_plain}, plain[has_plain]);
        tool_result result = tool_read(&file, &plainly);
        assert_int_equal(result.encoding, ALI_ENCODING_DICTIONARY);
        release(&result.rows);
        result = tool_read(&file, &(tool_reading){.scan = &as_plain});
        assert_int_equal(result.encoding, ALI_ENCODING_PLAIN);
        release(&result.rows);
        release(&file);
        release(&pages);
    }
}

static void plain_pages_may_come_before_codes(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    tool_put_text(&body, "d");
    put_dictionary(&pages, &body, 1);
    release(&body);
    tool_page page = tool_data_page(1, ALI_PARQUET_PLAIN);
    tool_put_text(&body, "p");
    tool_put_page(&pages, &page, &body);
    release(&body);
    page = tool_data_page(2, ALI_PARQUET_RLE_DICTIONARY);
    PUT(&body, 0, 2 << 1); // codes of width 0: a run has no value
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("t", ALI_PARQUET_BYTE_ARRAY, 0, 3, &pages);
    tool_bytes file = tool_file(&column, 1, 3, 1);
    tool_expect_rows(&file, &plainly, "p;d;d;/");
    release(&file);
    release(&pages);
    release(&body);
}

static void dictionaries_of_numbers_are_looked_up(void **state) {
    static const struct {
        int32_t type;
        int32_t converted;
        uint8_t bytes[16];
        size_t count;
        const char *rows;
    } samples[] = {
        {ALI_PARQUET_INT32, TOOL_NONE, {7, 0, 0, 0, 9, 0, 0, 0}, 8, "9;7;7;9;/"},
        {ALI_PARQUET_INT32, 15, {7, 0, 0, 0, 9, 0, 0, 0}, 8, "9;7;7;9;/"},
        {ALI_PARQUET_INT32, 16, {7, 0, 0, 0, 9, 0, 0, 0}, 8, "9;7;7;9;/"},
        {ALI_PARQUET_INT64, TOOL_NONE, {7, 0, 0, 0, 0, 0, 0, 0, 9}, 16, "9;7;7;9;/"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        for (uint32_t is_snappy = 0; is_snappy < 2; is_snappy += 1) {
            tool_bytes body = {0};
            tool_bytes pages = {0};
            const int32_t count = (int32_t)samples[i].count;
            tool_page page = tool_data_page(2, ALI_PARQUET_PLAIN);
            page.type = ALI_PARQUET_DICTIONARY_PAGE;
            page.uncompressed = count;
            if (is_snappy) PUT(&body, (uint8_t)count, (uint8_t)((count - 1) << 2));
            tool_put(&body, samples[i].bytes, samples[i].count);
            tool_put_page(&pages, &page, &body);
            release(&body);
            page = tool_data_page(4, ALI_PARQUET_RLE_DICTIONARY);
            page.uncompressed = 3;
            if (is_snappy) PUT(&body, 3, 2 << 2);
            PUT(&body, 1, 3, 0x09);
            tool_put_page(&pages, &page, &body);
            tool_column column = column_of("a", samples[i].type, 0, 4, &pages);
            column.converted = samples[i].converted;
            column.codec = is_snappy ? ALI_CODEC_SNAPPY : ALI_CODEC_NONE;
            tool_bytes file = tool_file(&column, 1, 4, 2);
            char rows[64];
            (void)snprintf(rows, sizeof rows, "%s%s", samples[i].rows, samples[i].rows);
            tool_expect_rows(&file, &plainly, rows);
            release(&file);
            release(&pages);
            release(&body);
        }
    }
}

static void booleans_come_as_runs_too(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    const tool_page page = tool_data_page(6, ALI_PARQUET_RLE);
    LEVELS(&body, 3, 0x2F);            // 111101
    LEVELS(&body, 2 << 1, 1, 3, 0x02); // true true, then 0 1 0 ...
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("b", ALI_PARQUET_BOOLEAN, 1, 6, &pages);
    tool_bytes file = tool_file(&column, 1, 6, 1);
    tool_expect_rows(&file, &plainly, "true;true;false;true;null;false;/");
    release(&file);
    release(&pages);
    release(&body);
}

static void deprecated_bit_packed_levels_are_read(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    tool_page page = tool_data_page(3, ALI_PARQUET_PLAIN);
    page.level_encoding = ALI_PARQUET_BIT_PACKED;
    PUT(&body, 0xA0);
    tool_put_i64(&body, 1);
    tool_put_i64(&body, 2);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 1, 3, &pages);
    tool_bytes file = tool_file(&column, 1, 3, 1);
    tool_expect_rows(&file, &plainly, "1;null;2;/");
    release(&file);
    release(&pages);
    release(&body);
}

// --- pages ---------------------------------------------------------------------------------------

static void pages_of_version_2_are_read(void **state) {
    for (uint32_t is_stored = 0; is_stored < 2; is_stored += 1) {
        tool_bytes pages = {0};
        tool_bytes body = {0};
        tool_page page = tool_data_page(3, ALI_PARQUET_PLAIN);
        page.type = ALI_PARQUET_DATA_PAGE_V2;
        page.level_bytes = 2;
        page.is_stored = is_stored != 0;
        page.uncompressed = 18;
        page.has_crc = true;
        PUT(&body, 3, 0x05);
        if (!is_stored) PUT(&body, 16, 15 << 2);
        tool_put_i64(&body, 1);
        tool_put_i64(&body, 2);
        tool_put_page(&pages, &page, &body);
        release(&body);
        page.values = 1; // a page of nulls only: nothing follows the levels
        page.uncompressed = 2;
        page.is_stored = false;
        PUT(&body, 1 << 1, 0);
        tool_put_page(&pages, &page, &body);
        tool_column column = column_of("a", ALI_PARQUET_INT64, 1, 4, &pages);
        column.codec = ALI_CODEC_SNAPPY;
        tool_bytes file = tool_file(&column, 1, 4, 1);
        tool_expect_rows(&file, &plainly, "1;null;2;null;/");
        release(&file);
        release(&pages);
        release(&body);
    }
}

static void index_pages_and_empty_pages_are_passed_over(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    tool_page page = tool_data_page(0, ALI_PARQUET_PLAIN);
    PUT(&body, 1, 2, 3);
    page.type = ALI_PARQUET_INDEX_PAGE;
    tool_put_page(&pages, &page, &body);
    page.type = ALI_PARQUET_DATA_PAGE;
    tool_put_page(&pages, &page, &(tool_bytes){0});
    put_int64s(&pages, 5, 2);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 2, &pages);
    tool_bytes file = tool_file(&column, 1, 2, 1);
    tool_expect_rows(&file, &plainly, "5;6;/");
    release(&file);
    release(&pages);
    release(&body);
}

static void checksums_are_compared_unless_told_not_to(void **state) {
    static const ali_open_options ignoring = {.size_bytes = sizeof ignoring,
                                              .checksums = ALI_OPEN_CHECKSUMS_IGNORE};
    for (uint32_t change = 0; change < 2; change += 1) {
        tool_bytes pages = {0};
        tool_bytes body = {0};
        tool_page page = tool_data_page(1, ALI_PARQUET_PLAIN);
        page.has_crc = true;
        page.crc_change = change;
        tool_put_i64(&body, 77);
        tool_put_page(&pages, &page, &body);
        const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 1, &pages);
        tool_bytes file = tool_file(&column, 1, 1, 1);
        tool_expect_rows(&file, &(tool_reading){.open = &ignoring}, "77;/");
        if (change == 0) {
            tool_expect_rows(&file, &plainly, "77;/");
        } else {
            tool_expect_error(&file, &plainly, ALI_ERR_CHECKSUM, "checksum");
        }
        release(&file);
        release(&pages);
        release(&body);
    }
}

static void checksums_of_zero_were_not_computed(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    tool_page page = tool_data_page(1, ALI_PARQUET_PLAIN);
    tool_put_i64(&body, 77);
    static ali_crc_tables tables;
    page.has_crc = true;
    page.crc_change = 0u - ali_crc32(&tables, 0, body.data, body.count);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 1, &pages);
    tool_bytes file = tool_file(&column, 1, 1, 1);
    tool_expect_rows(&file, &plainly, "77;/");
    release(&file);
    release(&pages);
    release(&body);
}

static void headers_longer_than_a_look_are_read(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    char *padding = calloc(1, 20001);
    memset(padding, 'x', 20000);
    tool_put_i64(&body, 3);
    tool_number(&pages, 1, ALI_PARQUET_DATA_PAGE);
    tool_string(&pages, 99, padding); // unknown to this version
    tool_number(&pages, 2, 8);
    tool_number(&pages, 3, 8);
    tool_wire(&pages, 5, 12);
    tool_number(&pages, 1, 1);
    tool_number(&pages, 2, ALI_PARQUET_PLAIN);
    tool_number(&pages, 3, ALI_PARQUET_RLE);
    tool_stop(&pages);
    tool_stop(&pages);
    tool_put(&pages, body.data, body.count);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 1, &pages);
    tool_bytes file = tool_file(&column, 1, 1, 1);
    tool_expect_rows(&file, &plainly, "3;/");
    release(&file);
    release(&pages);
    release(&body);
    free(padding);
}

static void long_headers_are_read_in_steps_and_limited(void **state) {
    enum { ITEMS = 3 << 20 };
    tool_bytes pages = {0};
    const tool_bytes body = {.data = (uint8_t[8]){3}, .count = 8};
    tool_number(&pages, 1, ALI_PARQUET_DATA_PAGE);
    tool_wire(&pages, 99, 9); // unknown to this version: a list of booleans
    tool_put_byte(&pages, 0xF1);
    tool_put_varint(&pages, ITEMS);
    for (uint32_t i = 0; i < ITEMS; i += 1) tool_put_byte(&pages, 1);
    const tool_page page = tool_data_page(1, ALI_PARQUET_PLAIN);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 1, &pages);
    tool_bytes file = tool_file(&column, 1, 1, 1);
    tool_result result = tool_read(&file, &plainly);
    assert_int_equal(result.status, ALI_OK);
    assert_string_equal((const char *)result.rows.data, "3;/");
    assert_true(result.steps >= 6);
    const ali_limits limits = {.size_bytes = sizeof limits, .footer_bytes_max = 1 << 20};
    tool_expect_error(&file, &(tool_reading){.limits = &limits}, ALI_ERR_LIMIT,
                      "a page's header has more than 1048576 bytes");
    release(&result.rows);
    release(&file);
    release(&pages);
}

// --- row groups and scans ------------------------------------------------------------------------

static void rows_asked_for_are_read_and_no_others(void **state) {
    tool_bytes pages = {0};
    for (int32_t i = 0; i < 5; i += 1) put_int64s(&pages, 2 * i, 2);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 10, &pages);
    tool_bytes file = tool_file(&column, 1, 10, 3);
    static const struct {
        uint64_t offset;
        uint64_t limit;
        uint32_t batch;
        const char *rows;
    } samples[] = {
        {0, 3, 0, "0;1;2;/"},       {3, 2, 0, "3;4;/"},
        {9, 3, 0, "9;/0;1;/"},      {12, 0, 0, "2;3;4;5;6;7;8;9;/0;1;2;3;4;5;6;7;8;9;/"},
        {29, 0, 0, "9;/"},          {30, 0, 0, ""},
        {UINT64_MAX - 1, 0, 0, ""}, {24, 5, 3, "4;5;6;/7;8;/"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        const ali_scan_options scan = {.size_bytes = sizeof scan,
                                       .offset_rows = samples[i].offset,
                                       .limit_rows = samples[i].limit,
                                       .batch_rows = samples[i].batch};
        tool_expect_rows(&file, &(tool_reading){.scan = &scan}, samples[i].rows);
    }
    release(&file);
    release(&pages);
}

static void row_groups_outside_are_not_fetched(void **state) {
    tool_bytes pages = {0};
    for (int32_t i = 0; i < 5; i += 1) put_int64s(&pages, i * 10000, 10000);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 50000, &pages);
    tool_bytes file = tool_file(&column, 1, 50000, 4);
    const ali_scan_options scan = {
        .size_bytes = sizeof scan, .offset_rows = 60000, .limit_rows = 1};
    tool_result result = tool_read(&file, &(tool_reading){.scan = &scan});
    assert_int_equal(result.status, ALI_OK);
    assert_string_equal((const char *)result.rows.data, "10000;/");
    assert_true(result.read_bytes < 65536 + pages.count + 100);
    release(&result.rows);
    release(&file);
    release(&pages);
}

static void large_row_groups_are_read_by_windows(void **state) {
    tool_bytes pages = {0};
    enum { PAGES = 40, ROWS = 20000 };
    for (int32_t i = 0; i < PAGES; i += 1) put_int64s(&pages, (int64_t)i * ROWS, ROWS);
    const tool_column columns[] = {
        column_of("a", ALI_PARQUET_INT64, 0, (int64_t)PAGES * ROWS, &pages),
        column_of("b", ALI_PARQUET_INT64, 0, (int64_t)PAGES * ROWS, &pages)};
    tool_bytes file = tool_file(columns, 2, (int64_t)PAGES * ROWS, 1);
    const ali_limits limits = {.size_bytes = sizeof limits, .inflight_bytes_max = 3 << 20};
    tool_result result = tool_read(&file, &(tool_reading){.limits = &limits});
    if (result.status != ALI_OK) print_message("%s\n", result.sentence);
    assert_int_equal(result.status, ALI_OK);
    assert_true(result.inflight_most <= limits.inflight_bytes_max);
    assert_true(result.reads > 4);
    assert_true(result.read_bytes <= file.count); // no byte twice
    tool_bytes expected = {0};
    for (int64_t i = 0; i < (int64_t)PAGES * ROWS; i += 1) {
        tool_print(&expected, "%d,%d;", (int)i, (int)i);
    }
    size_t at = 0;
    for (size_t i = 0; i + 1 < result.rows.count; i += 1) {
        if (result.rows.data[i] == '/') continue;
        if (result.rows.data[i] != expected.data[at]) fail();
        at += 1;
    }
    assert_int_equal(at, expected.count);
    release(&expected);
    release(&result.rows);
    release(&file);
    release(&pages);
}

static void pages_passed_over_in_windows_are_not_held(void **state) {
    enum { PAGES = 12, ROWS = 400000 };
    tool_bytes pages = {0};
    for (int64_t i = 0; i < PAGES; i += 1) put_int64s(&pages, i * ROWS, ROWS);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, (int64_t)PAGES * ROWS, &pages);
    tool_bytes file = tool_file(&column, 1, (int64_t)PAGES * ROWS, 1);
    const ali_limits limits = {.size_bytes = sizeof limits, .inflight_bytes_max = 3 << 20};
    const ali_scan_options scan = {
        .size_bytes = sizeof scan, .offset_rows = (uint64_t)(PAGES - 1) * ROWS, .limit_rows = 1};
    tool_result result = tool_read(&file, &(tool_reading){.limits = &limits, .scan = &scan});
    assert_int_equal(result.status, ALI_OK);
    assert_string_equal((const char *)result.rows.data, "4400000;/");
    assert_true(result.peak_bytes < 4 * sizeof(int64_t) * ROWS);
    assert_true(result.read_bytes < file.count * 3 / 4);
    release(&result.rows);
    release(&file);
    release(&pages);
}

static void steps_are_bounded(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    enum { ROWS = 600000 };
    const tool_page page = tool_data_page(ROWS, ALI_PARQUET_PLAIN);
    for (int64_t i = 0; i < ROWS; i += 1) tool_put_i64(&body, i);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, ROWS, &pages);
    tool_bytes file = tool_file(&column, 1, ROWS, 1);
    const ali_scan_options scan = {.size_bytes = sizeof scan, .batch_rows = 1 << 20};
    tool_result result = tool_read(&file, &(tool_reading){.scan = &scan});
    assert_int_equal(result.status, ALI_OK);
    assert_true(result.steps >= ROWS / (256 * 1024));
    release(&result.rows);
    release(&file);
    release(&pages);
    release(&body);
}

static void narrow_dictionaries_are_taken_in_steps(void **state) {
    enum { VALUES = 2 << 20 };
    tool_bytes pages = {0};
    tool_bytes body = {.data = calloc(VALUES, 4), .count = (size_t)VALUES * 4};
    body.data[4] = 7;
    put_dictionary(&pages, &body, VALUES);
    release(&body);
    const tool_page page = tool_data_page(1, ALI_PARQUET_RLE_DICTIONARY);
    PUT(&body, 1, 2, 1);
    tool_put_page(&pages, &page, &body);
    tool_column column = column_of("a", ALI_PARQUET_INT32, 0, 1, &pages);
    column.converted = ALI_PARQUET_INT_8;
    tool_bytes file = tool_file(&column, 1, 1, 1);
    tool_result result = tool_read(&file, &plainly);
    assert_int_equal(result.status, ALI_OK);
    assert_string_equal((const char *)result.rows.data, "7;/");
    assert_true(result.steps >= VALUES / (256 * 1024));
    release(&result.rows);
    release(&file);
    release(&pages);
    release(&body);
}

static void files_without_rows_or_columns_are_read(void **state) {
    tool_bytes nothing = {0};
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 0, &nothing);
    tool_bytes file = tool_file(&column, 1, 0, 2);
    tool_expect_rows(&file, &plainly, "");
    release(&file);
    file = tool_file(NULL, 0, 3, 2);
    tool_expect_rows(&file, &plainly, ";;;/;;;/");
    release(&file);
    file = tool_file(&column, 1, 0, 0);
    tool_expect_rows(&file, &plainly, "");
    release(&file);
}

static void columns_that_cannot_be_read_are_refused_by_name_when_scanned(void **state) {
    tool_bytes pages = {0};
    put_int64s(&pages, 1, 1);
    static const struct {
        int32_t type;
        int32_t repetition;
        int32_t converted;
        int32_t codec;
        ali_status status;
        const char *words;
    } samples[] = {
        {ALI_PARQUET_INT64, 0, ALI_PARQUET_DECIMAL, 0, ALI_ERR_CORRUPT,
         "logical type DECIMAL does not go with type INT64"},
        {ALI_PARQUET_INT64, 0, ALI_PARQUET_UTF8, 0, ALI_ERR_CORRUPT,
         "logical type STRING does not go with type INT64"},
        {ALI_PARQUET_INT64, 0, TOOL_NONE, ALI_CODEC_LZO, ALI_ERR_UNSUPPORTED,
         "codec lzo is not supported (column \"bad\", row group 0)"},
        {ALI_PARQUET_INT64, 0, TOOL_NONE, 99, ALI_ERR_CORRUPT, "codec number 99 does not exist"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_column columns[] = {
            column_of("good", ALI_PARQUET_INT64, 0, 1, &pages),
            column_of("bad", samples[i].type, samples[i].repetition, 1, &pages)};
        columns[1].converted = samples[i].converted;
        columns[1].codec = samples[i].codec;
        columns[1].type_length = 12;
        tool_bytes file = tool_file(columns, 2, 1, 1);
        tool_expect_error(&file, &plainly, samples[i].status, samples[i].words);
        const char *const names[] = {"good"};
        const ali_scan_options scan = {
            .size_bytes = sizeof scan, .columns = names, .columns_count = 1};
        tool_expect_rows(&file, &(tool_reading){.scan = &scan}, "1;/");
        tool_result result = tool_read(&file, &plainly);
        assert_string_equal(result.column, "bad");
        release(&result.rows);
        release(&file);
    }
    release(&pages);
}

// How far a scan says it is: before, in the middle, and at the end.
static void progress_knows_its_totals(void **state) {
    tool_bytes pages = {0};
    tool_bytes body = {0};
    enum { ROWS = 40000 };
    const tool_page page = tool_data_page(ROWS, ALI_PARQUET_PLAIN);
    for (int64_t i = 0; i < ROWS; i += 1) tool_put_i64(&body, i);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, ROWS, &pages);
    tool_bytes file = tool_file(&column, 1, ROWS, 1);
    ali_context *ctx = NULL;
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    tool_result result = {0};
    ali_progress progress = {.size_bytes = sizeof progress};
    const ali_open_options open = {.size_bytes = sizeof open, .tail_bytes = 8192};
    assert_int_equal(ali_context_new(NULL, NULL, &ctx), ALI_OK);
    assert_int_equal(tool_open(&result, ctx, &file, &(tool_reading){.open = &open}, &dataset),
                     ALI_OK);
    assert_int_equal(ali_scan_start(dataset, NULL, &task), ALI_OK);
    assert_int_equal(ali_task_step(task, 0), ALI_NEED);
    assert_int_equal(ali_task_progress(task, &progress), ALI_OK);
    const uint64_t total = progress.bytes_total;
    assert_true(total > file.count - 8192 - 100 && total <= file.count - 8192);
    assert_int_equal(progress.bytes, 0);
    assert_int_equal(progress.rows_total, ROWS);
    ali_op op;
    assert_int_equal(ali_task_ops(task, &op, 1), 1);
    tool_answer(task, &op, &file, &plainly);
    assert_int_equal(tool_drive(&result, ctx, task, &file, &plainly), ALI_OK);
    assert_int_equal(ali_task_progress(task, &progress), ALI_OK);
    assert_int_equal(progress.bytes, total);
    assert_int_equal(progress.bytes_total, total);
    assert_int_equal(progress.rows, ROWS);
    ali_task_free(task);
    ali_dataset_release(dataset);
    ali_context_free(ctx);
    release(&result.rows);
    release(&file);
    release(&pages);
    release(&body);
}

// The page's 40 bits are used up in the middle of a later batch.
static void booleans_that_end_too_early_are_found(void **state) {
    static const uint32_t batches[] = {7, 8, 36, 100};
    tool_bytes pages = {0};
    tool_bytes body = {0};
    const tool_page page = tool_data_page(100, ALI_PARQUET_PLAIN);
    tool_put(&body, "\xff\x00\xff\x00\xff", 5);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("a", ALI_PARQUET_BOOLEAN, 0, 100, &pages);
    tool_bytes file = tool_file(&column, 1, 100, 1);
    for (uint32_t i = 0; i < ALI_COUNT_OF(batches); i += 1) {
        const ali_scan_options scan = {.size_bytes = sizeof scan, .batch_rows = batches[i]};
        tool_expect_error(&file, &(tool_reading){.scan = &scan}, ALI_ERR_CORRUPT,
                          "a page ends where");
    }
    release(&file);
    release(&pages);
    release(&body);
}

// --- lies ----------------------------------------------------------------------------------------

typedef struct lie {
    const char *what;
    int32_t values; // of the page
    int32_t encoding;
    int32_t uncompressed; // TOOL_SAME
    int32_t compressed;
    int64_t chunk_values;
    int64_t chunk_bytes;
    int64_t start;
    int32_t codec;
    ali_status status;
    const char *words;
} lie;

// Each of a page of 16 bytes in a file of two rows.
static const lie lies[] = {
    {"too many values", 3, 0, TOOL_SAME, TOOL_SAME, 2, 0, 0, 0, ALI_ERR_CORRUPT,
     "a page claims 3 values, where the chunk has 2 left"},
    {"values below 0", -1, 0, TOOL_SAME, TOOL_SAME, 2, 0, 0, 0, ALI_ERR_CORRUPT,
     "a page claims -1 values"},
    {"too few values", 1, 0, TOOL_SAME, TOOL_SAME, 2, 0, 0, 0, ALI_ERR_CORRUPT,
     "the column chunk ends with 1 of its 2 values missing"},
    {"a huge page", 2, 0, INT32_MAX, INT32_MAX, 2, 0, 0, 0, ALI_ERR_CORRUPT,
     "a page claims 2147483647 bytes"},
    {"a page below 0", 2, 0, -1, TOOL_SAME, 2, 0, 0, 0, ALI_ERR_CORRUPT,
     "a page claims -1 bytes after decompression"},
    {"compressed below 0", 2, 0, TOOL_SAME, -5, 2, 0, 0, 0, ALI_ERR_CORRUPT,
     "a page claims -5 bytes"},
    {"another uncompressed size", 2, 0, 17, TOOL_SAME, 2, 0, 0, 0, ALI_ERR_CORRUPT,
     "an uncompressed page claims 17 bytes, but has 16"},
    {"a bomb", 2, 0, INT32_MAX, TOOL_SAME, 2, 0, 0, ALI_CODEC_SNAPPY, ALI_ERR_LIMIT,
     "claims 2147483647 after decompression"},
    {"more than snappy gives", 2, 0, 1 << 20, TOOL_SAME, 2, 0, 0, ALI_CODEC_SNAPPY, ALI_ERR_CORRUPT,
     "more than snappy can give"},
    {"not snappy", 2, 0, 16, TOOL_SAME, 2, 0, 0, ALI_CODEC_SNAPPY, ALI_ERR_CORRUPT, "snappy block"},
    {"another count in the chunk", 2, 0, TOOL_SAME, TOOL_SAME, 3, 0, 0, 0, ALI_ERR_CORRUPT,
     "another number of values than its row group"},
    {"a chunk beyond the file", 2, 0, TOOL_SAME, TOOL_SAME, 2, 1 << 30, 0, 0, ALI_ERR_CORRUPT,
     "claims 1073741824 bytes at 4"},
    {"a chunk of 2^63 bytes", 2, 0, TOOL_SAME, TOOL_SAME, 2, INT64_MAX, 0, 0, ALI_ERR_CORRUPT,
     "claims 9223372036854775807 bytes"},
    {"a chunk that starts far away", 2, 0, TOOL_SAME, TOOL_SAME, 2, 0, INT64_MAX, 0,
     ALI_ERR_CORRUPT, "bytes at 9223372036854775807"},
    {"a chunk that starts in the magic", 2, 0, TOOL_SAME, TOOL_SAME, 2, 0, 1, 0, ALI_ERR_CORRUPT,
     "at 1, but data lie between 4"},
    {"no dictionary", 2, ALI_PARQUET_RLE_DICTIONARY, TOOL_SAME, TOOL_SAME, 2, 0, 0, 0,
     ALI_ERR_CORRUPT, "refers to a dictionary, but there is none"},
    {"an encoding of another type", 2, ALI_PARQUET_DELTA_BYTE_ARRAY, TOOL_SAME, TOOL_SAME, 2, 0, 0,
     0, ALI_ERR_UNSUPPORTED, "encoding DELTA_BYTE_ARRAY of INT64 values is not supported"},
    {"an encoding that does not exist", 2, 77, TOOL_SAME, TOOL_SAME, 2, 0, 0, 0, ALI_ERR_CORRUPT,
     "encoding number 77"},
    {"runs of what is no boolean", 2, ALI_PARQUET_RLE, TOOL_SAME, TOOL_SAME, 2, 0, 0, 0,
     ALI_ERR_UNSUPPORTED, "encoding RLE of INT64 values is not supported"},
};

// A summary "_metadata" is a footer whose pages lie in other files: an opener who does not say that
// he can find them is not asked for them.
static void pages_in_other_files_are_refused_by_name(void **state) {
    tool_bytes none = {0};
    tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 2, &none);
    column.path = "part-0.parquet";
    column.bytes = 4096; // far behind the end of this file
    tool_bytes file = tool_file(&column, 1, 2, 1);
    tool_expect_error(&file, &plainly, ALI_ERR_UNSUPPORTED,
                      "rows lie in the file \"part-0.parquet\": following to other files is not "
                      "supported where this one was not opened by its path or URL");
    release(&file);
}

static void lies_about_pages_and_chunks_are_found(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(lies); i += 1) {
        tool_bytes pages = {0};
        tool_bytes body = {0};
        tool_put_i64(&body, 1);
        tool_put_i64(&body, 2);
        tool_page page = tool_data_page(lies[i].values, lies[i].encoding);
        page.uncompressed = lies[i].uncompressed;
        page.compressed = lies[i].compressed;
        tool_put_page(&pages, &page, &body);
        tool_column column = column_of("a", ALI_PARQUET_INT64, 0, lies[i].chunk_values, &pages);
        column.bytes = lies[i].chunk_bytes;
        column.start = lies[i].start;
        column.codec = lies[i].codec;
        tool_bytes file = tool_file(&column, 1, 2, 1);
        tool_result result = tool_read(&file, &plainly);
        if (strstr(result.sentence, lies[i].words) == NULL) {
            print_message("%s: %s\n", lies[i].what, result.sentence);
        }
        assert_int_equal(result.status, lies[i].status);
        assert_non_null(strstr(result.sentence, lies[i].words));
        release(&result.rows);
        release(&file);
        release(&pages);
        release(&body);
    }
}

typedef struct bad_body {
    int32_t type;
    int32_t repetition;
    int32_t converted;
    int32_t values;
    int32_t encoding;
    uint8_t bytes[16];
    size_t count;
    const char *words;
} bad_body;

static const bad_body bad_bodies[] = {
    {ALI_PARQUET_INT64, 0, TOOL_NONE, 2, 0, {1}, 8, "ends where 1 more values"},
    {ALI_PARQUET_INT32, 0, 15, 1, 0, {0, 1, 0, 0}, 4, "does not fit 8 bits"},
    {ALI_PARQUET_BOOLEAN, 0, TOOL_NONE, 9, 0, {1}, 1, "ends where 9 more values"},
    {ALI_PARQUET_BYTE_ARRAY, 0, TOOL_NONE, 1, 0, {9, 0, 0, 0, 'a'}, 5, "ends where 1 more"},
    {ALI_PARQUET_BYTE_ARRAY, 0, TOOL_NONE, 1, 0, {0xFF, 0xFF, 0xFF, 0xFF}, 4, "ends where 1"},
    {ALI_PARQUET_INT64, 1, TOOL_NONE, 2, 0, {2, 0}, 2, "bytes of definition levels"},
    {ALI_PARQUET_INT64, 1, TOOL_NONE, 2, 0, {9, 0, 0, 0, 3}, 5, "claims 9 bytes of definition"},
    {ALI_PARQUET_INT64, 1, TOOL_NONE, 2, 0, {2, 0, 0, 0, 2, 1}, 6, "fewer definition levels"},
    {ALI_PARQUET_INT64, 1, TOOL_NONE, 2, 0, {2, 0, 0, 0, 4, 5}, 6, "a definition level above 1"},
    {ALI_PARQUET_BOOLEAN, 0, TOOL_NONE, 2, 3, {9, 0, 0, 0, 1}, 5, "ends where 2 more"},
    {ALI_PARQUET_BOOLEAN, 0, TOOL_NONE, 2, 3, {2, 0, 0, 0, 2, 1}, 6, "ends where 2 more"},
    {ALI_PARQUET_BOOLEAN, 0, TOOL_NONE, 2, 8, {1, 3, 0}, 3, "booleans has dictionary codes"},
    // DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY: a length, a suffix and a prefix of -1 bytes
    {ALI_PARQUET_BYTE_ARRAY, 0, TOOL_NONE, 1, 6, {128, 1, 4, 1, 1}, 5, "of negative length"},
    {ALI_PARQUET_BYTE_ARRAY,
     0,
     TOOL_NONE,
     1,
     7,
     {128, 1, 4, 1, 0, 128, 1, 4, 1, 1},
     10,
     "of negative length"},
    {ALI_PARQUET_BYTE_ARRAY,
     0,
     TOOL_NONE,
     1,
     7,
     {128, 1, 4, 1, 1, 128, 1, 4, 1, 0},
     10,
     "of negative length"},
    // a length of 2 of which 1 byte is there; a prefix of 1 byte of nothing
    {ALI_PARQUET_BYTE_ARRAY, 0, TOOL_NONE, 1, 6, {128, 1, 4, 1, 4, 'x'}, 6, "ends where 1 more"},
    {ALI_PARQUET_BYTE_ARRAY,
     0,
     TOOL_NONE,
     1,
     7,
     {128, 1, 4, 1, 2, 128, 1, 4, 1, 2, 'x'},
     11,
     "a byte array of 1 bytes after a prefix of 1 does not lie in its page"},
};

static void pages_that_do_not_hold_what_they_claim_are_found(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(bad_bodies); i += 1) {
        const bad_body *at = &bad_bodies[i];
        tool_bytes pages = {0};
        tool_bytes body = {0};
        tool_put(&body, at->bytes, at->count);
        const tool_page page = tool_data_page(at->values, at->encoding);
        tool_put_page(&pages, &page, &body);
        tool_column column = column_of("a", at->type, at->repetition, at->values, &pages);
        column.converted = at->converted;
        tool_bytes file = tool_file(&column, 1, at->values, 1);
        tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT, at->words);
        tool_expect_error(&file, &(tool_reading){.lends = true}, ALI_ERR_CORRUPT, at->words);
        tool_result result = tool_read(&file, &plainly);
        assert_non_null(strstr(result.sentence, "(column \"a\", row group 0, page at offset 4)"));
        assert_string_equal(result.column, "a");
        assert_int_equal(result.offset_bytes, 4);
        release(&result.rows);
        release(&file);
        release(&pages);
        release(&body);
    }
}

static void bad_dictionaries_and_codes_are_found(void **state) {
    static const struct {
        int32_t type;
        int32_t dictionary_values;
        uint8_t dictionary[12];
        size_t dictionary_bytes;
        uint8_t codes[8];
        size_t codes_bytes;
        uint32_t dictionaries;
        const char *words;
    } samples[] = {
        {ALI_PARQUET_INT64,
         1,
         {1},
         8,
         {1, 3, 0x02},
         3,
         1,
         "refers to value 1 of a dictionary of 1"},
        {ALI_PARQUET_INT64, 1, {1}, 8, {33, 3, 0}, 3, 1, "claim 33 bits"},
        {ALI_PARQUET_INT64, 1, {1}, 8, {1}, 1, 1, "ends where"},
        {ALI_PARQUET_INT64, 1, {1}, 8, {0}, 0, 1, "ends where"},
        {ALI_PARQUET_INT64, 1, {1}, 8, {0}, 1, 1, "ends where 2 more values"},
        {ALI_PARQUET_INT64, 1, {1}, 8, {1, 3, 0}, 3, 2, "a second dictionary page"},
        {ALI_PARQUET_INT64, 1000000000, {1}, 8, {1, 3, 0}, 3, 1, "claims 1000000000 values"},
        {ALI_PARQUET_INT64, -1, {1}, 8, {1, 3, 0}, 3, 1, "no valid header"},
        {ALI_PARQUET_BYTE_ARRAY, 1000000000, {1}, 8, {1, 3, 0}, 3, 1, "claims 1000000000 values"},
        {ALI_PARQUET_BYTE_ARRAY,
         2,
         {1, 0, 0, 0, 'a', 9, 0, 0, 0},
         9,
         {1, 3, 0},
         3,
         1,
         "ends where"},
        {ALI_PARQUET_BOOLEAN, 1, {1}, 1, {1, 3, 0}, 3, 1, "booleans has a dictionary"},
        {ALI_PARQUET_INT64, 0, {0}, 0, {0, 4}, 2, 1, "refers to value 0 of a dictionary of 0"},
    };
    for (uint32_t i = 0; i < ALI_COUNT_OF(samples); i += 1) {
        tool_bytes pages = {0};
        tool_bytes body = {0};
        tool_put(&body, samples[i].dictionary, samples[i].dictionary_bytes);
        for (uint32_t k = 0; k < samples[i].dictionaries; k += 1) {
            put_dictionary(&pages, &body, samples[i].dictionary_values);
        }
        release(&body);
        tool_put(&body, samples[i].codes, samples[i].codes_bytes);
        const tool_page page = tool_data_page(2, ALI_PARQUET_RLE_DICTIONARY);
        tool_put_page(&pages, &page, &body);
        const tool_column column = column_of("a", samples[i].type, 0, 2, &pages);
        tool_bytes file = tool_file(&column, 1, 2, 1);
        tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT, samples[i].words);
        release(&file);
        release(&pages);
        release(&body);
    }
}

static void overlapping_pages_are_read_as_they_lie(void **state) {
    tool_bytes pages = {0};
    put_int64s(&pages, 1, 2);
    tool_column columns[] = {column_of("a", ALI_PARQUET_INT64, 0, 2, &pages),
                             column_of("b", ALI_PARQUET_INT64, 0, 2, &pages)};
    columns[1].start = 4; // the same bytes as the other column's
    tool_bytes file = tool_file(columns, 2, 2, 2);
    tool_expect_rows(&file, &plainly, "1,1;2,2;/1,1;2,2;/");
    release(&file);
    release(&pages);
}

// Reads `count` columns of one row; the chunk of column i is that of number 3 * i, modulo `count`.
static void read_shuffled(uint32_t count, uint64_t reads) {
    tool_column *columns = malloc(count * sizeof *columns);
    tool_bytes *pages = calloc(count, sizeof *pages);
    tool_bytes expected = {0};
    for (uint32_t i = 0; i < count; i += 1) {
        put_int64s(&pages[i], i, 1);
        columns[i] = column_of("a", ALI_PARQUET_INT64, 0, 1, &pages[i]);
        columns[i].start = 4 + (int64_t)(pages[0].count * (3 * i % count));
        tool_print(&expected, "%s%u", i == 0 ? "" : ",", 3 * i % count);
    }
    tool_print(&expected, ";/");
    tool_put_byte(&expected, 0);
    tool_bytes file = tool_file(columns, count, 1, 1);
    const ali_open_options short_tail = {.size_bytes = sizeof short_tail, .tail_bytes = 16};
    tool_result result = tool_read(&file, &(tool_reading){.open = &short_tail});
    assert_int_equal(result.status, ALI_OK);
    assert_string_equal((const char *)result.rows.data, (const char *)expected.data);
    assert_int_equal(result.reads, reads);
    for (uint32_t i = 0; i < count; i += 1) release(&pages[i]);
    release(&result.rows);
    release(&expected);
    release(&file);
    free(pages);
    free(columns);
}

static void chunks_may_lie_in_any_order(void **state) {
    read_shuffled(7, 3); // the tail, the footer, all chunks as one
    read_shuffled(2000, 3);
}

static void every_truncation_of_a_file_is_an_error(void **state) {
    tool_bytes pages = {0};
    put_texts(&pages, true);
    const tool_column column = column_of("t", ALI_PARQUET_BYTE_ARRAY, 1, 9, &pages);
    tool_bytes file = tool_file(&column, 1, 9, 1);
    const ali_open_options given = {.size_bytes = sizeof given, .format = "parquet"};
    for (size_t cut = 0; cut < file.count; cut += 1) {
        const tool_bytes part = {.data = file.data, .count = cut};
        tool_result result = tool_read(&part, &(tool_reading){.open = &given});
        assert_true(result.status < 0);
        release(&result.rows);
    }
    release(&file);
    release(&pages);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_width_types_are_read),
        cmocka_unit_test(nulls_are_put_between_values),
        cmocka_unit_test(text_stays_encoded_until_a_plain_page_comes),
        cmocka_unit_test(plain_pages_may_come_before_codes),
        cmocka_unit_test(dictionaries_of_numbers_are_looked_up),
        cmocka_unit_test(booleans_come_as_runs_too),
        cmocka_unit_test(deprecated_bit_packed_levels_are_read),
        cmocka_unit_test(pages_of_version_2_are_read),
        cmocka_unit_test(index_pages_and_empty_pages_are_passed_over),
        cmocka_unit_test(checksums_are_compared_unless_told_not_to),
        cmocka_unit_test(checksums_of_zero_were_not_computed),
        cmocka_unit_test(headers_longer_than_a_look_are_read),
        cmocka_unit_test(long_headers_are_read_in_steps_and_limited),
        cmocka_unit_test(rows_asked_for_are_read_and_no_others),
        cmocka_unit_test(row_groups_outside_are_not_fetched),
        cmocka_unit_test(large_row_groups_are_read_by_windows),
        cmocka_unit_test(pages_passed_over_in_windows_are_not_held),
        cmocka_unit_test(steps_are_bounded),
        cmocka_unit_test(booleans_that_end_too_early_are_found),
        cmocka_unit_test(progress_knows_its_totals),
        cmocka_unit_test(narrow_dictionaries_are_taken_in_steps),
        cmocka_unit_test(files_without_rows_or_columns_are_read),
        cmocka_unit_test(columns_that_cannot_be_read_are_refused_by_name_when_scanned),
        cmocka_unit_test(pages_in_other_files_are_refused_by_name),
        cmocka_unit_test(lies_about_pages_and_chunks_are_found),
        cmocka_unit_test(pages_that_do_not_hold_what_they_claim_are_found),
        cmocka_unit_test(bad_dictionaries_and_codes_are_found),
        cmocka_unit_test(overlapping_pages_are_read_as_they_lie),
        cmocka_unit_test(chunks_may_lie_in_any_order),
        cmocka_unit_test(every_truncation_of_a_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
