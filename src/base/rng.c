// base/rng.c: xoshiro256** 1.0 of Blackman and Vigna (https://prng.di.unimi.it/), its state filled
// by splitmix64 as its authors advise.
#include "base/rng.h"

static uint64_t rotate(uint64_t value, uint32_t bits) {
    return value << bits | value >> (64 - bits);
}

void ali_rng_init(ali_rng *rng, uint64_t seed) {
    for (uint32_t i = 0; i < 4; i += 1) {
        seed += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t mixed = seed;
        mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
        rng->state[i] = mixed ^ mixed >> 31;
    }
}

uint64_t ali_rng_next(ali_rng *rng) {
    uint64_t *state = rng->state;
    const uint64_t result = rotate(state[1] * 5, 7) * 9;
    const uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

// Numbers of the last, incomplete round are thrown away, so that none is more likely than another.
uint64_t ali_rng_below(ali_rng *rng, uint64_t count) {
    const uint64_t left_over = (UINT64_MAX - count + 1) % count;
    for (;;) {
        const uint64_t bits = ali_rng_next(rng);
        if (bits <= UINT64_MAX - left_over) return bits % count;
    }
}
