// format/variant_text.h: values of Variant columns as plain JSON.
#ifndef ALI_FORMAT_VARIANT_TEXT_H
#define ALI_FORMAT_VARIANT_TEXT_H

#include "format/json_text.h"

// Appends the value of a Variant column, a struct with a binary "metadata" and a binary "value",
// that is not null. Leaves *is_done false for a struct of another shape, which is spelled as it is.
//
// Returns:   ALI_OK; ALI_ERR_MEMORY; ALI_ERR_CORRUPT, naming column and row, for bytes that are no
//            Variant; ALI_ERR_LIMIT for one that is nested too deep.
ALI_CHECKED ali_status ali_variant_text_put(ali_json_text *text, uint32_t node, uint64_t row,
                                            bool *is_done);

// Releases what Variants have needed.
void ali_variant_text_clear(ali_json_text *text);

#endif
