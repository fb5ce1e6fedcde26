// data/hive.h: folders whose names are "key=value", as Hive and Spark name the partitions of a
// table.
#ifndef ALI_DATA_HIVE_H
#define ALI_DATA_HIVE_H

#include "base/arena.h"

// A key and its value out of a path, as they stand there.
typedef struct ali_hive_pair {
    const char *key;
    const char *value;
    uint32_t key_bytes;
    uint32_t value_bytes;
} ali_hive_pair;

// Finds the next folder "key=value" of a path from *at on, which moves behind it; the last name of
// a path is a file's and no folder. False if there is none.
bool ali_hive_next(const char *path, uint32_t path_bytes, uint32_t *at, ali_hive_pair *pair);

// Undoes percent-encoding: a "%" before two hexadecimal digits.
ALI_CHECKED ali_status ali_hive_decode(ali_arena *arena, const char *text, uint32_t text_bytes,
                                       const char **decoded, uint32_t *decoded_bytes);

// Tells if a value, as it stands in a path, means null: an empty one, and
// "__HIVE_DEFAULT_PARTITION__".
bool ali_hive_is_null(const ali_hive_pair *pair);

// Reads a whole number of 64 bits; a day YYYY-MM-DD, as days since 1970-01-01. False if the text is
// none.
bool ali_hive_read_int(const char *text, uint32_t text_bytes, int64_t *value);
bool ali_hive_read_date(const char *text, uint32_t text_bytes, int64_t *days);

#endif
