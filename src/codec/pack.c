// codec/pack.c: the codecs that are written: LZ4 (ours, in both twins) and, natively, zstd.
#include "codec/pack.h"

#include "codec/lz4_pack.h"
#if !defined(__wasm__)
#include "codec/zstd_pack.h"
#endif

ali_status ali_packer_init(ali_context *ctx, ali_packer *packer, uint32_t codec) {
    *packer = (ali_packer){.codec = codec, .state_bytes = ALI_LZ4_TABLE_BYTES};
    if (codec == ALI_CODEC_ZSTD) {
#if defined(__wasm__)
        return ali_fail(ctx, ALI_ERR_UNSUPPORTED,
                        "writing codec zstd is not supported in wasm; lz4 is");
#else
        packer->state_bytes = ali_zstd_pack_bytes();
#endif
    }
    const ali_status status = ali_mem_new(ctx, packer->state_bytes, &packer->state);
    if (status < 0) packer->state_bytes = 0;
    return status;
}

uint64_t ali_packer_run(ali_packer *packer, const uint8_t *input, uint64_t input_bytes,
                        uint8_t *output, uint64_t room_bytes) {
#if !defined(__wasm__)
    if (packer->codec == ALI_CODEC_ZSTD) {
        return ali_zstd_pack(packer->state, packer->state_bytes, input, input_bytes, output,
                             room_bytes);
    }
#endif
    return ali_lz4_frame_pack(packer->state, input, input_bytes, output, room_bytes);
}

void ali_packer_clear(ali_context *ctx, ali_packer *packer) {
    ali_mem_free(ctx, packer->state, packer->state_bytes);
    packer->state = NULL;
    packer->state_bytes = 0;
}
