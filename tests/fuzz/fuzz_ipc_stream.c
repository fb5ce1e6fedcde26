// Whole Arrow IPC streams: see fuzz_ipc.h.
#include "fuzz_ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_ipc("arrows", data, size);
    return 0;
}
