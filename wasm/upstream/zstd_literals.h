// zstd_literals.h: what upstream's decoder of blocks is told behind its zstd_decompress_internal.h.
// With a buffer for literals that is as large as a block (ZSTD_DECODER_INTERNAL_BUFFER) they are
// never split between two places: told so, the compiler leaves out the second copy of the loop over
// sequences, which is for that case.
_Static_assert(ZSTD_LITBUFFEREXTRASIZE >= ZSTD_BLOCKSIZE_MAX, "the literals of a block fit");

// No place that ZSTD_litLocation_e can name.
#define ZSTD_split (-1LL)
