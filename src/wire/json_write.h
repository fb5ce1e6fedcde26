// wire/json_write.h: strings of JSON (RFC 8259, section 7), escaped as little as is legal.
#ifndef ALI_WIRE_JSON_WRITE_H
#define ALI_WIRE_JSON_WRITE_H

#include "base/internal.h"

// Bytes that the inside of a JSON string may need at most, without quotes, and 8 that
// ali_json_put_text() may write beyond it.
uint64_t ali_json_text_bound(const uint8_t *text, uint64_t text_bytes);

// Writes the inside of a JSON string. Escaped are only '"', '\' and control characters: \b \f \n \r
// \t, others as \u00xx. What is not valid UTF-8 becomes U+FFFD.
//
// Effects:   adds 1 to *replaced if anything was replaced.
// Returns:   where the bytes end.
uint8_t *ali_json_put_text(uint8_t *to, const uint8_t *text, uint64_t text_bytes,
                           uint64_t *replaced);

#endif
