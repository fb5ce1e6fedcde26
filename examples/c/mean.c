// The mean of one column of a file or URL, with the short way of alimentar/host.h.
//
//     cc mean.c $(pkg-config --cflags --libs alimentar) -o mean && ./mean trips.parquet fare
#include <stdio.h>

#include <alimentar/host.h>

// Adds up the values of a float64 column that are not null.
static void add(const ali_column_info *column, double *sum, uint64_t *count) {
    const double *values = column->values;
    for (uint64_t row = 0; row < column->length; row += 1) {
        if (column->validity != NULL && (column->validity[row >> 3] >> (row & 7) & 1) == 0)
            continue;
        *sum += values[row];
        *count += 1;
    }
}

static ali_status add_batch(const ali_batch *batch, double *sum, uint64_t *count) {
    ali_column_info column = {.size_bytes = sizeof column};
    ali_type_info type = {.size_bytes = sizeof type};
    ali_status status = ali_column_describe(ali_batch_column(batch, 0), &column);
    if (status == ALI_OK) status = ali_type_describe(column.type, &type);
    if (status != ALI_OK) return status;
    if (type.kind != ALI_TYPE_FLOAT || type.bits != 64) return ALI_ERR_TYPE;
    add(&column, sum, count);
    return ALI_OK;
}

int main(int count, char **words) {
    if (count != 3) {
        fprintf(stderr, "usage: mean FILE COLUMN\n");
        return 2;
    }
    const char *const columns[] = {words[2]};
    const ali_scan_options options = {
        .size_bytes = sizeof options, .columns = columns, .columns_count = 1};
    ali_host *host = NULL;
    ali_reader *reader = NULL;
    ali_batch *batch = NULL;
    double sum = 0;
    uint64_t values = 0;
    ali_status status = ali_host_new(NULL, &host);
    if (status == ALI_OK) status = ali_read_file(host, words[1], &options, &reader);
    while (status == ALI_OK && (status = ali_reader_next(reader, &batch)) == ALI_OK) {
        status = add_batch(batch, &sum, &values);
        ali_batch_release(batch);
    }
    if (status == ALI_END) {
        printf("%s: %llu values, mean %g\n", words[2], (unsigned long long)values,
               sum / (double)values);
    } else if (status == ALI_ERR_TYPE) {
        fprintf(stderr, "%s: not a float64 column\n", words[2]);
    } else {
        fprintf(stderr, "%s: %s\n", words[1],
                host != NULL ? ali_host_error(host)->sentence : ali_status_name(status));
    }
    ali_reader_free(reader);
    ali_host_free(host);
    return status == ALI_END ? 0 : 1;
}
