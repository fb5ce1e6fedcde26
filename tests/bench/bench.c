// bench: times one way of reading one file natively, and prints one JSON line.
//
//     build/bench FILE --case read|columns|scan [--columns a,b] [--threads 1] [--runs n]
//                      [--strings dictionary|plain]
//
// read     keeps every batch
// columns  copies every batch into columns of the final size (plain strings)
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

// A column of the final size.
typedef struct whole {
    uint8_t *values;
    uint8_t *data;
    uint64_t values_bytes;
    uint64_t data_bytes;
    uint64_t values_capacity;
    uint64_t data_capacity;
} whole;

typedef struct run {
    ali_batch **batches;
    uint64_t batches_count;
    uint64_t batches_capacity;
    whole *wholes;
    fact *facts;
    uint64_t rows;
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

static void append_column(whole *to, const ali_column *column) {
    ali_column_info info = {.size_bytes = sizeof info};
    if (ali_column_describe(column, &info) != ALI_OK) fail("column", "not described");
    to->values = grown(to->values, &to->values_capacity, to->values_bytes + info.values_bytes);
    if (info.values_bytes != 0) {
        memcpy(to->values + to->values_bytes, info.values, info.values_bytes);
    }
    to->values_bytes += info.values_bytes;
    to->data = grown(to->data, &to->data_capacity, to->data_bytes + info.data_bytes);
    if (info.data_bytes != 0) memcpy(to->data + to->data_bytes, info.data, info.data_bytes);
    to->data_bytes += info.data_bytes;
}

static void take_batch(const options *given, run *result, ali_batch *batch, int is_check) {
    result->rows += ali_batch_rows(batch);
    for (uint32_t i = 0; i < result->columns_count; i += 1) {
        if (is_check) add_facts(&result->facts[i], ali_batch_column(batch, i));
        if (strcmp(given->kind, "columns") == 0) {
            append_column(&result->wholes[i], ali_batch_column(batch, i));
        }
    }
    if (strcmp(given->kind, "read") == 0) {
        keep_batch(result, batch);
    } else {
        ali_batch_release(batch);
    }
}

static void read_once(const options *given, ali_host *host, run *result, int is_check) {
    ali_reader *reader = NULL;
    ali_batch *batch = NULL;
    if (ali_read_file(host, given->file, &given->scan, &reader) != ALI_OK) {
        fail(given->file, ali_host_error(host)->sentence);
    }
    result->schema = ali_reader_schema(reader);
    ali_schema_retain(result->schema);
    result->columns_count = ali_schema_count(result->schema);
    result->wholes = calloc(result->columns_count + 1u, sizeof(whole));
    result->facts = calloc(result->columns_count + 1u, sizeof(fact));
    if (result->wholes == NULL || result->facts == NULL) fail("memory", "there is none left");
    ali_status status = ALI_OK;
    while ((status = ali_reader_next(reader, &batch)) == ALI_OK) {
        take_batch(given, result, batch, is_check);
        const uint64_t anonymous = is_check ? anonymous_bytes() : 0;
        if (anonymous > result->anonymous_peak) result->anonymous_peak = anonymous;
    }
    if (status != ALI_END) fail(given->file, ali_host_error(host)->sentence);
    ali_reader_free(reader);
}

static void clear_run(run *result) {
    for (uint64_t i = 0; i < result->batches_count; i += 1) ali_batch_release(result->batches[i]);
    for (uint32_t i = 0; i < result->columns_count; i += 1) {
        free(result->wholes[i].values);
        free(result->wholes[i].data);
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
        } else if (i + 1 < count) {
            take_flag(&given, words[i], words[i + 1]);
            i += 1;
        }
    }
    const int is_case = strcmp(given.kind, "read") == 0 || strcmp(given.kind, "columns") == 0 ||
                        strcmp(given.kind, "scan") == 0;
    if (given.file == NULL || !is_case || given.runs < 1 || given.runs > RUNS_MAX) {
        fprintf(stderr, "usage: bench FILE --case read|columns|scan [--columns a,b] [--threads 1] "
                        "[--runs 1..99] [--strings dictionary|plain]\n");
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

int main(int count, char **words) {
    const options given = take_arguments(count, words);
    const uint64_t before = anonymous_bytes();
    ali_host *host = NULL;
    if (ali_host_new(NULL, &host) != ALI_OK) fail("host", "could not be made");
    run check = {0};
    read_once(&given, host, &check, 1);
    double times[RUNS_MAX];
    for (int i = 0; i < given.runs; i += 1) {
        run result = {0};
        const double start = now_ms();
        read_once(&given, host, &result, 0);
        times[i] = now_ms() - start;
        clear_run(&result);
    }
    qsort(times, (size_t)given.runs, sizeof times[0], by_value);
    const double median = (times[(given.runs - 1) / 2] + times[given.runs / 2]) / 2;
    printf("{\"case\":\"%s\",\"file\":", given.kind);
    print_text(given.file, strlen(given.file));
    printf(",\"median_ms\":%.3f,\"min_ms\":%.3f,\"runs\":%d,\"rows\":%llu,\"peak_bytes\":%llu,"
           "\"threads\":1,",
           median, times[0], given.runs, (unsigned long long)check.rows,
           (unsigned long long)(check.anonymous_peak > before ? check.anonymous_peak - before : 0));
    print_check(&check);
    printf("}\n");
    clear_run(&check);
    ali_host_free(host);
    return 0;
}
