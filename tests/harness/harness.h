// tests/harness/harness.h: a pretended host over the public headers alone, for the families oom,
// slice and trace.
//
// The allocator counts and can fail. The host holds one object in memory, answers in a chosen
// fashion, can fail an operation, and writes down what it was asked for. Every step of every task
// is counted, so that a run can be cancelled, or broken off, at any of them.
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <stdbool.h>

#include "alimentar.h"

// A task was freed in the middle, as the run asked for; not a status of the library.
#define HARNESS_FREED 100

// How operations are answered.
enum {
    FASHION_WHOLE = 0, // at once, in order, each in one part
    FASHION_REVERSED,  // all that are listed, the last first
    FASHION_ONE,       // one a round, the last first, so that the others come late
    FASHION_PARTS,     // all side by side, in parts of 997 bytes
    FASHION_BYTES,     // a byte a part
    FASHION_MIXED,     // any operation, any part, by the seed
    FASHION_COUNT
};

typedef struct harness_plan {
    uint32_t fashion;
    uint32_t seed;
    uint64_t fail_allocation; // the n-th allocation fails, counted from 1; 0: none
    uint64_t fail_operation;  // the n-th operation is answered ALI_ERR_HOST
    uint64_t short_operation; // the n-th operation is answered one byte short
    uint64_t cancel_at_step;  // the task is cancelled before the n-th step
    uint64_t free_at_step;    // the task is freed before the n-th step
    uint64_t part_bytes;      // of a part of FASHION_PARTS; 0: PART_BYTES
    bool frees_context_first; // late answers come after the context is gone
} harness_plan;

typedef struct harness_result {
    ali_status status; // of the scenario
    uint64_t hash;     // of all rows, or of all bytes written
    uint64_t rows;
    uint64_t allocations;
    uint64_t operations;
    uint64_t steps;
    uint64_t late_answers; // given after their task was freed
    uint32_t failed_kind;  // of the operation that was made to fail
    uint64_t held_bytes;   // when all was released
    uint64_t copied_bytes; // as the context counted
    char sentence[480];    // of the error
} harness_result;

typedef struct harness_pending {
    ali_task *task;
    ali_op op;
    uint64_t number;     // of the operation, from 1 up
    uint64_t done_bytes; // answered in parts so far
    bool is_orphan;      // its task was freed
} harness_pending;

#define HARNESS_PENDING_MAX 64

typedef struct harness {
    harness_plan plan;
    ali_context *ctx;
    const uint8_t *bytes; // of the object
    uint64_t count_bytes;
    harness_pending pending[HARNESS_PENDING_MAX];
    uint32_t pending_count;
    uint64_t random;
    uint64_t held_bytes;
    uint64_t lent; // buffers lent and not given back
    char *trace;   // a line an operation; NULL if not wanted
    size_t trace_bytes;
    harness_result result;
} harness;

// What is done with each batch; the batch stays the caller's.
typedef ali_status (*harness_consume)(harness *h, void *user, ali_batch *batch);

// The host lends its bytes: no operation is in flight between steps.
#define SCENARIO_LENDS 0x1u
// Errors of the input are what is expected, and count as ALI_OK.
#define SCENARIO_REFUSES 0x2u

// A thing to do with a file, from opening it to releasing all.
typedef struct harness_scenario {
    const char *name;
    const char *file; // of tests/harness/data
    ali_status (*run)(harness *h);
    uint32_t flags; // SCENARIO_LENDS, ...
} harness_scenario;

extern const harness_scenario harness_scenarios[];
extern const uint32_t harness_scenario_count;

// Runs a scenario and checks that everything was released and the protocol kept.
harness_result harness_run(const harness_scenario *scenario, const harness_plan *plan,
                           char **trace);

// Drives a task to its end; batches go to `consume`. Ends with ALI_OK, an error, or HARNESS_FREED.
ali_status harness_drive(harness *h, ali_task *task, harness_consume consume, void *user);

// One round of driving: a step, and what it asked for. ALI_OK ends; positive: go on.
ali_status harness_round(harness *h, ali_task *task, harness_consume consume, void *user);

// Frees a task; what it left unanswered is answered late, with wrong bytes.
void harness_free_task(harness *h, ali_task *task);

// Opens the object. `flags` are those of ali_object.
ali_status harness_open(harness *h, uint32_t flags, const ali_open_options *options,
                        ali_dataset **dataset);

// Adds all values of a batch, or some bytes, to the result's hash.
ali_status harness_hash_batch(harness *h, void *user, ali_batch *batch);
void harness_hash_bytes(harness *h, const void *bytes, size_t count_bytes);

#endif
