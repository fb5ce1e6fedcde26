// base/text.h: formatting of messages and numbers without a C library.
#ifndef ALI_BASE_TEXT_H
#define ALI_BASE_TEXT_H

#include <stdarg.h>

#include "base/internal.h"

// Formats into `text`, always with a final zero byte; what does not fit is cut at a character.
//
// Conversions: %s terminated string · %q a quoted, escaped string, as (const char *, size_t) and
// cut after 60 bytes; control and invalid bytes shown as \xNN · %u uint32_t · %d int32_t · %U
// uint64_t · %D int64_t · %x uint32_t as 0x.. · %c int · %% . Nothing else.
//
// Returns:   bytes written without the final zero.
size_t ali_text_format(char *text, size_t capacity_bytes, const char *format, va_list arguments);

// Writes a number in decimal digits, no final zero. 20 bytes suffice.
//
// Returns:   bytes written.
size_t ali_text_u64(char *text, uint64_t value);
size_t ali_text_i64(char *text, int64_t value);

// The length of a terminated string.
size_t ali_text_length(const char *text);

// Tells if `text` is the terminated string `word`.
bool ali_text_is(const char *text, size_t text_bytes, const char *word);

// Tells if bytes are valid UTF-8 (RFC 3629).
bool ali_text_is_utf8(const uint8_t *bytes, size_t count_bytes);

#endif
