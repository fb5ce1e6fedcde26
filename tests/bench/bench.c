// bench: times one way of reading one file natively, and prints one JSON line.
//
//     build/bench FILE --case read|columns|scan [--columns a,b] [--threads 1] [--runs n]
//                      [--strings dictionary|plain]
//     build/bench --serve --case ... answers lines "time FILE" and "check FILE" of standard input,
//                      a line of JSON each, in one process as the peers do
//
// read     keeps every batch
// columns  copies every batch into columns (plain strings), which have their final size at once
//          where the file says how many rows there are; flat columns only
// scan     drops each batch
//
// The clock starts before the file is opened and stops when every value is decoded. `check` comes
// from an untimed run of the same code: rows, and for each column the count of values, the sum of
// numbers, the bytes of text. `peak_bytes` is the largest anonymous resident memory seen after a
// batch, minus that before the file was opened (pages of a mapped file are not counted).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alimentar.h"
#include "alimentar/host.h"

#define RUNS_MAX 99
#define COLUMNS_MAX 4096

typedef struct options {
    const char *file;
    const char *kind;
    const char *columns[COLUMNS_MAX];
    uint32_t columns_count;
    int runs;
    int is_server;
    ali_scan_options scan;
} options;

// What is known of a column after a run.
typedef struct fact {
    uint64_t count;
    double sum;
    uint64_t text_bytes;
    int is_number;
    int is_text;
} fact;

// Bytes that are put one behind the other.
typedef struct area {
    uint8_t *bytes;
    uint64_t size;
    uint64_t capacity;
} area;

// A column of the final size.
typedef struct whole {
    uint64_t rows;
    area validity; // empty as long as there is no null
    area values;
    area offsets;
    area data;
} whole;

typedef struct run {
    ali_batch **batches;
    uint64_t batches_count;
    uint64_t batches_capacity;
    whole *wholes;
    fact *facts;
    uint64_t rows;
    uint64_t rows_expected; // ALI_UNKNOWN if the file does not say
    uint64_t anonymous_peak;
    uint32_t columns_count;
    ali_schema *schema;
} run;

static void fail(const char *file, const char *sentence) {
    fprintf(stderr, "bench: %s: %s\n", file, sentence);
    exit(3);
}

static double now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

// Resident memory of this process that belongs to no file, in bytes.
static uint64_t anonymous_bytes(void) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long long kilobytes = 0;
    if (status == NULL) return 0;
    while (fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "RssAnon: %llu", &kilobytes) == 1) break;
    }
    (void)fclose(status);
    return (uint64_t)kilobytes * 1024;
}

static void *grown(void *items, uint64_t *capacity, uint64_t wanted) {
    if (wanted <= *capacity) return items;
    const uint64_t doubled = *capacity * 2;
    *capacity = wanted > doubled ? wanted : doubled;
    void *moved = realloc(items, *capacity);
    if (moved == NULL) fail("memory", "there is none left");
    return moved;
}

// --- what is known of a column -------------------------------------------------------------------

static double number_at(const ali_type_info *type, const void *values, uint64_t row) {
    const int is_float = type->kind == ALI_TYPE_FLOAT;
    if (type->bits == 1) return ((const uint8_t *)values)[row >> 3] >> (row & 7) & 1;
    if (is_float && type->bits == 64) return ((const double *)values)[row];
    if (is_float) return (double)((const float *)values)[row];
    switch (type->bits) {
    case 8:
        return type->is_signed ? ((const int8_t *)values)[row] : ((const uint8_t *)values)[row];
    case 16:
        return type->is_signed ? ((const int16_t *)values)[row] : ((const uint16_t *)values)[row];
    case 32:
        return type->is_signed ? ((const int32_t *)values)[row] : ((const uint32_t *)values)[row];
    default:
        return type->is_signed ? (double)((const int64_t *)values)[row]
                               : (double)((const uint64_t *)values)[row];
    }
}

static int is_valid(const ali_column_info *column, uint64_t row) {
    return column->validity == NULL || (column->validity[row >> 3] >> (row & 7) & 1) != 0;
}

static uint64_t text_bytes_at(const ali_column_info *column, const ali_column_info *dictionary,
                              uint64_t row) {
    if (column->encoding == ALI_ENCODING_PLAIN) {
        const int32_t *offsets = column->offsets;
        return (uint64_t)(offsets[row + 1] - offsets[row]);
    }
    const int32_t code = ((const int32_t *)column->values)[row];
    const int32_t *offsets = dictionary->offsets;
    return (uint64_t)(offsets[code + 1] - offsets[code]);
}

static void add_facts(fact *known, const ali_column *column) {
    ali_column_info info = {.size_bytes = sizeof info};
    ali_column_info dictionary = {.size_bytes = sizeof dictionary};
    ali_type_info type = {.size_bytes = sizeof type};
    if (ali_column_describe(column, &info) != ALI_OK) fail("column", "not described");
    if (ali_type_describe(info.type, &type) != ALI_OK) fail("type", "not described");
    if (info.dictionary != NULL && ali_column_describe(info.dictionary, &dictionary) != ALI_OK) {
        fail("dictionary", "not described");
    }
    known->is_number = type.kind == ALI_TYPE_INT || type.kind == ALI_TYPE_FLOAT;
    known->is_text = type.kind == ALI_TYPE_UTF8 || type.kind == ALI_TYPE_BINARY;
    for (uint64_t row = 0; row < info.length; row += 1) {
        if (!is_valid(&info, row)) continue;
        known->count += 1;
        if (known->is_number) known->sum += number_at(&type, info.values, row);
        if (known->is_text) known->text_bytes += text_bytes_at(&info, &dictionary, row);
    }
}

// --- the three ways of reading -------------------------------------------------------------------

static void keep_batch(run *result, ali_batch *batch) {
    result->batches = grown(result->batches, &result->batches_capacity,
                            (result->batches_count + 1) * sizeof(ali_batch *));
    result->batches[result->batches_count] = batch;
    result->batches_count += 1;
}

// Makes room; `likely` is the size in the end, or what it seems to be, 0 if that is not known.
static void reserve(area *to, uint64_t size, uint64_t likely) {
    if (size <= to->capacity) return;
    const uint64_t wanted = likely != 0 ? likely : to->capacity * 2;
    to->capacity = wanted > size ? wanted : size;
    to->bytes = realloc(to->bytes, to->capacity);
    if (to->bytes == NULL) fail("memory", "there is none left");
}

static void append_bytes(area *to, const void *from, uint64_t size, uint64_t likely) {
    reserve(to, to->size + size, likely);
    if (size != 0) memcpy(to->bytes + to->size, from, size);
    to->size += size;
}

// Appends bits to `at` others; ones where there are none to copy.
static void append_bits(area *to, uint64_t at, const uint8_t *bits, uint64_t count, uint64_t rows) {
    const uint64_t size = (at + count + 7) / 8;
    reserve(to, size, (rows + 7) / 8);
    to->size = size;
    if (at % 8 == 0) {
        if (bits == NULL) memset(to->bytes + at / 8, 255, size - at / 8);
        if (bits != NULL) memcpy(to->bytes + at / 8, bits, size - at / 8);
        return;
    }
    for (uint64_t i = 0; i < count; i += 1) {
        const uint8_t mask = (uint8_t)(1u << ((at + i) & 7));
        const int is_set = bits == NULL || (bits[i >> 3] >> (i & 7) & 1) != 0;
        uint8_t *byte = &to->bytes[(at + i) >> 3];
        *byte = (uint8_t)(is_set ? *byte | mask : *byte & ~mask);
    }
}

// The size in the end if what comes is as what came; 0 if the rows are not known.
static uint64_t guess(uint64_t size, uint64_t came, uint64_t rows) {
    return rows <= came ? 0 : (uint64_t)((double)size * 1.05 / (double)came * (double)rows);
}

static void append_text(whole *to, const ali_column_info *info, uint64_t rows) {
    const int32_t *from = info->offsets;
    const uint64_t text_bytes = (uint64_t)(from[info->length] - from[0]);
    const uint64_t came = to->rows + info->length;
    if (to->data.size + text_bytes > INT32_MAX) fail("columns", "a column is too long for Arrow");
    reserve(&to->offsets, (came + 1) * sizeof(int32_t), (rows + 1) * sizeof(int32_t));
    int32_t *offsets = (int32_t *)(void *)to->offsets.bytes;
    const int32_t shift = (int32_t)to->data.size - from[0];
    for (uint64_t i = 0; i <= info->length; i += 1) offsets[to->rows + i] = from[i] + shift;
    append_bytes(&to->data, info->data + from[0], text_bytes,
                 guess(to->data.size + text_bytes, came, rows));
}

static void append_column(whole *to, const ali_column *column, uint64_t rows) {
    ali_column_info info = {.size_bytes = sizeof info};
    ali_type_info type = {.size_bytes = sizeof type};
    if (ali_column_describe(column, &info) != ALI_OK) fail("column", "not described");
    if (ali_type_describe(info.type, &type) != ALI_OK) fail("type", "not described");
    const int is_text = type.kind == ALI_TYPE_UTF8 || type.kind == ALI_TYPE_BINARY;
    if (info.children_count != 0 || info.encoding != ALI_ENCODING_PLAIN ||
        (info.offsets != NULL && !is_text)) {
        fail("columns", "this case takes flat, plain columns");
    }
    if (info.length == 0) return;
    if (info.validity != NULL && to->validity.size == 0 && to->rows != 0) {
        append_bits(&to->validity, 0, NULL, to->rows, rows);
    }
    if (info.validity != NULL || to->validity.size != 0) {
        append_bits(&to->validity, to->rows, info.validity, info.length, rows);
    }
    if (is_text && info.offsets != NULL) {
        append_text(to, &info, rows);
    } else if (type.bits == 1) {
        append_bits(&to->values, to->rows, info.values, info.length, rows);
    } else {
        append_bytes(&to->values, info.values, info.values_bytes,
                     info.values_bytes / info.length * rows);
    }
    to->rows += info.length;
}

static void take_batch(const options *given, run *result, ali_batch *batch, int is_check) {
    result->rows += ali_batch_rows(batch);
    for (uint32_t i = 0; i < result->columns_count; i += 1) {
        if (is_check) add_facts(&result->facts[i], ali_batch_column(batch, i));
        if (strcmp(given->kind, "columns") == 0) {
            const uint64_t rows = result->rows_expected == ALI_UNKNOWN ? 0 : result->rows_expected;
            append_column(&result->wholes[i], ali_batch_column(batch, i), rows);
        }
    }
    if (strcmp(given->kind, "read") == 0) {
        keep_batch(result, batch);
    } else {
        ali_batch_release(batch);
    }
}

// Opens the file, and starts to read it.
static ali_task *start_scan(const options *given, ali_host *host, run *result) {
    ali_dataset *dataset = NULL;
    ali_task *task = NULL;
    ali_dataset_info info = {.size_bytes = sizeof info};
    if (ali_host_open(host, given->file, NULL, &dataset) != ALI_OK) {
        fail(given->file, ali_host_error(host)->sentence);
    }
    if (ali_dataset_describe(dataset, &info) != ALI_OK) fail(given->file, "not described");
    if (ali_scan_schema(dataset, &given->scan, &result->schema) != ALI_OK ||
        ali_scan_start(dataset, &given->scan, &task) != ALI_OK) {
        fail(given->file, ali_context_error(ali_host_context(host))->sentence);
    }
    result->rows_expected = info.rows;
    ali_dataset_release(dataset);
    return task;
}

static void read_once(const options *given, ali_host *host, run *result, int is_check) {
    ali_task *task = start_scan(given, host, result);
    result->columns_count = ali_schema_count(result->schema);
    result->wholes = calloc(result->columns_count + 1u, sizeof(whole));
    result->facts = calloc(result->columns_count + 1u, sizeof(fact));
    if (result->wholes == NULL || result->facts == NULL) fail("memory", "there is none left");
    ali_status status = ALI_OK;
    while ((status = ali_host_drive(host, task)) == ALI_READY) {
        take_batch(given, result, ali_task_take_batch(task), is_check);
        const uint64_t anonymous = is_check ? anonymous_bytes() : 0;
        if (anonymous > result->anonymous_peak) result->anonymous_peak = anonymous;
    }
    if (status != ALI_OK) fail(given->file, ali_host_error(host)->sentence);
    ali_task_free(task);
}

static void clear_run(run *result) {
    for (uint64_t i = 0; i < result->batches_count; i += 1) ali_batch_release(result->batches[i]);
    for (uint32_t i = 0; i < result->columns_count; i += 1) {
        free(result->wholes[i].validity.bytes);
        free(result->wholes[i].values.bytes);
        free(result->wholes[i].offsets.bytes);
        free(result->wholes[i].data.bytes);
    }
    free(result->batches);
    free(result->wholes);
    free(result->facts);
    ali_schema_release(result->schema);
}

// --- arguments and output ------------------------------------------------------------------------

static void split_columns(options *given, char *list) {
    for (char *name = strtok(list, ","); name != NULL; name = strtok(NULL, ",")) {
        if (given->columns_count == COLUMNS_MAX) fail("--columns", "too many names");
        given->columns[given->columns_count] = name;
        given->columns_count += 1;
    }
    given->scan.columns = given->columns;
    given->scan.columns_count = given->columns_count;
}

static void take_flag(options *given, const char *flag, char *value) {
    if (strcmp(flag, "--case") == 0) {
        given->kind = value;
    } else if (strcmp(flag, "--columns") == 0) {
        split_columns(given, value);
    } else if (strcmp(flag, "--runs") == 0) {
        given->runs = atoi(value);
    } else if (strcmp(flag, "--strings") == 0) {
        given->scan.strings = strcmp(value, "plain") == 0 ? ALI_SCAN_STRINGS_PLAIN
                                                          : ALI_SCAN_STRINGS_DICTIONARY;
    } else if (strcmp(flag, "--threads") == 0 && strcmp(value, "1") == 0) {
        return;
    } else {
        fprintf(stderr, "bench: %s %s is not supported\n", flag, value);
        exit(2);
    }
}

static options take_arguments(int count, char **words) {
    options given = {.kind = "read", .runs = 5, .scan.size_bytes = sizeof(ali_scan_options)};
    for (int i = 1; i < count; i += 1) {
        if (strncmp(words[i], "--", 2) != 0) {
            given.file = words[i];
        } else if (strcmp(words[i], "--serve") == 0) {
            given.is_server = 1;
        } else if (i + 1 < count) {
            take_flag(&given, words[i], words[i + 1]);
            i += 1;
        }
    }
    const int is_case = strcmp(given.kind, "read") == 0 || strcmp(given.kind, "columns") == 0 ||
                        strcmp(given.kind, "scan") == 0;
    if ((given.file == NULL) != (given.is_server != 0) || !is_case || given.runs < 1 ||
        given.runs > RUNS_MAX) {
        fprintf(stderr, "usage: bench FILE|--serve --case read|columns|scan [--columns a,b] "
                        "[--threads 1] [--runs 1..99] [--strings dictionary|plain]\n");
        exit(2);
    }
    if (strcmp(given.kind, "columns") == 0) given.scan.strings = ALI_SCAN_STRINGS_PLAIN;
    return given;
}

static void print_text(const char *text, uint64_t text_bytes) {
    (void)putchar('"');
    for (uint64_t i = 0; i < text_bytes; i += 1) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte == '"' || byte == '\\') {
            printf("\\%c", byte);
        } else if (byte < 0x20) {
            printf("\\u%04x", byte);
        } else {
            (void)putchar(byte);
        }
    }
    (void)putchar('"');
}

static void print_check(const run *result) {
    printf("\"check\":{\"rows\":%llu,\"columns\":{", (unsigned long long)result->rows);
    for (uint32_t i = 0; i < result->columns_count; i += 1) {
        ali_field_info field = {.size_bytes = sizeof field};
        const fact *known = &result->facts[i];
        if (ali_field_describe(result->schema, i, &field) != ALI_OK) fail("field", "not described");
        if (i != 0) (void)putchar(',');
        print_text(field.name, field.name_bytes);
        printf(":{\"count\":%llu", (unsigned long long)known->count);
        if (known->is_number) printf(",\"sum\":%.17g", known->sum);
        if (known->is_text) printf(",\"bytes\":%llu", (unsigned long long)known->text_bytes);
        (void)putchar('}');
    }
    printf("}}");
}

static int by_value(const void *left, const void *right) {
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return (a > b) - (a < b);
}

// One run, timed.
static double timed_ms(const options *given, ali_host *host) {
    run result = {0};
    const double start = now_ms();
    read_once(given, host, &result, 0);
    const double ms = now_ms() - start;
    clear_run(&result);
    return ms;
}

static void print_checked(const run *check, uint64_t before) {
    printf(
        "\"rows\":%llu,\"peak_bytes\":%llu,\"threads\":1,", (unsigned long long)check->rows,
        (unsigned long long)(check->anonymous_peak > before ? check->anonymous_peak - before : 0));
    print_check(check);
    printf("}\n");
}

// Answers one line after the other.
static void serve(options *given, ali_host *host, uint64_t before) {
    char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        const int is_check = strncmp(line, "check ", 6) == 0;
        if (!is_check && strncmp(line, "time ", 5) != 0) fail(line, "no such request");
        given->file = strchr(line, ' ') + 1;
        if (is_check) {
            run check = {0};
            read_once(given, host, &check, 1);
            (void)putchar('{');
            print_checked(&check, before);
            clear_run(&check);
        } else {
            printf("{\"ms\":%.3f}\n", timed_ms(given, host));
        }
        (void)fflush(stdout);
    }
}

static void run_all(const options *given, ali_host *host, uint64_t before) {
    run check = {0};
    read_once(given, host, &check, 1);
    double times[RUNS_MAX];
    for (int i = 0; i < given->runs; i += 1) times[i] = timed_ms(given, host);
    qsort(times, (size_t)given->runs, sizeof times[0], by_value);
    const double median = (times[(given->runs - 1) / 2] + times[given->runs / 2]) / 2;
    printf("{\"case\":\"%s\",\"file\":", given->kind);
    print_text(given->file, strlen(given->file));
    printf(",\"median_ms\":%.3f,\"min_ms\":%.3f,\"runs\":%d,", median, times[0], given->runs);
    print_checked(&check, before);
    clear_run(&check);
}

int main(int count, char **words) {
    options given = take_arguments(count, words);
    const uint64_t before = anonymous_bytes();
    ali_host *host = NULL;
    if (ali_host_new(NULL, &host) != ALI_OK) fail("host", "could not be made");
    if (given.is_server) {
        serve(&given, host, before);
    } else {
        run_all(&given, host, before);
    }
    ali_host_free(host);
    return 0;
}
