// base/utf8.h: UTF-8 by steps, and the replacement of what is not valid.
#ifndef ALI_BASE_UTF8_H
#define ALI_BASE_UTF8_H

#include "base/internal.h"

// Bytes of U+FFFD in UTF-8, which stands for what is not valid.
#define ALI_UTF8_REPLACEMENT "\xEF\xBF\xBD"
#define ALI_UTF8_REPLACEMENT_BYTES 3u

// Looks at the beginning of `left` bytes, at least one.
//
// Returns:   the length of a well-formed sequence (RFC 3629, section 4), from 1 to 4; or, negative,
// the
//            length of the ill-formed one, which is replaced by one U+FFFD: the "maximal subpart"
//            of The Unicode Standard, section 3.9, as the WHATWG Encoding Standard decodes.
int32_t ali_utf8_step(const uint8_t *at, uint64_t left);

#endif
