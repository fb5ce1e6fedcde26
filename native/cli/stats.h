// native/cli/stats.h: what `stats` gathers of each column, batch by batch.
#ifndef ALI_CLI_STATS_H
#define ALI_CLI_STATS_H

#include "cli.h"

#define STATS_LANES 8u
#define STATS_NOWHERE UINT32_MAX

// How the values of a column are compared and summed.
typedef enum {
    STATS_OTHER, // only counted: null, unions, intervals, Variants, structs
    STATS_BOOL,
    STATS_SIGNED, // integers, dates, times, durations
    STATS_UNSIGNED,
    STATS_FLOAT,
    STATS_DECIMAL, // little-endian two's complement of any width
    STATS_FIXED,   // as many bytes each
    STATS_BYTES,   // text and binary
    STATS_LIST,    // lists and maps: their lengths
    STATS_FIXED_LIST
} stats_class;

__extension__ typedef __int128 stats_sum;

// The moments of every eighth value (Welford's recurrence).
typedef struct stats_lane {
    double count;
    double mean;
    double squares; // of the deviations from the mean
} stats_lane;

// A least or a greatest value, as it lies in memory: 8 bytes of numbers, a decimal, a text.
typedef struct stats_extreme {
    uint8_t *bytes;
    size_t count_bytes;
    size_t capacity_bytes;
    bool is_set;
} stats_extreme;

// A column, or a member of a struct.
typedef struct stats_node {
    char *name; // members of structs: a path a.b
    size_t name_bytes;
    const ali_type *type;
    ali_type_info info; // of the type without run ends
    stats_class class;
    uint32_t parent; // STATS_NOWHERE: a column
    uint32_t index;  // among the parent's members, or the columns
    bool has_moments;

    uint64_t count; // rows that have a value
    uint64_t nulls;
    uint64_t trues;
    uint64_t nans;
    uint64_t infinities;
    uint64_t summed; // values in `sum` and `lanes`: those that are finite
    uint64_t least_bytes;
    uint64_t most_bytes; // of texts; of lists: items
    stats_sum sum;       // of integers and of lengths
    stats_lane lanes[STATS_LANES];
    stats_extreme least;
    stats_extreme greatest;
    uint8_t *used; // codes of the dictionary that were met
    uint64_t used_count;
    uint64_t used_capacity;
    uint64_t dictionary_id;
    bool has_distinct; // one dictionary served all rows

    const ali_column *column; // of the batch at work
    const uint8_t *there;     // which rows have a value; NULL: all
    uint8_t *mask;            // members: what `there` points to
    size_t mask_bytes;
} stats_node;

typedef struct stats {
    cli *self;
    stats_node *nodes; // in pre-order
    uint32_t count;
    uint32_t capacity;
    uint64_t rows;
} stats;

// Lists the columns of a schema and the members of its structs.
int stats_init(stats *all, cli *self, const ali_schema *schema);
void stats_clear(stats *all);

// Takes the rows of a batch that ali_batch_simplify() made.
int stats_take(stats *all, const ali_batch *simple);

// Mean and sample standard deviation; false where there are none, or no double holds them.
bool stats_mean(const stats_node *node, double *mean);
bool stats_deviation(const stats_node *node, double *deviation);

#endif
