// limited: reads a file with a limit on memory, and prints what is said of it.
//
//     limited FILE BYTES
//
// Prints the error's status and sentence, or "0 " and the number of rows. The file is read, not
// mapped: so does the twin.
#include <stdio.h>
#include <stdlib.h>

#include "alimentar.h"
#include "alimentar/host.h"

int main(int count, char **words) {
    if (count != 3) return 2;
    const ali_limits limits = {.size_bytes = sizeof limits,
                               .memory_bytes_max = strtoull(words[2], NULL, 10)};
    const ali_host_options options = {
        .size_bytes = sizeof options, .files = ALI_HOST_FILES_READ, .limits = &limits};
    ali_host *host = NULL;
    ali_reader *reader = NULL;
    ali_batch *batch = NULL;
    unsigned long long rows = 0;
    if (ali_host_new(&options, &host) != ALI_OK) return 1;
    ali_status status = ali_read_file(host, words[1], NULL, &reader);
    while (status == ALI_OK && (status = ali_reader_next(reader, &batch)) == ALI_OK) {
        rows += ali_batch_rows(batch);
        ali_batch_release(batch);
    }
    if (status == ALI_END) {
        printf("rows %llu\n", rows);
    } else {
        printf("%s %s\n", ali_status_name(status), ali_host_error(host)->sentence);
    }
    ali_reader_free(reader);
    ali_host_free(host);
    return 0;
}
