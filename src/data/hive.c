// data/hive.c: reading partition folders. Left out: types beyond numbers, days and text.
#include "data/hive.h"

#include "base/text.h"
#include "base/time.h"

bool ali_hive_next(const char *path, uint32_t path_bytes, uint32_t *at, ali_hive_pair *pair) {
    while (*at < path_bytes) {
        const uint32_t start = *at;
        uint32_t end = start;
        uint32_t equals = 0;
        for (; end < path_bytes && path[end] != '/'; end += 1) {
            if (path[end] == '=' && equals == 0) equals = end;
        }
        if (end == path_bytes) return false;
        *at = end + 1;
        if (equals <= start) continue;
        *pair = (ali_hive_pair){path + start, path + equals + 1, equals - start, end - equals - 1};
        return true;
    }
    return false;
}

static int32_t hex_value(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

ali_status ali_hive_decode(ali_arena *arena, const char *text, uint32_t text_bytes,
                           const char **decoded, uint32_t *decoded_bytes) {
    void *pointer = NULL;
    ALI_TRY(ali_arena_new(arena, (uint64_t)text_bytes + 1, &pointer));
    char *to = pointer;
    uint32_t count = 0;
    for (uint32_t i = 0; i < text_bytes; i += 1) {
        char character = text[i];
        if (character == '%' && text_bytes - i > 2 && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            character = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        }
        to[count] = character;
        count += 1;
    }
    *decoded = to;
    *decoded_bytes = count;
    return ALI_OK;
}

bool ali_hive_is_null(const ali_hive_pair *pair) {
    return pair->value_bytes == 0 ||
           ali_text_is(pair->value, pair->value_bytes, "__HIVE_DEFAULT_PARTITION__");
}

bool ali_hive_read_int(const char *text, uint32_t text_bytes, int64_t *value) {
    const bool is_negative = text_bytes > 0 && text[0] == '-';
    const uint64_t most = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
    uint64_t number = 0;
    if (text_bytes <= (is_negative ? 1u : 0u)) return false;
    for (uint32_t i = is_negative ? 1 : 0; i < text_bytes; i += 1) {
        if (text[i] < '0' || text[i] > '9') return false;
        const uint64_t digit = (uint64_t)(text[i] - '0');
        if (number > (most - digit) / 10) return false;
        number = number * 10 + digit;
    }
    *value = (int64_t)(is_negative ? 0 - number : number);
    return true;
}

static bool read_digits(const char *text, uint32_t count, uint32_t *number) {
    *number = 0;
    for (uint32_t i = 0; i < count; i += 1) {
        if (text[i] < '0' || text[i] > '9') return false;
        *number = *number * 10 + (uint32_t)(text[i] - '0');
    }
    return true;
}

// Days since 1970-01-01 of a day of the proleptic Gregorian calendar, counted in years that begin
// in March and eras of 400 of them.
static int64_t days_of(uint32_t year, uint32_t month, uint32_t day) {
    const int64_t shifted = (int64_t)year - (month <= 2 ? 1 : 0);
    const int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    const int64_t of_era = shifted - era * 400;
    const int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool ali_hive_read_date(const char *text, uint32_t text_bytes, int64_t *days) {
    uint32_t year = 0;
    uint32_t month = 0;
    uint32_t day = 0;
    if (text_bytes != 10 || text[4] != '-' || text[7] != '-') return false;
    if (!read_digits(text, 4, &year) || !read_digits(text + 5, 2, &month) ||
        !read_digits(text + 8, 2, &day)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1) return false;
    *days = days_of(year, month, day);
    const ali_civil back = ali_time_civil(*days); // 31 February is none
    return back.month == month && back.day == day;
}
