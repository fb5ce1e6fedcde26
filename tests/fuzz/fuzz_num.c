// Any 8 bytes are a double: what is printed must read back to the same bits, in as many digits as
// the C library needs at most.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (size_t at = 0; at + 8 <= size; at += 8) {
        char *text = malloc(ALI_NUM_BYTES_MAX + 1); // the sanitizer sees writes beyond it
        double value;
        memcpy(&value, data + at, sizeof value);
        const size_t length = ali_num_print(text, value);
        if (length == 0 || length > ALI_NUM_BYTES_MAX) abort();
        text[length] = 0;
        const double read = strtod(text, NULL);
        if (value == value && memcmp(&read, &value, sizeof value) != 0) abort();
        if (value != value && strcmp(text, "NaN") != 0) abort();
        free(text);
    }
    return 0;
}
