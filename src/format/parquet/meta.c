// format/parquet/meta.c: the tables by which the Thrift reader reads parquet.thrift. Statistics,
// sizes, page indexes, sorting and column orders are left out: they are skipped.
#include "format/parquet/meta.h"

#define FIELD(id, kind, flags, record, member) {id, kind, flags, offsetof(record, member), NULL}
#define NESTED(id, kind, flags, record, member, type)                                              \
    {id, kind, flags, offsetof(record, member), type}
#define SEEN(id) {id, ALI_THRIFT_SEEN, 0, 0, NULL}
#define TYPE(label, fields, record, min_bytes)                                                     \
    {label, fields, ALI_COUNT_OF(fields), sizeof(record), min_bytes}
#define REQUIRED ALI_THRIFT_REQUIRED

// --- the schema ----------------------------------------------------------------------------------

static const ali_thrift_field unit_fields[] = {SEEN(1), SEEN(2), SEEN(3)};
static const ali_thrift_type unit_type = TYPE("TimeUnit", unit_fields, ali_parquet_union, 1);

static const ali_thrift_field decimal_fields[] = {
    FIELD(1, ALI_THRIFT_I32, REQUIRED, ali_parquet_decimal, scale),
    FIELD(2, ALI_THRIFT_I32, REQUIRED, ali_parquet_decimal, precision),
};
static const ali_thrift_type decimal_type =
    TYPE("DecimalType", decimal_fields, ali_parquet_decimal, 1);

static const ali_thrift_field time_fields[] = {
    FIELD(1, ALI_THRIFT_BOOL, REQUIRED, ali_parquet_time, is_utc),
    NESTED(2, ALI_THRIFT_STRUCT, REQUIRED, ali_parquet_time, unit, &unit_type),
};
static const ali_thrift_type time_type = TYPE("TimeType", time_fields, ali_parquet_time, 1);

static const ali_thrift_field integer_fields[] = {
    FIELD(1, ALI_THRIFT_I32, REQUIRED, ali_parquet_integer, bits),
    FIELD(2, ALI_THRIFT_BOOL, REQUIRED, ali_parquet_integer, is_signed),
};
static const ali_thrift_type integer_type = TYPE("IntType", integer_fields, ali_parquet_integer, 1);

static const ali_thrift_field geometry_fields[] = {
    FIELD(1, ALI_THRIFT_TEXT, 0, ali_parquet_geo, crs),
};
static const ali_thrift_type geometry_type =
    TYPE("GeometryType", geometry_fields, ali_parquet_geo, 1);

static const ali_thrift_field geography_fields[] = {
    FIELD(1, ALI_THRIFT_TEXT, 0, ali_parquet_geo, crs),
    FIELD(2, ALI_THRIFT_I32, 0, ali_parquet_geo, algorithm),
};
static const ali_thrift_type geography_type =
    TYPE("GeographyType", geography_fields, ali_parquet_geo, 1);

static const ali_thrift_field logical_fields[] = {
    SEEN(1),
    SEEN(2),
    SEEN(3),
    SEEN(4),
    NESTED(5, ALI_THRIFT_STRUCT, 0, ali_parquet_logical, decimal, &decimal_type),
    SEEN(6),
    NESTED(7, ALI_THRIFT_STRUCT, 0, ali_parquet_logical, time, &time_type),
    NESTED(8, ALI_THRIFT_STRUCT, 0, ali_parquet_logical, timestamp, &time_type),
    NESTED(10, ALI_THRIFT_STRUCT, 0, ali_parquet_logical, integer, &integer_type),
    SEEN(11),
    SEEN(12),
    SEEN(13),
    SEEN(14),
    SEEN(15),
    SEEN(16),
    NESTED(17, ALI_THRIFT_STRUCT, 0, ali_parquet_logical, geo, &geometry_type),
    NESTED(18, ALI_THRIFT_STRUCT, 0, ali_parquet_logical, geo, &geography_type),
};
static const ali_thrift_type logical_type =
    TYPE("LogicalType", logical_fields, ali_parquet_logical, 1);

static const ali_thrift_field element_fields[] = {
    FIELD(1, ALI_THRIFT_I32, 0, ali_parquet_element, type),
    FIELD(2, ALI_THRIFT_I32, 0, ali_parquet_element, type_length),
    FIELD(3, ALI_THRIFT_I32, 0, ali_parquet_element, repetition),
    FIELD(4, ALI_THRIFT_TEXT, REQUIRED, ali_parquet_element, name),
    FIELD(5, ALI_THRIFT_I32, 0, ali_parquet_element, children),
    FIELD(6, ALI_THRIFT_I32, 0, ali_parquet_element, converted),
    FIELD(7, ALI_THRIFT_I32, 0, ali_parquet_element, scale),
    FIELD(8, ALI_THRIFT_I32, 0, ali_parquet_element, precision),
    FIELD(9, ALI_THRIFT_I32, 0, ali_parquet_element, field_id),
    NESTED(10, ALI_THRIFT_STRUCT, 0, ali_parquet_element, logical, &logical_type),
};
static const ali_thrift_type element_type =
    TYPE("SchemaElement", element_fields, ali_parquet_element, 3);

// --- row groups ----------------------------------------------------------------------------------

static const ali_thrift_field chunk_meta_fields[] = {
    FIELD(1, ALI_THRIFT_I32, REQUIRED, ali_parquet_chunk_meta, type),
    FIELD(4, ALI_THRIFT_I32, REQUIRED, ali_parquet_chunk_meta, codec),
    FIELD(5, ALI_THRIFT_I64, REQUIRED, ali_parquet_chunk_meta, values),
    FIELD(6, ALI_THRIFT_I64, 0, ali_parquet_chunk_meta, uncompressed_bytes),
    FIELD(7, ALI_THRIFT_I64, REQUIRED, ali_parquet_chunk_meta, compressed_bytes),
    FIELD(9, ALI_THRIFT_I64, REQUIRED, ali_parquet_chunk_meta, data_page_offset),
    FIELD(11, ALI_THRIFT_I64, 0, ali_parquet_chunk_meta, dictionary_page_offset),
};
static const ali_thrift_type chunk_meta_type =
    TYPE("ColumnMetaData", chunk_meta_fields, ali_parquet_chunk_meta, 11);

static const ali_thrift_field chunk_fields[] = {
    FIELD(1, ALI_THRIFT_TEXT, 0, ali_parquet_chunk, file_path),
    NESTED(3, ALI_THRIFT_STRUCT, 0, ali_parquet_chunk, meta, &chunk_meta_type),
    SEEN(8), // crypto_metadata
    SEEN(9), // encrypted_column_metadata
};
static const ali_thrift_type chunk_type = TYPE("ColumnChunk", chunk_fields, ali_parquet_chunk, 1);

static const ali_thrift_field row_group_fields[] = {
    NESTED(1, ALI_THRIFT_LIST, REQUIRED, ali_parquet_row_group, chunks, &chunk_type),
    FIELD(3, ALI_THRIFT_I64, REQUIRED, ali_parquet_row_group, rows),
};
static const ali_thrift_type row_group_type =
    TYPE("RowGroup", row_group_fields, ali_parquet_row_group, 5);

static const ali_thrift_field pair_fields[] = {
    FIELD(1, ALI_THRIFT_TEXT, REQUIRED, ali_parquet_pair, key),
    FIELD(2, ALI_THRIFT_TEXT, 0, ali_parquet_pair, value),
};
static const ali_thrift_type pair_type = TYPE("KeyValue", pair_fields, ali_parquet_pair, 3);

static const ali_thrift_field file_meta_fields[] = {
    NESTED(2, ALI_THRIFT_LIST, REQUIRED, ali_parquet_file_meta, elements, &element_type),
    FIELD(3, ALI_THRIFT_I64, REQUIRED, ali_parquet_file_meta, rows),
    NESTED(4, ALI_THRIFT_LIST, REQUIRED, ali_parquet_file_meta, row_groups, &row_group_type),
    NESTED(5, ALI_THRIFT_LIST, 0, ali_parquet_file_meta, pairs, &pair_type),
    FIELD(6, ALI_THRIFT_TEXT, 0, ali_parquet_file_meta, created_by),
    SEEN(8), // encryption_algorithm
};
const ali_thrift_type ali_parquet_file_meta_type =
    TYPE("FileMetaData", file_meta_fields, ali_parquet_file_meta, 1);

// --- pages ---------------------------------------------------------------------------------------

static const ali_thrift_field data_fields[] = {
    FIELD(1, ALI_THRIFT_I32, REQUIRED, ali_parquet_data_header, values),
    FIELD(2, ALI_THRIFT_I32, REQUIRED, ali_parquet_data_header, encoding),
    FIELD(3, ALI_THRIFT_I32, REQUIRED, ali_parquet_data_header, level_encoding),
    FIELD(4, ALI_THRIFT_I32, 0, ali_parquet_data_header, repetition_encoding),
};
static const ali_thrift_type data_type =
    TYPE("DataPageHeader", data_fields, ali_parquet_data_header, 1);

static const ali_thrift_field dictionary_fields[] = {
    FIELD(1, ALI_THRIFT_I32, REQUIRED, ali_parquet_dictionary_header, values),
    FIELD(2, ALI_THRIFT_I32, REQUIRED, ali_parquet_dictionary_header, encoding),
};
static const ali_thrift_type dictionary_type =
    TYPE("DictionaryPageHeader", dictionary_fields, ali_parquet_dictionary_header, 1);

static const ali_thrift_field data_v2_fields[] = {
    FIELD(1, ALI_THRIFT_I32, REQUIRED, ali_parquet_data_header_v2, values),
    FIELD(4, ALI_THRIFT_I32, REQUIRED, ali_parquet_data_header_v2, encoding),
    FIELD(5, ALI_THRIFT_I32, REQUIRED, ali_parquet_data_header_v2, level_bytes),
    FIELD(6, ALI_THRIFT_I32, REQUIRED, ali_parquet_data_header_v2, repetition_bytes),
    FIELD(7, ALI_THRIFT_BOOL, 0, ali_parquet_data_header_v2, is_compressed),
};
static const ali_thrift_type data_v2_type =
    TYPE("DataPageHeaderV2", data_v2_fields, ali_parquet_data_header_v2, 1);

static const ali_thrift_field page_header_fields[] = {
    FIELD(1, ALI_THRIFT_I32, REQUIRED, ali_parquet_page_header, type),
    FIELD(2, ALI_THRIFT_I32, REQUIRED, ali_parquet_page_header, uncompressed_bytes),
    FIELD(3, ALI_THRIFT_I32, REQUIRED, ali_parquet_page_header, compressed_bytes),
    FIELD(4, ALI_THRIFT_I32, 0, ali_parquet_page_header, crc),
    NESTED(5, ALI_THRIFT_STRUCT, 0, ali_parquet_page_header, data, &data_type),
    NESTED(7, ALI_THRIFT_STRUCT, 0, ali_parquet_page_header, dictionary, &dictionary_type),
    NESTED(8, ALI_THRIFT_STRUCT, 0, ali_parquet_page_header, data_v2, &data_v2_type),
};
const ali_thrift_type ali_parquet_page_header_type =
    TYPE("PageHeader", page_header_fields, ali_parquet_page_header, 1);

// --- names ---------------------------------------------------------------------------------------

const char *ali_parquet_type_name(int32_t type) {
    static const char *const names[] = {"BOOLEAN", "INT32",  "INT64",      "INT96",
                                        "FLOAT",   "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"};
    return type >= 0 && type < (int32_t)ALI_COUNT_OF(names) ? names[type] : NULL;
}

const char *ali_parquet_encoding_name(int32_t encoding) {
    static const char *const names[] = {"PLAIN",
                                        NULL,
                                        "PLAIN_DICTIONARY",
                                        "RLE",
                                        "BIT_PACKED",
                                        "DELTA_BINARY_PACKED",
                                        "DELTA_LENGTH_BYTE_ARRAY",
                                        "DELTA_BYTE_ARRAY",
                                        "RLE_DICTIONARY",
                                        "BYTE_STREAM_SPLIT"};
    return encoding >= 0 && encoding < (int32_t)ALI_COUNT_OF(names) ? names[encoding] : NULL;
}
