// Parquet files made by hand that say what cannot be, of pages, dictionaries, levels, column chunks
// and row groups: each is an error that says what was found. And levels of nested columns in the
// deprecated encoding, which few files have.
#include "format/parquet/levels.h"
#include "parquet_tools.h"

// --- pages ---------------------------------------------------------------------------------------

// What stands in a page's header beside type and sizes: its own header, with or without a
// dictionary page before.
typedef struct page_lie {
    const char *what;
    int32_t type;     // of the page
    int32_t header;   // ALI_PARQUET_DATA_PAGE, ...: the header it has; TOOL_NONE
    int32_t encoding; // of the values, or of the dictionary
    int32_t level_encoding;
    int32_t values;
    int32_t column_type;
    int32_t converted;
    ali_status status;
    const char *words;
} page_lie;

static const page_lie page_lies[] = {
    {"a page type that there is not", 9, TOOL_NONE, 0, 3, 1, ALI_PARQUET_INT64, TOOL_NONE,
     ALI_ERR_CORRUPT, "page type 9 does not exist"},
    {"a page type below 0", -1, TOOL_NONE, 0, 3, 1, ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT,
     "page type -1 does not exist"},
    {"a data page without its header", ALI_PARQUET_DATA_PAGE, TOOL_NONE, 0, 3, 1, ALI_PARQUET_INT64,
     TOOL_NONE, ALI_ERR_CORRUPT, "a data page has no data page header"},
    {"a data page with the header of version 2", ALI_PARQUET_DATA_PAGE, ALI_PARQUET_DATA_PAGE_V2, 0,
     3, 1, ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT, "a data page has no data page header"},
    {"a data page of version 2 with the header of a dictionary", ALI_PARQUET_DATA_PAGE_V2,
     ALI_PARQUET_DICTIONARY_PAGE, 0, 3, 1, ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT,
     "a data page has no data page header"},
    {"a dictionary page without its header", ALI_PARQUET_DICTIONARY_PAGE, TOOL_NONE, 0, 3, 1,
     ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT, "a dictionary page has no valid header"},
    {"a dictionary of less than no values", ALI_PARQUET_DICTIONARY_PAGE,
     ALI_PARQUET_DICTIONARY_PAGE, 0, 3, -1, ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT,
     "a dictionary page has no valid header"},
    {"less than no values", ALI_PARQUET_DATA_PAGE, ALI_PARQUET_DATA_PAGE, 0, 3, -1,
     ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT, "a page claims -1 values"},
    {"levels in an encoding of values", ALI_PARQUET_DATA_PAGE, ALI_PARQUET_DATA_PAGE, 0, 5, 1,
     ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_UNSUPPORTED,
     "encoding DELTA_BINARY_PACKED of definition levels is not supported"},
    {"levels in no encoding", ALI_PARQUET_DATA_PAGE, ALI_PARQUET_DATA_PAGE, 0, 77, 1,
     ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT, "encoding unknown of definition levels"},
    {"a dictionary of runs", ALI_PARQUET_DICTIONARY_PAGE, ALI_PARQUET_DICTIONARY_PAGE, 3, 3, 1,
     ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_UNSUPPORTED,
     "encoding RLE of a dictionary is not supported"},
    {"a dictionary in no encoding", ALI_PARQUET_DICTIONARY_PAGE, ALI_PARQUET_DICTIONARY_PAGE, 77, 3,
     1, ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT, "encoding unknown of a dictionary"},
    {"a dictionary of booleans", ALI_PARQUET_DICTIONARY_PAGE, ALI_PARQUET_DICTIONARY_PAGE, 0, 3, 1,
     ALI_PARQUET_BOOLEAN, TOOL_NONE, ALI_ERR_CORRUPT, "a column of booleans has a dictionary"},
    {"a dictionary of more values than bytes", ALI_PARQUET_DICTIONARY_PAGE,
     ALI_PARQUET_DICTIONARY_PAGE, 0, 3, 3, ALI_PARQUET_INT64, TOOL_NONE, ALI_ERR_CORRUPT,
     "a dictionary claims 3 values, more than its 16 bytes can hold"},
    {"a dictionary of integers beyond their annotation", ALI_PARQUET_DICTIONARY_PAGE,
     ALI_PARQUET_DICTIONARY_PAGE, 0, 3, 2, ALI_PARQUET_INT32, 15, ALI_ERR_CORRUPT,
     "a dictionary holds an integer that does not fit 8 bits"},
};

static void put_lie(tool_bytes *to, const page_lie *lie) {
    tool_bytes with = {0};
    tool_bytes body = {0};
    tool_put_u32(&body, 2); // levels, of a data page: one run
    PUT(&body, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    tool_page page = tool_data_page(lie->values, lie->encoding);
    page.type = lie->header == TOOL_NONE ? 99 : lie->header;
    page.level_encoding = lie->level_encoding;
    tool_put_page(&with, &page, &body);
    tool_number(to, 1, lie->type);
    // of the page made, all but its first field, whose type takes one byte (99: two)
    const size_t head = lie->header == TOOL_NONE ? 4 : 3;
    tool_put(to, with.data + head, with.count - head);
    release(&with);
    release(&body);
}

static void lies_of_pages_are_found(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(page_lies); i += 1) {
        const page_lie *lie = &page_lies[i];
        tool_bytes pages = {0};
        put_lie(&pages, lie);
        tool_column column = column_of("a", lie->column_type, 1, 1, &pages);
        column.converted = lie->converted;
        tool_bytes file = tool_file(&column, 1, 1, 1);
        tool_result result = tool_read(&file, &plainly);
        if (result.status != lie->status || strstr(result.sentence, lie->words) == NULL) {
            print_message("%s: %s\n", lie->what, result.sentence);
        }
        assert_int_equal(result.status, lie->status);
        assert_non_null(strstr(result.sentence, lie->words));
        assert_non_null(strstr(result.sentence, "(column \"a\", row group 0, page at offset 4)"));
        release(&result.rows);
        release(&file);
        release(&pages);
    }
}

// One byte decides.
static void dictionaries_have_a_limit(void **state) {
    for (uint32_t more = 0; more < 2; more += 1) {
        const ali_limits limits = {.size_bytes = sizeof limits,
                                   .dictionary_bytes_max = 1600 - more};
        tool_bytes body = {0};
        tool_bytes pages = {0};
        for (int64_t i = 0; i < 200; i += 1) tool_put_i64(&body, 7 * i);
        tool_page page = tool_data_page(200, ALI_PARQUET_PLAIN);
        page.type = ALI_PARQUET_DICTIONARY_PAGE;
        tool_put_page(&pages, &page, &body);
        body.count = 0;
        PUT(&body, 7, 2 << 1, 3);
        page = tool_data_page(2, ALI_PARQUET_RLE_DICTIONARY);
        tool_put_page(&pages, &page, &body);
        const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 2, &pages);
        tool_bytes file = tool_file(&column, 1, 2, 1);
        const tool_reading how = {.limits = &limits};
        if (more == 0) {
            tool_expect_rows(&file, &how, "21;21;/");
        } else {
            tool_expect_error(&file, &how, ALI_ERR_LIMIT,
                              "a dictionary has 1600 bytes, the limit is 1599");
        }
        release(&file);
        release(&pages);
        release(&body);
    }
}

// Byte arrays of which the last is cut short: text, and decimals that are converted.
static void dictionaries_that_end_too_early_are_found(void **state) {
    for (uint32_t i = 0; i < 12; i += 1) {
        const uint32_t count = i / 4 + 1;
        const uint32_t missing = i % 2;
        const bool is_decimal = i / 2 % 2 != 0;
        tool_bytes body = {0};
        tool_bytes pages = {0};
        for (uint32_t k = 0; k < count; k += 1) {
            tool_put_u32(&body, k + 1 == count ? 1 + missing : 1);
            tool_put_byte(&body, '0' + k);
        }
        tool_page page = tool_data_page((int32_t)count, ALI_PARQUET_PLAIN);
        page.type = ALI_PARQUET_DICTIONARY_PAGE;
        tool_put_page(&pages, &page, &body);
        body.count = 0;
        PUT(&body, 2, 1 << 1, (uint8_t)(count - 1));
        page = tool_data_page(1, ALI_PARQUET_RLE_DICTIONARY);
        tool_put_page(&pages, &page, &body);
        tool_column column = column_of("a", ALI_PARQUET_BYTE_ARRAY, 0, 1, &pages);
        column.converted = is_decimal ? 5 : 0;
        column.precision = is_decimal ? 4 : 0;
        tool_bytes file = tool_file(&column, 1, 1, 1);
        char rows[16];
        (void)snprintf(rows, sizeof rows, is_decimal ? "%u;/" : "%c;/", '0' + count - 1);
        if (missing == 0) {
            tool_expect_rows(&file, &plainly, rows);
        } else {
            tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT, "ends where");
        }
        release(&file);
        release(&pages);
        release(&body);
    }
}

// --- chunks and row groups -----------------------------------------------------------------------

typedef struct chunk_lie {
    const char *what;
    int32_t type; // of the chunk; the schema has INT64
    int64_t values;
    int64_t bytes;
    int64_t rows;
    uint32_t chunks;
    uint32_t groups;
    bool is_bare;      // without metadata
    bool is_encrypted; // with metadata that are
    ali_status status;
    const char *words;
} chunk_lie;

static const chunk_lie chunk_lies[] = {
    {"the truth", 2, 2, 0, 2, 1, 1, false, false, ALI_OK, ""},
    {"another type", 1, 2, 0, 2, 1, 1, false, false, ALI_ERR_CORRUPT,
     "the column chunk has another type than the schema says"},
    {"no metadata", 2, 2, 0, 2, 1, 1, true, false, ALI_ERR_CORRUPT,
     "the column chunk has no metadata"},
    {"encrypted metadata", 2, 2, 0, 2, 1, 1, true, true, ALI_ERR_UNSUPPORTED,
     "encrypted columns are not supported"},
    {"less than no values", 2, -1, 0, 2, 1, 1, false, false, ALI_ERR_CORRUPT,
     "chunk 0 of row group 0 claims -1 values in"},
    {"less than no bytes", 2, 2, -7, 2, 1, 1, false, false, ALI_ERR_CORRUPT,
     "chunk 0 of row group 0 claims 2 values in -7 bytes"},
    {"less than no rows", 2, 2, 0, -2, 1, 1, false, false, ALI_ERR_CORRUPT,
     "row group 0 claims -2 rows"},
    {"no chunks", 2, 2, 0, 2, 0, 1, false, false, ALI_ERR_CORRUPT,
     "row group 0 has 0 column chunks, the schema has 1 leaf columns"},
    {"too many chunks", 2, 2, 0, 2, 2, 1, false, false, ALI_ERR_CORRUPT,
     "row group 0 has 2 column chunks, the schema has 1 leaf columns"},
    {"more rows than can be counted", 2, 2, 0, INT64_MAX, 1, 2, false, false, ALI_ERR_CORRUPT,
     "the row groups claim more than 2^63 rows"},
    {"more rows than values", 2, 2, 0, 3, 1, 1, false, false, ALI_ERR_CORRUPT,
     "another number of values than its row group has rows"},
    {"fewer rows than values", 2, 2, 0, 1, 1, 1, false, false, ALI_ERR_CORRUPT,
     "another number of values than its row group has rows"},
};

static void put_group(tool_bytes *to, const chunk_lie *lie, const tool_bytes *pages) {
    tool_column column = column_of("a", lie->type, 0, lie->values, pages);
    column.bytes = lie->bytes;
    tool_list(to, 1, lie->chunks);
    for (uint32_t i = 0; i < lie->chunks; i += 1) {
        if (!lie->is_bare) {
            tool_put_chunk(to, &column, 4);
            continue;
        }
        tool_number(to, 2, 4);
        if (lie->is_encrypted) tool_string(to, 9, "hidden");
        tool_stop(to);
    }
    tool_number(to, 2, 0);
    tool_number(to, 3, lie->rows);
    tool_stop(to);
}

static tool_bytes file_of_lie(const chunk_lie *lie) {
    tool_bytes body = {0};
    tool_bytes pages = {0};
    tool_bytes footer = {0};
    tool_bytes file = {0};
    tool_put_i64(&body, 1);
    tool_put_i64(&body, 2);
    const tool_page page = tool_data_page(2, ALI_PARQUET_PLAIN);
    tool_put_page(&pages, &page, &body);
    const tool_column column = column_of("a", ALI_PARQUET_INT64, 0, 2, &pages);
    tool_number(&footer, 1, 1);
    tool_put_schema(&footer, &column, 1);
    tool_number(&footer, 3, lie->rows);
    tool_list(&footer, 4, lie->groups);
    for (uint32_t i = 0; i < lie->groups; i += 1) put_group(&footer, lie, &pages);
    tool_stop(&footer);
    tool_put(&file, "PAR1", 4);
    tool_put(&file, pages.data, pages.count);
    tool_put(&file, footer.data, footer.count);
    tool_put_u32(&file, (uint32_t)footer.count);
    tool_put(&file, "PAR1", 4);
    release(&footer);
    release(&pages);
    release(&body);
    return file;
}

static void lies_of_chunks_and_row_groups_are_found(void **state) {
    for (uint32_t i = 0; i < ALI_COUNT_OF(chunk_lies); i += 1) {
        const chunk_lie *lie = &chunk_lies[i];
        tool_bytes file = file_of_lie(lie);
        tool_result result = tool_read(&file, &plainly);
        if (result.status != lie->status || strstr(result.sentence, lie->words) == NULL) {
            print_message("%s: %s\n", lie->what, result.sentence);
        }
        assert_int_equal(result.status, lie->status);
        assert_non_null(strstr(result.sentence, lie->words));
        release(&result.rows);
        release(&file);
    }
}

// --- levels of the deprecated encoding -----------------------------------------------------------

// Levels of `width` bits, the highest bit of each first.
static void put_bits(tool_bytes *to, const uint8_t *levels, uint32_t count, uint32_t width) {
    for (uint32_t bit = 0; bit < count * width; bit += 1) {
        if (bit % 8 == 0) tool_put_byte(to, 0);
        const uint32_t value = levels[bit / width] >> (width - 1 - bit % width) & 1u;
        to->data[to->count - 1] |= (uint8_t)(value << (7 - bit % 8));
    }
}

static void bit_packed_levels_of_every_width_are_read(void **state) {
    enum { COUNT = 100 };
    for (uint32_t width = 1; width <= 7; width += 1) {
        uint8_t levels[COUNT];
        uint8_t found[COUNT + 8] = {0};
        uint32_t room[COUNT];
        tool_bytes bytes = {0};
        uint8_t highest = 0;
        for (uint32_t i = 0; i < COUNT; i += 1) {
            levels[i] = (uint8_t)(i * 37 % (1u << width));
            if (levels[i] > highest) highest = levels[i];
        }
        put_bits(&bytes, levels, COUNT, width);
        for (uint32_t piece = 1; piece <= COUNT; piece += 33) {
            ali_levels from = {.is_bit_packed = true};
            ali_rle_init(&from.rle, bytes.data, bytes.count, width);
            for (uint32_t at = 0; at < COUNT; at += piece) {
                const uint32_t now = COUNT - at < piece ? COUNT - at : piece;
                assert_int_equal(ali_levels_decode(&from, highest, room, found + at, now),
                                 ALI_LEVELS_OK);
            }
            assert_memory_equal(found, levels, COUNT);
            const uint32_t rest = (uint32_t)(bytes.count * 8 - COUNT * width) / width;
            assert_int_equal(ali_levels_decode(&from, highest, room, found, rest + 1),
                             ALI_LEVELS_SHORT);
        }
        ali_levels from = {.is_bit_packed = true};
        ali_rle_init(&from.rle, bytes.data, bytes.count, width);
        assert_int_equal(ali_levels_decode(&from, highest - 1u, room, found, COUNT),
                         ALI_LEVELS_RANGE);
        release(&bytes);
    }
}

// A list of optional numbers: [1,null],[],null,[2], whose levels are too few in one of the pages.
static void levels_of_lists_may_be_bit_packed_but_not_too_few(void **state) {
    static const uint8_t repetition[] = {0, 1, 0, 0, 0};
    static const uint8_t definition[] = {3, 2, 1, 0, 3};
    for (uint32_t is_short = 0; is_short < 2; is_short += 1) {
        tool_bytes schema = {0};
        tool_bytes body = {0};
        tool_bytes pages = {0};
        static const struct {
            const char *name;
            int32_t repetition;
            int32_t children;
            int32_t converted;
        } elements[] = {{"root", 0, 1, TOOL_NONE},
                        {"numbers", 1, 1, 3},
                        {"list", 2, 1, TOOL_NONE},
                        {"element", 1, 0, TOOL_NONE}};
        tool_list(&schema, 2, 4);
        for (uint32_t i = 0; i < 4; i += 1) {
            if (elements[i].children == 0) tool_number(&schema, 1, ALI_PARQUET_INT64);
            tool_number(&schema, 3, elements[i].repetition);
            tool_string(&schema, 4, elements[i].name);
            if (elements[i].children != 0) tool_number(&schema, 5, elements[i].children);
            if (elements[i].converted != TOOL_NONE) tool_number(&schema, 6, elements[i].converted);
            tool_stop(&schema);
        }
        // repetition levels as runs; of definition levels what the page's header says
        tool_put_u32(&body, 6);
        PUT(&body, 1 << 1, 0, 1 << 1, 1, 3 << 1, 0);
        if (is_short == 0) {
            put_bits(&body, definition, 5, 2);
        } else {
            tool_put_u32(&body, 2);
            PUT(&body, 4 << 1, 3);
        }
        assert_int_equal(ALI_COUNT_OF(repetition), 5);
        tool_put_i64(&body, 1);
        tool_put_i64(&body, 2);
        tool_page page = tool_data_page(5, ALI_PARQUET_PLAIN);
        page.level_encoding = is_short == 0 ? ALI_PARQUET_BIT_PACKED : ALI_PARQUET_RLE;
        tool_put_page(&pages, &page, &body);
        const tool_column column = column_of("numbers", ALI_PARQUET_INT64, 1, 5, &pages);
        tool_bytes file = tool_file_of(&schema, &column, 1, 4, 1);
        if (is_short == 0) {
            tool_expect_rows(&file, &plainly, "[1,null];[];null;[2];/");
        } else {
            tool_expect_error(&file, &plainly, ALI_ERR_CORRUPT,
                              "a page has fewer definition levels than the 5 values it claims");
        }
        release(&file);
        release(&schema);
        release(&pages);
        release(&body);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(lies_of_pages_are_found),
        cmocka_unit_test(dictionaries_have_a_limit),
        cmocka_unit_test(dictionaries_that_end_too_early_are_found),
        cmocka_unit_test(lies_of_chunks_and_row_groups_are_found),
        cmocka_unit_test(bit_packed_levels_of_every_width_are_read),
        cmocka_unit_test(levels_of_lists_may_be_bit_packed_but_not_too_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
