// codec/zstd_pack.c: compression to Zstandard frames (RFC 8878) by upstream's encoder, with the
// memory of our context. Its parameters are set one by one, so that frames follow from them and not
// from what a version means by a level. The wasm twin does not link this file.
#include "codec/zstd_pack.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#define WINDOW_LOG 19
#define CHAIN_LOG 13
#define HASH_LOG 15
#define SEARCH_LOG 1
#define MATCH_LEAST 6
#define TARGET_LENGTH 1

static const struct {
    ZSTD_cParameter name;
    int value;
} settings[] = {
    {ZSTD_c_windowLog, WINDOW_LOG},    {ZSTD_c_chainLog, CHAIN_LOG},
    {ZSTD_c_hashLog, HASH_LOG},        {ZSTD_c_searchLog, SEARCH_LOG},
    {ZSTD_c_minMatch, MATCH_LEAST},    {ZSTD_c_targetLength, TARGET_LENGTH},
    {ZSTD_c_strategy, (int)ZSTD_fast},
};

uint64_t ali_zstd_pack_bytes(void) {
    const ZSTD_compressionParameters parameters = {.windowLog = WINDOW_LOG,
                                                   .chainLog = CHAIN_LOG,
                                                   .hashLog = HASH_LOG,
                                                   .searchLog = SEARCH_LOG,
                                                   .minMatch = MATCH_LEAST,
                                                   .targetLength = TARGET_LENGTH,
                                                   .strategy = ZSTD_fast};
    return ali_round_up(ZSTD_estimateCCtxSize_usingCParams(parameters), 8);
}

uint64_t ali_zstd_pack(void *state, uint64_t state_bytes, const uint8_t *input,
                       uint64_t input_bytes, uint8_t *output, uint64_t room_bytes) {
    ZSTD_CCtx *encoder = ZSTD_initStaticCCtx(state, (size_t)state_bytes);
    if (encoder == NULL) return 0;
    for (uint32_t i = 0; i < ALI_COUNT_OF(settings); i += 1) {
        if (ZSTD_isError(ZSTD_CCtx_setParameter(encoder, settings[i].name, settings[i].value))) {
            return 0;
        }
    }
    const size_t result =
        ZSTD_compress2(encoder, output, (size_t)room_bytes, input, (size_t)input_bytes);
    return ZSTD_isError(result) ? 0 : result;
}
