// scan: scans a file and tells how much memory that took.
//
//     scan FILE map|read
//
// map    the file is mapped: the greatest anonymous resident memory after a batch counts, pages of
//        the file do not
// read   the file is read: the peak of the resident memory counts, whenever it was
//
// Prints {"rows", "bytes", "peak_bytes"}: bytes of the columns handed out, and memory beyond that
// before the file was opened.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alimentar.h"
#include "alimentar/host.h"

static unsigned long long status_bytes(const char *key) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long long kilobytes = 0;
    if (status == NULL) exit(1);
    while (fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            (void)sscanf(line + strlen(key), ": %llu", &kilobytes);
        }
    }
    (void)fclose(status);
    return kilobytes * 1024;
}

static unsigned long long bytes_of(const ali_column *column) {
    ali_column_info info = {.size_bytes = sizeof info};
    if (ali_column_describe(column, &info) != ALI_OK) exit(1);
    unsigned long long sum = info.values_bytes + info.data_bytes;
    if (info.offsets != NULL) sum += (info.length + 1) * 4;
    for (uint32_t i = 0; i < info.children_count; i += 1) {
        sum += bytes_of(ali_column_child(column, i));
    }
    return sum;
}

int main(int count, char **words) {
    if (count != 3) return 2;
    const int is_map = strcmp(words[2], "map") == 0;
    const char *key = is_map ? "RssAnon" : "VmHWM";
    ali_host_options options = {.size_bytes = sizeof options};
    options.files = is_map ? ALI_HOST_FILES_MAP : ALI_HOST_FILES_READ;
    ali_host *host = NULL;
    ali_reader *reader = NULL;
    ali_batch *batch = NULL;
    if (ali_host_new(&options, &host) != ALI_OK) return 1;
    const unsigned long long before = status_bytes(is_map ? "RssAnon" : "VmRSS");
    unsigned long long rows = 0;
    unsigned long long bytes = 0;
    unsigned long long peak = 0;
    ali_status status = ali_read_file(host, words[1], NULL, &reader);
    while (status == ALI_OK && (status = ali_reader_next(reader, &batch)) == ALI_OK) {
        const ali_schema *schema = ali_batch_schema(batch);
        for (uint32_t i = 0; i < ali_schema_count(schema); i += 1) {
            bytes += bytes_of(ali_batch_column(batch, i));
        }
        rows += ali_batch_rows(batch);
        const unsigned long long now = status_bytes(key);
        peak = now > peak ? now : peak;
        ali_batch_release(batch);
    }
    if (status != ALI_END) {
        (void)fprintf(stderr, "scan: %s\n", ali_host_error(host)->sentence);
        return 3;
    }
    ali_reader_free(reader);
    const unsigned long long last = status_bytes(key);
    peak = last > peak ? last : peak;
    ali_host_free(host);
    printf("{\"rows\":%llu,\"bytes\":%llu,\"peak_bytes\":%llu}\n", rows, bytes,
           peak > before ? peak - before : 0);
    return 0;
}
