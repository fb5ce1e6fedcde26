// base/text.c: formatting of messages. The conversions are listed in base/text.h.
#include "base/text.h"

#include "base/mem.h"

// Bytes of a quoted text that are shown.
#define QUOTED_BYTES_MAX 60u

typedef struct output {
    char *text;
    size_t capacity_bytes;
    size_t at;
    bool is_cut;
} output;

// Appends bytes; what does not fit is cut at a character, and nothing is appended after it.
static void put(output *out, const char *bytes, size_t count) {
    if (out->is_cut) return;
    const size_t room = out->capacity_bytes - out->at - 1;
    size_t fitting = count;
    if (count > room) {
        out->is_cut = true;
        fitting = room;
        while (fitting > 0 && ((uint8_t)bytes[fitting] & 0xC0) == 0x80) fitting -= 1;
    }
    ali_copy(out->text + out->at, bytes, fitting);
    out->at += fitting;
}

size_t ali_text_u64(char *text, uint64_t value) {
    char digits[20];
    size_t count = 0;
    do {
        digits[count] = (char)('0' + value % 10);
        count += 1;
        value /= 10;
    } while (value != 0);
    for (size_t i = 0; i < count; i += 1) text[i] = digits[count - 1 - i];
    return count;
}

size_t ali_text_i64(char *text, int64_t value) {
    if (value >= 0) return ali_text_u64(text, (uint64_t)value);
    text[0] = '-';
    return 1 + ali_text_u64(text + 1, 0 - (uint64_t)value);
}

size_t ali_text_length(const char *text) {
    size_t length = 0;
    while (text[length] != 0) length += 1;
    return length;
}

bool ali_text_is(const char *text, size_t text_bytes, const char *word) {
    return ali_text_length(word) == text_bytes && ali_equal(text, word, text_bytes);
}

// The length of the well-formed UTF-8 sequence at `at` (RFC 3629, section 4), or 0.
static size_t sequence_length(const uint8_t *at, size_t left) {
    const uint8_t first = at[0];
    if (first < 0x80) return 1;
    const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || left < length) return 0;
    for (size_t i = 1; i < length; i += 1) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    const bool is_overlong = (first == 0xE0 && at[1] < 0xA0) || (first == 0xF0 && at[1] < 0x90);
    const bool is_outside = (first == 0xED && at[1] > 0x9F) || (first == 0xF4 && at[1] > 0x8F);
    return is_overlong || is_outside ? 0 : length;
}

bool ali_text_is_utf8(const uint8_t *bytes, size_t count_bytes) {
    size_t at = 0;
    while (at < count_bytes) {
        if (count_bytes - at >= 8 &&
            (ali_load_u64(bytes + at) & UINT64_C(0x8080808080808080)) == 0) {
            at += 8;
            continue;
        }
        const size_t length = sequence_length(bytes + at, count_bytes - at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

static void put_hex(output *out, const char *prefix, uint32_t value, uint32_t digits_min) {
    char digits[10];
    size_t count = 0;
    for (uint32_t shift = 32; shift > 0; shift -= 4) {
        const uint32_t digit = value >> (shift - 4) & 15;
        if (count == 0 && digit == 0 && shift > 4 * digits_min) continue;
        digits[count] = "0123456789abcdef"[digit];
        count += 1;
    }
    put(out, prefix, ali_text_length(prefix));
    put(out, digits, count);
}

static void put_quoted(output *out, const char *text, size_t text_bytes) {
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;
    put(out, "\"", 1);
    while (at < text_bytes && at < QUOTED_BYTES_MAX) {
        const size_t length = sequence_length(bytes + at, text_bytes - at);
        if (length == 0 || bytes[at] < 0x20 || bytes[at] == 0x7F) {
            put_hex(out, "\\x", bytes[at], 2);
            at += 1;
            continue;
        }
        if (bytes[at] == '"' || bytes[at] == '\\') put(out, "\\", 1);
        put(out, text + at, length);
        at += length;
    }
    put(out, "\"", 1);
    if (at < text_bytes) put(out, "...", 3);
}

static void put_number(output *out, char conversion, va_list *arguments) {
    char digits[24];
    size_t count = 0;
    if (conversion == 'u') count = ali_text_u64(digits, va_arg(*arguments, uint32_t));
    if (conversion == 'd') count = ali_text_i64(digits, va_arg(*arguments, int32_t));
    if (conversion == 'U') count = ali_text_u64(digits, va_arg(*arguments, uint64_t));
    if (conversion == 'D') count = ali_text_i64(digits, va_arg(*arguments, int64_t));
    put(out, digits, count);
}

static void put_conversion(output *out, char conversion, va_list *arguments) {
    if (conversion == 's') {
        const char *text = va_arg(*arguments, const char *);
        put(out, text, ali_text_length(text));
    } else if (conversion == 'q') {
        const char *text = va_arg(*arguments, const char *);
        const size_t text_bytes = va_arg(*arguments, size_t);
        put_quoted(out, text, text_bytes);
    } else if (conversion == 'x') {
        put_hex(out, "0x", va_arg(*arguments, uint32_t), 1);
    } else if (conversion == 'c') {
        const char character = (char)va_arg(*arguments, int);
        put(out, &character, 1);
    } else if (conversion == '%') {
        put(out, "%", 1);
    } else {
        put_number(out, conversion, arguments);
    }
}

size_t ali_text_format(char *text, size_t capacity_bytes, const char *format, va_list arguments) {
    output out = {text, capacity_bytes, 0, false};
    va_list rest;
    va_copy(rest, arguments);
    while (*format != 0) {
        const char *plain = format;
        while (*format != 0 && *format != '%') format += 1;
        put(&out, plain, (size_t)(format - plain));
        if (*format == 0) break;
        put_conversion(&out, format[1], &rest);
        format += format[1] == 0 ? 1 : 2;
    }
    va_end(rest);
    text[out.at] = 0;
    return out.at;
}
