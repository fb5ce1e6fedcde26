// Any bytes are text: their JSON string fits its bound, holds nothing that JSON forbids, is valid
// UTF-8, and, read back, is the text itself where that was valid.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Undoes the escapes of a string without surrogates; stops at what JSON forbids.
static size_t unescape(const uint8_t *from, size_t count, uint8_t *to) {
    static const char letters[] = "\"\\bfnrt";
    static const char meanings[] = "\"\\\b\f\n\r\t";
    size_t length = 0;
    for (size_t at = 0; at < count; length += 1) {
        if (from[at] < 0x20 || from[at] == '"') abort();
        if (from[at] != '\\') {
            to[length] = from[at];
            at += 1;
            continue;
        }
        if (at + 1 >= count) abort();
        if (from[at + 1] == 'u') {
            char digits[5] = {0};
            if (at + 6 > count) abort();
            memcpy(digits, from + at + 2, 4);
            const unsigned long code = strtoul(digits, NULL, 16);
            if (code >= 0x20) abort();
            to[length] = (uint8_t)code;
            at += 6;
            continue;
        }
        const char *letter = strchr(letters, from[at + 1]);
        if (letter == NULL) abort();
        to[length] = (uint8_t)meanings[letter - letters];
        at += 2;
    }
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t replaced = 0;
    const uint64_t bound = ali_json_text_bound(data, size);
    uint8_t *text = malloc(bound + 8); // as much as may be touched
    uint8_t *back = malloc(bound + 8);
    const size_t length = (size_t)(ali_json_put_text(text, data, size, &replaced) - text);
    if (length > bound || !ali_text_is_utf8(text, length)) abort();
    const size_t back_length = unescape(text, length, back);
    const bool is_valid = ali_text_is_utf8(data, size);
    if (is_valid != (replaced == 0)) abort();
    if (is_valid && (back_length != size || memcmp(back, data, size) != 0)) abort();
    free(text);
    free(back);
    return 0;
}
