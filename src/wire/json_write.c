// wire/json_write.c: strings of JSON (RFC 8259, section 7), escaped as little as is legal.
#include "wire/json_write.h"

#include "base/mem.h"
#include "base/utf8.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

// Tells if one of eight bytes is not plain: a control character, '"', '\' or not ASCII.
static bool has_special(uint64_t word) {
    const uint64_t quotes = word ^ EACH('"');
    const uint64_t slashes = word ^ EACH('\\');
    const uint64_t found = (word - EACH(0x20)) | (quotes - EACH(1)) | (slashes - EACH(1)) | word;
    return (found & EACH(0x80)) != 0;
}

static bool is_special(uint8_t byte) {
    return byte < 0x20 || byte == '"' || byte == '\\' || byte >= 0x80;
}

uint64_t ali_json_text_bound(const uint8_t *text, uint64_t text_bytes) {
    uint64_t escaped = 0;
    uint64_t beyond_ascii = 0;
    for (uint64_t i = 0; i < text_bytes; i += 1) {
        const uint8_t byte = text[i];
        escaped += (uint64_t)((byte < 0x20) | (byte == '"') | (byte == '\\'));
        beyond_ascii += byte >> 7;
    }
    return text_bytes + 5 * escaped + 2 * beyond_ascii;
}

static uint8_t *put_escape(uint8_t *to, uint8_t byte) {
    static const char letters[] = "btn_fr"; // for 8 to 13
    to[0] = '\\';
    if (byte == '"' || byte == '\\') {
        to[1] = byte;
        return to + 2;
    }
    if (byte >= 8 && byte <= 13 && byte != 11) {
        to[1] = (uint8_t)letters[byte - 8];
        return to + 2;
    }
    ali_copy(to + 1, "u00", 3);
    to[4] = (uint8_t)('0' + (byte >> 4));
    to[5] = (uint8_t)"0123456789abcdef"[byte & 15];
    return to + 6;
}

uint8_t *ali_json_put_text(uint8_t *to, const uint8_t *text, uint64_t text_bytes,
                           uint64_t *replaced) {
    uint64_t at = 0;
    bool is_replaced = false;
    while (at < text_bytes) {
        if (text_bytes - at >= 8) {
            const uint64_t word = ali_load_u64(text + at);
            if (!has_special(word)) {
                ali_store_u64(to, word);
                to += 8;
                at += 8;
                continue;
            }
        }
        while (at < text_bytes && !is_special(text[at])) {
            *to = text[at];
            to += 1;
            at += 1;
        }
        if (at == text_bytes) break;
        if (text[at] < 0x80) {
            to = put_escape(to, text[at]);
            at += 1;
            continue;
        }
        const int32_t step = ali_utf8_step(text + at, text_bytes - at);
        if (step > 0) {
            for (int32_t i = 0; i < step; i += 1) to[i] = text[at + (uint32_t)i];
            to += step;
            at += (uint32_t)step;
        } else {
            ali_copy(to, ALI_UTF8_REPLACEMENT, ALI_UTF8_REPLACEMENT_BYTES);
            to += ALI_UTF8_REPLACEMENT_BYTES;
            at += (uint32_t)-step;
            is_replaced = true;
        }
    }
    *replaced += is_replaced ? 1 : 0;
    return to;
}
