// format/parquet/types.c: the Arrow type of a leaf column (parquet-format, LogicalTypes.md): by its
// LogicalType where there is a known one, else its ConvertedType, else its physical type.
//
// An annotation that its physical type cannot have is an error, as in other readers; unknown ones
// are ignored, as the specification asks.
#include "format/parquet/parquet.h"

static const ali_type type_bool = {.kind = ALI_TYPE_BOOL, .bits = 1, .zone = ""};

static ali_type plain_type(uint32_t kind, uint32_t bits) {
    return (ali_type){
        .kind = (uint8_t)kind, .bits = bits, .is_signed = kind == ALI_TYPE_INT, .zone = ""};
}

static ali_type timed_type(uint32_t kind, uint32_t bits, uint32_t unit) {
    return (ali_type){.kind = (uint8_t)kind, .bits = bits, .unit = (uint8_t)unit, .zone = ""};
}

// What an annotation makes of a column.
typedef struct annotation {
    ali_type type;
    const char *name;   // of the logical type, for messages; NULL: no annotation
    uint32_t physicals; // the physical types that it may annotate, as bits
    int32_t length;     // that FIXED_LEN_BYTE_ARRAY must have; 0: any
    bool is_unsupported;
} annotation;

#define ON(type) (1u << (type))
#define ON_BYTES ON(ALI_PARQUET_BYTE_ARRAY)
#define ON_FIXED ON(ALI_PARQUET_FIXED_LEN_BYTE_ARRAY)
#define ON_ANY 0xFFu
#define ON_DECIMAL (ON(ALI_PARQUET_INT32) | ON(ALI_PARQUET_INT64) | ON_BYTES | ON_FIXED)

// Digits that 128 and 256 bits hold.
#define PRECISION_128 38
#define PRECISION_MAX 76

static annotation integer_annotation(int32_t bits, bool is_signed) {
    const bool is_known = bits == 8 || bits == 16 || bits == 32 || bits == 64;
    annotation made = {.type = plain_type(ALI_TYPE_INT, (uint32_t)bits), .name = "INTEGER"};
    made.type.is_signed = is_signed;
    if (is_known) made.physicals = bits == 64 ? ON(ALI_PARQUET_INT64) : ON(ALI_PARQUET_INT32);
    return made;
}

static annotation time_annotation(uint32_t unit) {
    const bool is_milli = unit == ALI_UNIT_MILLI;
    return (annotation){.type = timed_type(ALI_TYPE_TIME, is_milli ? 32 : 64, unit),
                        .name = "TIME",
                        .physicals = is_milli ? ON(ALI_PARQUET_INT32) : ON(ALI_PARQUET_INT64)};
}

static annotation timestamp_annotation(uint32_t unit, bool is_utc) {
    annotation made = {.type = timed_type(ALI_TYPE_TIMESTAMP, 64, unit),
                       .name = "TIMESTAMP",
                       .physicals = ON(ALI_PARQUET_INT64)};
    if (is_utc) made.type.zone = "UTC";
    return made;
}

static annotation decimal_annotation(int32_t precision, int32_t scale) {
    const bool is_good = precision >= 1 && scale >= 0 && scale <= precision;
    annotation made = {.type = plain_type(ALI_TYPE_DECIMAL, precision > PRECISION_128 ? 256 : 128),
                       .name = "DECIMAL",
                       .physicals = is_good ? ON_DECIMAL : 0,
                       .is_unsupported = is_good && precision > PRECISION_MAX};
    made.type.precision = precision;
    made.type.scale = scale;
    return made;
}

static annotation text_annotation(const char *name) {
    return (annotation){.type = plain_type(ALI_TYPE_UTF8, 0), .name = name, .physicals = ON_BYTES};
}

static annotation binary_annotation(const char *name) {
    return (annotation){
        .type = plain_type(ALI_TYPE_BINARY, 0), .name = name, .physicals = ON_BYTES};
}

static annotation fixed_annotation(const char *name, ali_type type, int32_t length) {
    return (annotation){.type = type, .name = name, .physicals = ON_FIXED, .length = length};
}

// An annotation that leaves the type to the physical one, and that is not supported.
static annotation unread_annotation(const char *name) {
    return (annotation){.name = name, .physicals = ON_ANY, .is_unsupported = true};
}

// The unit that a TimeUnit says; ALI_UNIT_SECOND if none that is known.
static uint32_t unit_of(const ali_parquet_time *time) {
    switch (time->unit.seen) {
    case ALI_PARQUET_MILLIS:
        return ALI_UNIT_MILLI;
    case ALI_PARQUET_MICROS:
        return ALI_UNIT_MICRO;
    case ALI_PARQUET_NANOS:
        return ALI_UNIT_NANO;
    default:
        return ALI_UNIT_SECOND;
    }
}

static annotation logical_annotation(const ali_parquet_logical *logical) {
    const uint32_t time = unit_of(&logical->time);
    const uint32_t timestamp = unit_of(&logical->timestamp);
    switch (logical->seen) {
    case ALI_PARQUET_LOGICAL_STRING:
        return text_annotation("STRING");
    case ALI_PARQUET_LOGICAL_ENUM:
        return text_annotation("ENUM");
    case ALI_PARQUET_LOGICAL_JSON:
        return text_annotation("JSON");
    case ALI_PARQUET_LOGICAL_BSON:
        return binary_annotation("BSON");
    case ALI_PARQUET_LOGICAL_DECIMAL:
        return decimal_annotation(logical->decimal.precision, logical->decimal.scale);
    case ALI_PARQUET_LOGICAL_DATE:
        return (annotation){.type = timed_type(ALI_TYPE_DATE, 32, ALI_UNIT_DAY),
                            .name = "DATE",
                            .physicals = ON(ALI_PARQUET_INT32)};
    case ALI_PARQUET_LOGICAL_TIME:
        return time == ALI_UNIT_SECOND ? unread_annotation("TIME") : time_annotation(time);
    case ALI_PARQUET_LOGICAL_TIMESTAMP:
        return timestamp == ALI_UNIT_SECOND
                   ? unread_annotation("TIMESTAMP")
                   : timestamp_annotation(timestamp, logical->timestamp.is_utc != 0);
    case ALI_PARQUET_LOGICAL_INTEGER:
        return integer_annotation(logical->integer.bits, logical->integer.is_signed != 0);
    case ALI_PARQUET_LOGICAL_UNKNOWN:
        return (annotation){
            .type = plain_type(ALI_TYPE_NULL, 0), .name = "UNKNOWN", .physicals = ON_ANY};
    case ALI_PARQUET_LOGICAL_UUID:
        return fixed_annotation("UUID", plain_type(ALI_TYPE_FIXED_BINARY, 128), 16);
    case ALI_PARQUET_LOGICAL_FLOAT16:
        return fixed_annotation("FLOAT16", plain_type(ALI_TYPE_FLOAT, 16), 2);
    case ALI_PARQUET_LOGICAL_GEOMETRY:
        return binary_annotation("GEOMETRY");
    case ALI_PARQUET_LOGICAL_GEOGRAPHY:
        return binary_annotation("GEOGRAPHY");
    default:
        return (annotation){.name = NULL};
    }
}

static annotation converted_annotation(const ali_parquet_element *element) {
    const int32_t converted = element->converted;
    if (converted >= ALI_PARQUET_UINT_8 && converted <= ALI_PARQUET_UINT_64) {
        return integer_annotation(8 << (converted - ALI_PARQUET_UINT_8), false);
    }
    if (converted >= ALI_PARQUET_INT_8 && converted <= ALI_PARQUET_INT_64) {
        return integer_annotation(8 << (converted - ALI_PARQUET_INT_8), true);
    }
    switch (converted) {
    case ALI_PARQUET_UTF8:
        return text_annotation("UTF8");
    case ALI_PARQUET_ENUM:
        return text_annotation("ENUM");
    case ALI_PARQUET_JSON:
        return text_annotation("JSON");
    case ALI_PARQUET_BSON:
        return binary_annotation("BSON");
    case ALI_PARQUET_DECIMAL:
        return decimal_annotation(element->precision, element->scale);
    case ALI_PARQUET_DATE:
        return logical_annotation(&(ali_parquet_logical){.seen = ALI_PARQUET_LOGICAL_DATE});
    case ALI_PARQUET_TIME_MILLIS:
        return time_annotation(ALI_UNIT_MILLI);
    case ALI_PARQUET_TIME_MICROS:
        return time_annotation(ALI_UNIT_MICRO);
    case ALI_PARQUET_TIMESTAMP_MILLIS:
        return timestamp_annotation(ALI_UNIT_MILLI, true);
    case ALI_PARQUET_TIMESTAMP_MICROS:
        return timestamp_annotation(ALI_UNIT_MICRO, true);
    case ALI_PARQUET_INTERVAL:
        return fixed_annotation("INTERVAL", plain_type(ALI_TYPE_INTERVAL, 128), 12);
    default:
        return (annotation){.name = NULL};
    }
}

static annotation annotation_of(const ali_parquet_element *element) {
    if ((element->seen & ALI_PARQUET_ELEMENT_LOGICAL) != 0 && element->logical.seen != 0) {
        return logical_annotation(&element->logical);
    }
    if ((element->seen & ALI_PARQUET_ELEMENT_CONVERTED) != 0) return converted_annotation(element);
    return (annotation){.name = NULL};
}

// The type of a physical type without annotation.
static ali_type physical_type(const ali_parquet_element *element, uint32_t int96_unit) {
    switch (element->type) {
    case ALI_PARQUET_BOOLEAN:
        return type_bool;
    case ALI_PARQUET_INT32:
        return plain_type(ALI_TYPE_INT, 32);
    case ALI_PARQUET_INT64:
        return plain_type(ALI_TYPE_INT, 64);
    case ALI_PARQUET_INT96:
        return timed_type(ALI_TYPE_TIMESTAMP, 64, int96_unit);
    case ALI_PARQUET_FLOAT:
        return plain_type(ALI_TYPE_FLOAT, 32);
    case ALI_PARQUET_DOUBLE:
        return plain_type(ALI_TYPE_FLOAT, 64);
    case ALI_PARQUET_FIXED_LEN_BYTE_ARRAY:
        return plain_type(ALI_TYPE_FIXED_BINARY, (uint32_t)element->type_length * 8);
    default:
        return plain_type(ALI_TYPE_BINARY, 0);
    }
}

// The annotation that counts, if the physical type may have it.
static bool is_fitting(const annotation *found, const ali_parquet_element *element) {
    if ((found->physicals >> element->type & 1) == 0) return false;
    return found->length == 0 || found->length == element->type_length;
}

static ali_type choose_type(const ali_parquet_element *element, ali_parquet_column *column,
                            uint32_t int96_unit) {
    const annotation found = annotation_of(element);
    const ali_type physical = physical_type(element, int96_unit);
    if (found.name == NULL) return physical;
    column->reason = found.name;
    if (!is_fitting(&found, element)) {
        column->refusal = ALI_PARQUET_BAD_ANNOTATION;
        return physical;
    }
    if (found.is_unsupported) column->refusal = ALI_PARQUET_BAD_LOGICAL;
    return found.type.kind == 0 ? physical : found.type;
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
