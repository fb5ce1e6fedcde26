// format/parquet/types.c: the Arrow type of a leaf column (parquet-format, LogicalTypes.md): by its
// LogicalType where there is a known one, else its ConvertedType, else its physical type.
//
// An annotation that its physical type cannot have is an error, as in other readers; unknown ones
// are ignored, as the specification asks.
#include "base/text.h"
#include "format/parquet/parquet.h"
#include "wire/json_write.h"

// What an annotation makes of a column.
typedef struct annotation {
    const char *name;   // of the logical type, for messages; NULL: no annotation
    uint8_t kind;       // of the Arrow type; 0: none that is supported
    uint8_t unit;       // of times
    uint8_t is_signed;  // integers
    uint8_t length;     // that FIXED_LEN_BYTE_ARRAY must have; 0: any
    uint16_t bits;      // in memory
    uint16_t physicals; // the physical types that it may annotate, as bits
    const char *extension;
} annotation;

#define ON(type) (1u << ALI_PARQUET_##type)
#define ON_BYTES ON(BYTE_ARRAY)
#define ON_FIXED ON(FIXED_LEN_BYTE_ARRAY)
#define ON_ANY 0xFFu
#define ON_DECIMAL (ON(INT32) | ON(INT64) | ON_BYTES | ON_FIXED)

// The key of an extension type's parameters.
#define EXTENSION_METADATA_KEY "ARROW:extension:metadata"

// Digits that 128 and 256 bits hold.
#define PRECISION_128 38
#define PRECISION_MAX 76

enum {
    NONE,
    STRING,
    ENUM,
    JSON,
    BSON,
    DECIMAL,
    DATE,
    TIME_OTHER, // of a unit that is not known
    TIME_MILLI,
    TIME_MICRO,
    TIME_NANO,
    STAMP_OTHER,
    STAMP_MILLI,
    STAMP_MICRO,
    STAMP_NANO,
    UINT_8,
    UINT_16,
    UINT_32,
    UINT_64,
    INT_8,
    INT_16,
    INT_32,
    INT_64,
    INT_OTHER, // of a width that is not known
    UNKNOWN,
    UUID,
    FLOAT16,
    INTERVAL,
    GEOMETRY,
    GEOGRAPHY
};

#define TEXT(label, own, extension) {label, own, 0, 0, 0, 0, ON_BYTES, extension}
#define TIMES(label, own, in, width, on) {label, own, in, 0, 0, width, on, NULL}
#define INTEGERS(width, own, on) {"INTEGER", ALI_TYPE_INT, 0, own, 0, width, ON(on), NULL}
#define FIXED(label, own, width, extension)                                                        \
    {label, own, 0, 0, (width), 8 * (width), ON_FIXED, extension}

static const annotation annotations[] = {
    [STRING] = TEXT("STRING", ALI_TYPE_UTF8, NULL),
    [ENUM] = TEXT("ENUM", ALI_TYPE_UTF8, NULL),
    [JSON] = TEXT("JSON", ALI_TYPE_UTF8, "arrow.json"),
    [BSON] = TEXT("BSON", ALI_TYPE_BINARY, NULL),
    [DECIMAL] = {"DECIMAL", ALI_TYPE_DECIMAL, 0, 0, 0, 128, ON_DECIMAL, NULL},
    [DATE] = TIMES("DATE", ALI_TYPE_DATE, ALI_UNIT_DAY, 32, ON(INT32)),
    [TIME_OTHER] = TIMES("TIME", 0, 0, 0, ON_ANY),
    [TIME_MILLI] = TIMES("TIME", ALI_TYPE_TIME, ALI_UNIT_MILLI, 32, ON(INT32)),
    [TIME_MICRO] = TIMES("TIME", ALI_TYPE_TIME, ALI_UNIT_MICRO, 64, ON(INT64)),
    [TIME_NANO] = TIMES("TIME", ALI_TYPE_TIME, ALI_UNIT_NANO, 64, ON(INT64)),
    [STAMP_OTHER] = TIMES("TIMESTAMP", 0, 0, 0, ON_ANY),
    [STAMP_MILLI] = TIMES("TIMESTAMP", ALI_TYPE_TIMESTAMP, ALI_UNIT_MILLI, 64, ON(INT64)),
    [STAMP_MICRO] = TIMES("TIMESTAMP", ALI_TYPE_TIMESTAMP, ALI_UNIT_MICRO, 64, ON(INT64)),
    [STAMP_NANO] = TIMES("TIMESTAMP", ALI_TYPE_TIMESTAMP, ALI_UNIT_NANO, 64, ON(INT64)),
    [UINT_8] = INTEGERS(8, 0, INT32),
    [UINT_16] = INTEGERS(16, 0, INT32),
    [UINT_32] = INTEGERS(32, 0, INT32),
    [UINT_64] = INTEGERS(64, 0, INT64),
    [INT_8] = INTEGERS(8, 1, INT32),
    [INT_16] = INTEGERS(16, 1, INT32),
    [INT_32] = INTEGERS(32, 1, INT32),
    [INT_64] = INTEGERS(64, 1, INT64),
    [INT_OTHER] = {"INTEGER", ALI_TYPE_INT, 0, 0, 0, 0, 0, NULL},
    [UNKNOWN] = {"UNKNOWN", ALI_TYPE_NULL, 0, 0, 0, 0, ON_ANY, NULL},
    [UUID] = FIXED("UUID", ALI_TYPE_FIXED_BINARY, 16, "arrow.uuid"),
    [FLOAT16] = FIXED("FLOAT16", ALI_TYPE_FLOAT, 2, NULL),
    [INTERVAL] = {"INTERVAL", ALI_TYPE_INTERVAL, 0, 0, 12, 128, ON_FIXED, NULL},
    [GEOMETRY] = TEXT("GEOMETRY", ALI_TYPE_BINARY, "geoarrow.wkb"),
    [GEOGRAPHY] = TEXT("GEOGRAPHY", ALI_TYPE_BINARY, "geoarrow.wkb"),
};

// The annotations of LogicalType by their bits, and of ConvertedType by their numbers. MAP and LIST
// are no leaves; Variant is a group.
static const uint8_t logicals[] = {STRING,     NONE,        NONE,      ENUM,     DECIMAL,  DATE,
                                   TIME_OTHER, STAMP_OTHER, INT_OTHER, UNKNOWN,  JSON,     BSON,
                                   UUID,       FLOAT16,     NONE,      GEOMETRY, GEOGRAPHY};
static const uint8_t converteds[] = {
    STRING,     NONE,        NONE,        NONE,   ENUM,    DECIMAL, DATE,    TIME_MILLI,
    TIME_MICRO, STAMP_MILLI, STAMP_MICRO, UINT_8, UINT_16, UINT_32, UINT_64, INT_8,
    INT_16,     INT_32,      INT_64,      JSON,   BSON,    INTERVAL};

// How many annotations after that of unknown unit the one of this TimeUnit stands.
static uint32_t unit_of(const ali_parquet_time *time) {
    switch (time->unit.seen) {
    case ALI_PARQUET_MILLIS:
        return 1;
    case ALI_PARQUET_MICROS:
        return 2;
    case ALI_PARQUET_NANOS:
        return 3;
    default:
        return 0;
    }
}

static uint32_t integer_of(const ali_parquet_integer *integer) {
    const uint32_t first = integer->is_signed != 0 ? INT_8 : UINT_8;
    switch (integer->bits) {
    case 8:
        return first;
    case 16:
        return first + 1;
    case 32:
        return first + 2;
    case 64:
        return first + 3;
    default:
        return INT_OTHER;
    }
}

static uint32_t logical_of(const ali_parquet_logical *logical) {
    if ((logical->seen & (logical->seen - 1)) != 0) return NONE; // a union has one member
    const uint32_t found = logicals[__builtin_ctz(logical->seen)];
    switch (found) {
    case TIME_OTHER:
        return found + unit_of(&logical->time);
    case STAMP_OTHER:
        return found + unit_of(&logical->timestamp);
    case INT_OTHER:
        return integer_of(&logical->integer);
    default:
        return found;
    }
}

// UNKNOWN has no ConvertedType, so that one beside it says more: parquet-java 1.11 and 1.12 write
// UNKNOWN beside INTERVAL, which LogicalType does not have.
static bool has_logical(const ali_parquet_element *element) {
    if ((element->seen & ALI_PARQUET_ELEMENT_LOGICAL) == 0) return false;
    if (element->logical.seen != ALI_PARQUET_LOGICAL_UNKNOWN) return element->logical.seen != 0;
    return (element->seen & ALI_PARQUET_ELEMENT_CONVERTED) == 0;
}

static uint32_t annotation_of(const ali_parquet_element *element) {
    if (has_logical(element)) return logical_of(&element->logical);
    const bool is_converted = (element->seen & ALI_PARQUET_ELEMENT_CONVERTED) != 0;
    const uint32_t number = (uint32_t)element->converted;
    return is_converted && number < sizeof converteds ? converteds[number] : NONE;
}

// The type of a physical type without annotation.
static ali_type physical_type(const ali_parquet_element *element, uint32_t int96_unit) {
    static const uint8_t kinds[] = {ALI_TYPE_BOOL,      ALI_TYPE_INT,         ALI_TYPE_INT,
                                    ALI_TYPE_TIMESTAMP, ALI_TYPE_FLOAT,       ALI_TYPE_FLOAT,
                                    ALI_TYPE_BINARY,    ALI_TYPE_FIXED_BINARY};
    static const uint8_t bits[] = {1, 32, 64, 64, 32, 64, 0, 0};
    ali_type type = {.kind = kinds[element->type], .bits = bits[element->type], .zone = ""};
    if (type.kind == ALI_TYPE_INT) type.is_signed = 1;
    if (type.kind == ALI_TYPE_TIMESTAMP) type.unit = (uint8_t)int96_unit;
    if (type.kind == ALI_TYPE_FIXED_BINARY) type.bits = (uint32_t)element->type_length * 8;
    return type;
}

static ali_type annotated_type(const annotation *found, const ali_parquet_element *element) {
    ali_type type = {.kind = found->kind,
                     .unit = found->unit,
                     .is_signed = found->is_signed,
                     .bits = found->bits,
                     .zone = ""};
    const bool is_utc = !has_logical(element) || element->logical.timestamp.is_utc != 0;
    if (type.kind == ALI_TYPE_TIMESTAMP && is_utc) type.zone = "UTC";
    if (type.kind != ALI_TYPE_DECIMAL) return type;
    const ali_parquet_decimal *decimal = &element->logical.decimal;
    type.precision = has_logical(element) ? decimal->precision : element->precision;
    type.scale = has_logical(element) ? decimal->scale : element->scale;
    if (type.precision > PRECISION_128) type.bits = 256;
    return type;
}

// The physical type may have the annotation.
static bool is_fitting(const annotation *found, const ali_parquet_element *element,
                       const ali_type *type) {
    if ((found->physicals >> element->type & 1) == 0) return false;
    if (type->kind == ALI_TYPE_DECIMAL) {
        return type->precision >= 1 && type->scale >= 0 && type->scale <= type->precision;
    }
    return found->length == 0 || found->length == element->type_length;
}

static ali_type choose_type(const ali_parquet_element *element, ali_parquet_column *column,
                            uint32_t int96_unit) {
    const annotation *found = &annotations[annotation_of(element)];
    const ali_type physical = physical_type(element, int96_unit);
    if (found->name == NULL) return physical;
    const ali_type type = annotated_type(found, element);
    column->reason = found->name;
    column->extension = found->extension;
    if (!is_fitting(found, element, &type)) {
        column->refusal = ALI_PARQUET_BAD_ANNOTATION;
        column->extension = NULL;
        return physical;
    }
    if (type.kind == 0 || type.precision > PRECISION_MAX) column->refusal = ALI_PARQUET_BAD_LOGICAL;
    return type.kind == 0 ? physical : type;
}

// Bytes of a value in a page.
static uint32_t stored_bytes(const ali_parquet_element *element) {
    switch (element->type) {
    case ALI_PARQUET_INT32:
    case ALI_PARQUET_FLOAT:
        return 4;
    case ALI_PARQUET_INT64:
    case ALI_PARQUET_DOUBLE:
        return 8;
    case ALI_PARQUET_INT96:
        return 12;
    case ALI_PARQUET_FIXED_LEN_BYTE_ARRAY:
        return (uint32_t)element->type_length;
    default:
        return 0;
    }
}

static uint8_t decimal_form(const ali_parquet_element *element) {
    const bool is_integer = element->type == ALI_PARQUET_INT32 ||
                            element->type == ALI_PARQUET_INT64;
    return is_integer ? ALI_PARQUET_FORM_WIDEN : ALI_PARQUET_FORM_DECIMAL;
}

static uint8_t form_of(const ali_parquet_element *element, const ali_type *type) {
    switch (type->kind) {
    case ALI_TYPE_NULL:
        return ALI_PARQUET_FORM_NULL;
    case ALI_TYPE_BOOL:
        return ALI_PARQUET_FORM_BITS;
    case ALI_TYPE_UTF8:
    case ALI_TYPE_BINARY:
        return ALI_PARQUET_FORM_TEXT;
    case ALI_TYPE_DECIMAL:
        return decimal_form(element);
    case ALI_TYPE_INTERVAL:
        return ALI_PARQUET_FORM_INTERVAL;
    case ALI_TYPE_INT:
        return type->bits < 32 ? ALI_PARQUET_FORM_NARROW : ALI_PARQUET_FORM_COPY;
    case ALI_TYPE_TIMESTAMP:
        if (element->type != ALI_PARQUET_INT96) return ALI_PARQUET_FORM_COPY;
        return type->unit == ALI_UNIT_NANO ? ALI_PARQUET_FORM_NANOS : ALI_PARQUET_FORM_MICROS;
    default:
        return ALI_PARQUET_FORM_COPY;
    }
}

ali_type ali_parquet_leaf_type(const ali_parquet_element *element, ali_parquet_column *column,
                               uint32_t int96_unit) {
    const ali_type type = choose_type(element, column, int96_unit);
    column->is_signed = type.is_signed != 0;
    column->width = type.kind == ALI_TYPE_BOOL ? 0 : type.bits / 8;
    column->stored_bytes = stored_bytes(element);
    column->form = form_of(element, &type);
    return type;
}

// --- metadata ------------------------------------------------------------------------------------

// Copies a terminated string.
static uint8_t *put(uint8_t *to, const char *text) {
    const size_t text_bytes = ali_text_length(text);
    ali_copy(to, text, text_bytes);
    return to + text_bytes;
}

// The parameters of a geometry or geography, as GeoArrow spells them: the coordinate reference
// system, and how edges are drawn (https://geoarrow.org/extension-types).
static ali_status put_geo(ali_arena *arena, const ali_parquet_logical *logical, ali_pair *pair) {
    static const char *const edges[] = {"spherical", "vincenty", "thomas", "andoyer", "karney"};
    const ali_parquet_geo *geo = &logical->geo;
    const bool has_crs = geo->crs.count_bytes != 0;
    const uint8_t *crs = has_crs ? (const uint8_t *)geo->crs.bytes : (const uint8_t *)"OGC:CRS84";
    const uint64_t crs_bytes = has_crs ? geo->crs.count_bytes : 9;
    const bool is_geography = logical->seen == ALI_PARQUET_LOGICAL_GEOGRAPHY;
    const uint32_t algorithm = (uint32_t)geo->algorithm;
    uint64_t replaced = 0;
    void *pointer = NULL;
    ALI_TRY(ali_arena_new(arena, ali_json_text_bound(crs, crs_bytes) + 64, &pointer));
    uint8_t *at = put(pointer, "{\"crs\":\"");
    at = put(ali_json_put_text(at, crs, crs_bytes, &replaced), "\"");
    if (is_geography && algorithm < ALI_COUNT_OF(edges)) {
        at = put(put(put(at, ",\"edges\":\""), edges[algorithm]), "\"");
    }
    at = put(at, "}");
    *at = 0;
    pair->value = pointer;
    pair->value_bytes = (uint64_t)(at - (uint8_t *)pointer);
    return ALI_OK;
}

ali_status ali_parquet_leaf_metadata(ali_arena *arena, const ali_parquet_element *element,
                                     const ali_parquet_column *column, ali_field *field) {
    if (column->extension == NULL) return ALI_OK;
    void *pointer = NULL;
    ALI_TRY(ali_arena_new(arena, 2 * sizeof(ali_pair), &pointer));
    ali_pair *pairs = pointer;
    pairs[0] = (ali_pair){.key = ALI_EXTENSION_KEY,
                          .value = column->extension,
                          .key_bytes = sizeof ALI_EXTENSION_KEY - 1,
                          .value_bytes = ali_text_length(column->extension)};
    pairs[1] = (ali_pair){
        .key = EXTENSION_METADATA_KEY, .value = "", .key_bytes = sizeof EXTENSION_METADATA_KEY - 1};
    field->metadata = pairs;
    field->metadata_count = 2;
    const uint32_t geo = ALI_PARQUET_LOGICAL_GEOMETRY | ALI_PARQUET_LOGICAL_GEOGRAPHY;
    if ((element->logical.seen & geo) == 0) return ALI_OK;
    return put_geo(arena, &element->logical, &pairs[1]);
}
