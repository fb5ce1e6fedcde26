// base/rng.h: a seeded generator of random numbers, the same on every machine. Not for secrets.
#ifndef ALI_BASE_RNG_H
#define ALI_BASE_RNG_H

#include "base/internal.h"

typedef struct ali_rng {
    uint64_t state[4];
} ali_rng;

// Begins the sequence of a seed; any seed will do.
void ali_rng_init(ali_rng *rng, uint64_t seed);

// The next 64 random bits.
uint64_t ali_rng_next(ali_rng *rng);

// A number from 0 up to but not with `count`, each equally likely. `count` is at least 1.
uint64_t ali_rng_below(ali_rng *rng, uint64_t count);

#endif
