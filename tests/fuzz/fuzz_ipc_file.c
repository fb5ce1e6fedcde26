// Whole Arrow IPC files: see fuzz_ipc.h.
#include "fuzz_ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_ipc("arrow", data, size);
    return 0;
}
