// format/parquet/meta.h: the structs of parquet.thrift that are read, as they come out of the
// Thrift reader
// (https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift).
//
// `seen` has a bit for each field that was there: see the enums of bits. Text points into the bytes
// that were read.
#ifndef ALI_FORMAT_PARQUET_META_H
#define ALI_FORMAT_PARQUET_META_H

#include "wire/thrift.h"

// Type
enum {
    ALI_PARQUET_BOOLEAN = 0,
    ALI_PARQUET_INT32 = 1,
    ALI_PARQUET_INT64 = 2,
    ALI_PARQUET_INT96 = 3,
    ALI_PARQUET_FLOAT = 4,
    ALI_PARQUET_DOUBLE = 5,
    ALI_PARQUET_BYTE_ARRAY = 6,
    ALI_PARQUET_FIXED_LEN_BYTE_ARRAY = 7
};

// FieldRepetitionType
enum { ALI_PARQUET_REQUIRED = 0, ALI_PARQUET_OPTIONAL = 1, ALI_PARQUET_REPEATED = 2 };

// Encoding
enum {
    ALI_PARQUET_PLAIN = 0,
    ALI_PARQUET_PLAIN_DICTIONARY = 2,
    ALI_PARQUET_RLE = 3,
    ALI_PARQUET_BIT_PACKED = 4,
    ALI_PARQUET_DELTA_BINARY_PACKED = 5,
    ALI_PARQUET_DELTA_LENGTH_BYTE_ARRAY = 6,
    ALI_PARQUET_DELTA_BYTE_ARRAY = 7,
    ALI_PARQUET_RLE_DICTIONARY = 8,
    ALI_PARQUET_BYTE_STREAM_SPLIT = 9
};

// PageType
enum {
    ALI_PARQUET_DATA_PAGE = 0,
    ALI_PARQUET_INDEX_PAGE = 1,
    ALI_PARQUET_DICTIONARY_PAGE = 2,
    ALI_PARQUET_DATA_PAGE_V2 = 3
};

// TimeUnit, a union: its bits.
enum { ALI_PARQUET_MILLIS = 1u << 0, ALI_PARQUET_MICROS = 1u << 1, ALI_PARQUET_NANOS = 1u << 2 };

typedef struct ali_parquet_union {
    uint32_t seen;
} ali_parquet_union;

typedef struct ali_parquet_decimal {
    uint32_t seen;
    int32_t scale;
    int32_t precision;
} ali_parquet_decimal;

typedef struct ali_parquet_time {
    uint32_t seen;
    uint8_t is_utc;
    ali_parquet_union unit;
} ali_parquet_time;

typedef struct ali_parquet_integer {
    uint32_t seen;
    int32_t bits;
    uint8_t is_signed;
} ali_parquet_integer;

// GeometryType and GeographyType.
typedef struct ali_parquet_geo {
    uint32_t seen;
    int32_t algorithm; // EdgeInterpolationAlgorithm: 0 is SPHERICAL
    ali_thrift_text crs;
} ali_parquet_geo;

// LogicalType, a union: its bits, in the order of its table.
enum {
    ALI_PARQUET_LOGICAL_STRING = 1u << 0,
    ALI_PARQUET_LOGICAL_MAP = 1u << 1,
    ALI_PARQUET_LOGICAL_LIST = 1u << 2,
    ALI_PARQUET_LOGICAL_ENUM = 1u << 3,
    ALI_PARQUET_LOGICAL_DECIMAL = 1u << 4,
    ALI_PARQUET_LOGICAL_DATE = 1u << 5,
    ALI_PARQUET_LOGICAL_TIME = 1u << 6,
    ALI_PARQUET_LOGICAL_TIMESTAMP = 1u << 7,
    ALI_PARQUET_LOGICAL_INTEGER = 1u << 8,
    ALI_PARQUET_LOGICAL_UNKNOWN = 1u << 9,
    ALI_PARQUET_LOGICAL_JSON = 1u << 10,
    ALI_PARQUET_LOGICAL_BSON = 1u << 11,
    ALI_PARQUET_LOGICAL_UUID = 1u << 12,
    ALI_PARQUET_LOGICAL_FLOAT16 = 1u << 13,
    ALI_PARQUET_LOGICAL_VARIANT = 1u << 14,
    ALI_PARQUET_LOGICAL_GEOMETRY = 1u << 15,
    ALI_PARQUET_LOGICAL_GEOGRAPHY = 1u << 16
};

typedef struct ali_parquet_logical {
    uint32_t seen;
    ali_parquet_decimal decimal;
    ali_parquet_time time;
    ali_parquet_time timestamp;
    ali_parquet_integer integer;
    ali_parquet_geo geo;
} ali_parquet_logical;

// ConvertedType, the older annotation.
enum {
    ALI_PARQUET_UTF8 = 0,
    ALI_PARQUET_MAP = 1,
    ALI_PARQUET_MAP_KEY_VALUE = 2,
    ALI_PARQUET_LIST = 3,
    ALI_PARQUET_ENUM = 4,
    ALI_PARQUET_DECIMAL = 5,
    ALI_PARQUET_DATE = 6,
    ALI_PARQUET_TIME_MILLIS = 7,
    ALI_PARQUET_TIME_MICROS = 8,
    ALI_PARQUET_TIMESTAMP_MILLIS = 9,
    ALI_PARQUET_TIMESTAMP_MICROS = 10,
    ALI_PARQUET_UINT_8 = 11,
    ALI_PARQUET_UINT_64 = 14,
    ALI_PARQUET_INT_8 = 15,
    ALI_PARQUET_INT_64 = 18,
    ALI_PARQUET_JSON = 19,
    ALI_PARQUET_BSON = 20,
    ALI_PARQUET_INTERVAL = 21
};

enum {
    ALI_PARQUET_ELEMENT_TYPE = 1u << 0,
    ALI_PARQUET_ELEMENT_CONVERTED = 1u << 5,
    ALI_PARQUET_ELEMENT_FIELD_ID = 1u << 8,
    ALI_PARQUET_ELEMENT_LOGICAL = 1u << 9
};

typedef struct ali_parquet_element {
    uint32_t seen;
    int32_t type;
    int32_t type_length;
    int32_t repetition;
    int32_t children;
    int32_t converted;
    int32_t scale;
    int32_t precision;
    int32_t field_id;
    ali_thrift_text name;
    ali_parquet_logical logical;
} ali_parquet_element;

typedef struct ali_parquet_chunk_meta {
    uint32_t seen;
    int32_t type;
    int32_t codec;
    int64_t values;
    int64_t uncompressed_bytes; // may be a lie
    int64_t compressed_bytes;
    int64_t data_page_offset;
    int64_t dictionary_page_offset;
} ali_parquet_chunk_meta;

enum {
    ALI_PARQUET_CHUNK_META = 1u << 1,
    ALI_PARQUET_CHUNK_ENCRYPTED = 3u << 2 // two fields, either of which says so
};

typedef struct ali_parquet_chunk {
    uint32_t seen;
    ali_thrift_text file_path; // empty: this file
    ali_parquet_chunk_meta meta;
    uint64_t start_bytes; // where its pages lie in the file; filled in by the check
    uint64_t end_bytes;
} ali_parquet_chunk;

typedef struct ali_parquet_row_group {
    uint32_t seen;
    int64_t rows;
    ali_thrift_list chunks; // of ali_parquet_chunk
} ali_parquet_row_group;

typedef struct ali_parquet_pair {
    uint32_t seen;
    ali_thrift_text key;
    ali_thrift_text value;
} ali_parquet_pair;

enum { ALI_PARQUET_FILE_ENCRYPTED = 1u << 5 };

typedef struct ali_parquet_file_meta {
    uint32_t seen;
    int64_t rows;
    ali_thrift_list elements;   // of ali_parquet_element
    ali_thrift_list row_groups; // of ali_parquet_row_group
    ali_thrift_list pairs;      // of ali_parquet_pair
    ali_thrift_text created_by;
} ali_parquet_file_meta;

extern const ali_thrift_type ali_parquet_file_meta_type;

typedef struct ali_parquet_data_header {
    uint32_t seen;
    int32_t values;
    int32_t encoding;
    int32_t level_encoding;
    int32_t repetition_encoding;
} ali_parquet_data_header;

typedef struct ali_parquet_dictionary_header {
    uint32_t seen;
    int32_t values;
    int32_t encoding;
} ali_parquet_dictionary_header;

enum { ALI_PARQUET_V2_IS_COMPRESSED = 1u << 4 };

typedef struct ali_parquet_data_header_v2 {
    uint32_t seen;
    int32_t values;
    int32_t encoding;
    int32_t level_bytes;
    int32_t repetition_bytes;
    uint8_t is_compressed;
} ali_parquet_data_header_v2;

enum {
    ALI_PARQUET_PAGE_CRC = 1u << 3,
    ALI_PARQUET_PAGE_DATA = 1u << 4,
    ALI_PARQUET_PAGE_DICTIONARY = 1u << 5,
    ALI_PARQUET_PAGE_DATA_V2 = 1u << 6
};

typedef struct ali_parquet_page_header {
    uint32_t seen;
    int32_t type;
    int32_t uncompressed_bytes;
    int32_t compressed_bytes;
    int32_t crc;
    ali_parquet_data_header data;
    ali_parquet_dictionary_header dictionary;
    ali_parquet_data_header_v2 data_v2;
} ali_parquet_page_header;

extern const ali_thrift_type ali_parquet_page_header_type;

// The name of a type, or of an encoding, in parquet.thrift; NULL for a number that is not there.
const char *ali_parquet_type_name(int32_t type);
const char *ali_parquet_encoding_name(int32_t encoding);

#endif
