// The native host: files, memory, readers, streams, interrupts, and what errors say. Its HTTP is
// tested against servers in tests/services.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alimentar/host.h"
#include "io/task.h"

#define WEATHER "examples/dashboard/data/nyc-weather-2013.parquet"
#define WEATHER_ROWS 26115u

typedef struct scratch {
    char folder[64];
    char path[128];
} scratch;

static uint8_t *load(const char *path, size_t *count_bytes) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *count_bytes = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*count_bytes);
    assert_int_equal(fread(bytes, 1, *count_bytes, file), *count_bytes);
    (void)fclose(file);
    return bytes;
}

static void store(const char *path, const uint8_t *bytes, size_t count_bytes) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count_bytes, file), count_bytes);
    assert_int_equal(fclose(file), 0);
}

static void make_scratch(scratch *at) {
    (void)snprintf(at->folder, sizeof at->folder, "%s/alimentar-unit-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(at->folder));
    (void)snprintf(at->path, sizeof at->path, "%s/a.parquet", at->folder);
    size_t count_bytes = 0;
    uint8_t *bytes = load(WEATHER, &count_bytes);
    store(at->path, bytes, count_bytes);
    free(bytes);
}

static void drop_scratch(const scratch *at) {
    (void)unlink(at->path);
    assert_int_equal(rmdir(at->folder), 0);
}

static ali_host *new_host(uint32_t files) {
    const ali_host_options options = {.size_bytes = sizeof options, .files = files};
    ali_host *host = NULL;
    assert_int_equal(ali_host_new(&options, &host), ALI_OK);
    return host;
}

// Counts rows, and sums the bytes of all values of fixed width.
static uint64_t read_all(ali_reader *reader, uint64_t *sum) {
    uint64_t rows = 0;
    ali_batch *batch = NULL;
    ali_status status = ALI_OK;
    while ((status = ali_reader_next(reader, &batch)) == ALI_OK) {
        rows += ali_batch_rows(batch);
        for (uint32_t i = 0; ali_batch_column(batch, i) != NULL; i += 1) {
            ali_column_info column = {.size_bytes = sizeof column};
            assert_int_equal(ali_column_describe(ali_batch_column(batch, i), &column), ALI_OK);
            const uint8_t *bytes = column.values;
            for (uint64_t at = 0; bytes != NULL && at < column.values_bytes; at += 1) {
                *sum = *sum * 31 + bytes[at];
            }
        }
        ali_batch_release(batch);
    }
    assert_int_equal(status, ALI_END);
    return rows;
}

static uint64_t read_path(ali_host *host, const char *path, uint64_t *sum) {
    ali_reader *reader = NULL;
    assert_int_equal(ali_read_file(host, path, NULL, &reader), ALI_OK);
    const uint64_t rows = read_all(reader, sum);
    ali_reader_free(reader);
    return rows;
}

// --- making a host -------------------------------------------------------------------------------

static void options_out_of_range_are_refused(void **state) {
    (void)state;
    const ali_host_options wrong[] = {
        {.size_bytes = 0},
        {.size_bytes = sizeof(ali_host_options) + 8},
        {.size_bytes = sizeof(ali_host_options), .retries = 101},
        {.size_bytes = sizeof(ali_host_options), .files = 2},
        {.size_bytes = sizeof(ali_host_options), .headers = "no colon"},
        {.size_bytes = sizeof(ali_host_options), .headers = ": no name"},
        {.size_bytes = sizeof(ali_host_options), .user_agent = "two\r\nlines: x"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i += 1) {
        ali_host *host = NULL;
        assert_int_equal(ali_host_new(&wrong[i], &host), ALI_ERR_ARGUMENT);
        assert_null(host);
    }
    assert_int_equal(ali_host_new(NULL, NULL), ALI_ERR_ARGUMENT);
    ali_host_free(NULL);
    ali_reader_free(NULL);
}

static void options_of_an_older_caller_are_taken(void **state) {
    (void)state;
    const ali_host_options older = {.size_bytes = 8, .retries = ALI_RETRIES_NONE};
    ali_host *host = NULL;
    assert_int_equal(ali_host_new(&older, &host), ALI_OK);
    ali_host_free(host);
}

// --- tasks by hand -------------------------------------------------------------------------------

static void tasks_of_the_caller_are_driven(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    const ali_object object = {.size_bytes = sizeof object,
                               .object_bytes = ALI_UNKNOWN,
                               .path = WEATHER,
                               .path_bytes = sizeof WEATHER - 1};
    ali_task *task = NULL;
    assert_int_equal(ali_open_start(ali_host_context(host), &object, NULL, &task), ALI_OK);
    assert_null(ali_task_take_batch(task));
    assert_int_equal(ali_host_drive(host, task), ALI_OK);
    ali_dataset *dataset = ali_task_take_dataset(task);
    assert_non_null(dataset);
    assert_null(ali_task_take_dataset(task));
    ali_task_free(task);
    ali_dataset_retain(dataset);
    ali_dataset_release(dataset);
    assert_int_equal(ali_scan_start(dataset, NULL, &task), ALI_OK);
    ali_dataset_release(dataset); // the scan keeps its own reference
    assert_int_equal(ali_host_drive(host, task), ALI_READY);
    ali_batch *batch = ali_task_take_batch(task);
    assert_true(ali_batch_rows(batch) > 0);
    assert_null(ali_task_take_batch(task));
    ali_batch_release(batch);
    ali_task_free(task);
    ali_host_free(host);
}

static void metadata_out_of_range_is_refused(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_dataset *dataset = NULL;
    ali_dataset_info info = {.size_bytes = sizeof info};
    const char *key = "";
    const char *value = "";
    assert_int_equal(ali_host_open(host, WEATHER, NULL, &dataset), ALI_OK);
    assert_int_equal(ali_dataset_describe(dataset, &info), ALI_OK);
    for (uint32_t i = 0; i < info.metadata_count; i += 1) {
        assert_int_equal(ali_dataset_metadata(dataset, i, &key, &value), ALI_OK);
    }
    assert_int_equal(ali_dataset_metadata(dataset, info.metadata_count, &key, &value),
                     ALI_ERR_ARGUMENT);
    info.size_bytes = 1;
    assert_int_equal(ali_dataset_describe(dataset, &info), ALI_ERR_ARGUMENT);
    ali_dataset_release(dataset);
    ali_host_free(host);
}

// --- files ---------------------------------------------------------------------------------------

static void file_is_opened_and_described(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_dataset *dataset = NULL;
    ali_dataset_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_host_open(host, WEATHER, NULL, &dataset), ALI_OK);
    assert_int_equal(ali_dataset_describe(dataset, &info), ALI_OK);
    assert_int_equal(info.rows, WEATHER_ROWS);
    assert_string_equal(info.format, "parquet");
    assert_true(info.row_groups > 1);
    ali_dataset_release(dataset);
    ali_host_free(host);
}

static void mapped_read_and_memory_give_the_same(void **state) {
    (void)state;
    size_t count_bytes = 0;
    uint8_t *bytes = load(WEATHER, &count_bytes);
    uint64_t sums[3] = {0, 0, 0};
    ali_host *mapped = new_host(ALI_HOST_FILES_MAP);
    ali_host *reading = new_host(ALI_HOST_FILES_READ);
    assert_int_equal(ali_host_add_memory(reading, "memory:weather", bytes, count_bytes), ALI_OK);
    assert_int_equal(read_path(mapped, WEATHER, &sums[0]), WEATHER_ROWS);
    assert_int_equal(read_path(reading, WEATHER, &sums[1]), WEATHER_ROWS);
    assert_int_equal(read_path(reading, "memory:weather", &sums[2]), WEATHER_ROWS);
    assert_int_equal(sums[0], sums[1]);
    assert_int_equal(sums[0], sums[2]);
    ali_host_free(mapped);
    ali_host_free(reading);
    free(bytes);
}

static void *release_batch(void *user) {
    ali_batch_release(user);
    return NULL;
}

// The mapping of a file, and the allocator, live as long as the last batch, wherever that ends.
static void batches_outlive_the_host_on_another_thread(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_reader *reader = NULL;
    ali_batch *batch = NULL;
    assert_int_equal(ali_read_file(host, WEATHER, NULL, &reader), ALI_OK);
    assert_int_equal(ali_reader_next(reader, &batch), ALI_OK);
    ali_reader_free(reader);
    ali_host_free(host);
    ali_column_info column = {.size_bytes = sizeof column};
    assert_int_equal(ali_column_describe(ali_batch_column(batch, 0), &column), ALI_OK);
    volatile uint8_t seen = 0;
    const uint8_t *bytes = column.values;
    for (uint64_t i = 0; i < column.values_bytes; i += 1) seen = (uint8_t)(seen + bytes[i]);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, release_batch, batch), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void changed_file_is_noticed(void **state) {
    (void)state;
    for (uint32_t files = ALI_HOST_FILES_MAP; files <= ALI_HOST_FILES_READ; files += 1) {
        scratch at;
        make_scratch(&at);
        ali_host *host = new_host(files);
        ali_reader *reader = NULL;
        ali_batch *batch = NULL;
        assert_int_equal(ali_read_file(host, at.path, NULL, &reader), ALI_OK);
        const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
        assert_int_equal(utimensat(AT_FDCWD, at.path, times, 0), 0);
        assert_int_equal(ali_reader_next(reader, &batch), ALI_ERR_CHANGED);
        assert_null(batch);
        assert_non_null(strstr(ali_host_error(host)->sentence, "the file changed while"));
        assert_string_equal(ali_host_error(host)->object, at.path);
        ali_reader_free(reader);
        ali_host_free(host);
        drop_scratch(&at);
    }
}

static void file_replaced_between_two_openings_is_the_new_one(void **state) {
    (void)state;
    scratch at;
    make_scratch(&at);
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    uint64_t sum = 0;
    assert_int_equal(read_path(host, at.path, &sum), WEATHER_ROWS);
    assert_int_equal(unlink(at.path), 0);
    store(at.path, (const uint8_t *)"no table", 8);
    ali_dataset *dataset = NULL;
    assert_int_equal(ali_host_open(host, at.path, NULL, &dataset), ALI_ERR_CORRUPT);
    ali_host_free(host);
    drop_scratch(&at);
}

static void more_files_than_are_kept_open(void **state) {
    (void)state;
    scratch at;
    make_scratch(&at);
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    char target[4096];
    assert_non_null(realpath(WEATHER, target));
    ali_dataset *datasets[80];
    for (uint32_t i = 0; i < 80; i += 1) {
        char path[160];
        (void)snprintf(path, sizeof path, "%s/%u", at.folder, i);
        assert_int_equal(symlink(target, path), 0);
        assert_int_equal(ali_host_open(host, path, NULL, &datasets[i]), ALI_OK);
    }
    ali_task *task = NULL;
    assert_int_equal(ali_scan_start(datasets[0], NULL, &task), ALI_OK);
    assert_int_equal(ali_host_drive(host, task), ALI_READY);
    ali_task_free(task);
    for (uint32_t i = 0; i < 80; i += 1) {
        char path[160];
        (void)snprintf(path, sizeof path, "%s/%u", at.folder, i);
        ali_dataset_release(datasets[i]);
        (void)unlink(path);
    }
    ali_host_free(host);
    drop_scratch(&at);
}

typedef struct feeding {
    const char *path;
    const uint8_t *bytes;
    size_t count_bytes;
} feeding;

static void *feed(void *user) {
    const feeding *with = user;
    const int fd = open(with->path, O_WRONLY);
    size_t at = 0;
    while (fd >= 0 && at < with->count_bytes) {
        const ssize_t written = write(fd, with->bytes + at, with->count_bytes - at);
        if (written <= 0) break;
        at += (size_t)written;
    }
    if (fd >= 0) (void)close(fd);
    return NULL;
}

static void pipe_is_spooled(void **state) {
    (void)state;
    scratch at;
    make_scratch(&at);
    feeding with = {.path = at.path};
    uint8_t *bytes = load(WEATHER, &with.count_bytes);
    with.bytes = bytes;
    assert_int_equal(unlink(at.path), 0);
    assert_int_equal(mkfifo(at.path, 0600), 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, feed, &with), 0);
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    uint64_t sum = 0;
    assert_int_equal(read_path(host, at.path, &sum), WEATHER_ROWS);
    assert_int_equal(pthread_join(thread, NULL), 0);
    ali_host_free(host);
    free(bytes);
    drop_scratch(&at);
}

// --- memory --------------------------------------------------------------------------------------

static void *write_weather(void *user) {
    const int fd = *(int *)user;
    size_t count_bytes = 0;
    uint8_t *bytes = load(WEATHER, &count_bytes);
    FILE *pipe = fdopen(fd, "wb");
    assert_non_null(pipe);
    (void)fwrite(bytes, 1, count_bytes, pipe);
    (void)fclose(pipe);
    free(bytes);
    return NULL;
}

// A pipe that holds 5,000 bytes and has ended.
static int make_full_pipe(void) {
    static const uint8_t bytes[5000];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(close(ends[1]), 0);
    return ends[0];
}

static void what_cannot_seek_is_copied_up_to_a_limit(void **state) {
    (void)state;
    static const struct {
        uint64_t most;
        ali_status status;
    } cases[] = {{0, ALI_OK}, {5000, ALI_OK}, {4999, ALI_ERR_LIMIT}, {1, ALI_ERR_LIMIT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        const ali_host_options options = {.size_bytes = sizeof options,
                                          .spool_bytes_max = cases[i].most};
        ali_host *host = NULL;
        ali_dataset *dataset = NULL;
        const char *path = NULL;
        char name[40];
        assert_int_equal(ali_host_new(&options, &host), ALI_OK);
        const int given = make_full_pipe();
        assert_int_equal(ali_host_spool(host, given, &path), cases[i].status);
        assert_int_equal(close(given), 0);
        if (path == NULL) {
            assert_non_null(strstr(ali_host_error(host)->sentence, "the limit spool_bytes_max"));
        }
        const int named = make_full_pipe();
        (void)snprintf(name, sizeof name, "/dev/fd/%d", named);
        const ali_status opened = ali_host_open(host, name, NULL, &dataset);
        assert_int_equal(opened, cases[i].status == ALI_OK ? ALI_ERR_CORRUPT : cases[i].status);
        if (opened == ALI_ERR_LIMIT) {
            assert_int_equal(strncmp(ali_host_error(host)->sentence, "it cannot seek, and has", 23),
                             0);
        }
        assert_int_equal(close(named), 0);
        ali_host_free(host);
    }
}

static void descriptor_that_cannot_seek_is_spooled(void **state) {
    (void)state;
    const uint32_t ways[] = {ALI_HOST_FILES_MAP, ALI_HOST_FILES_READ};
    uint64_t expected = 0;
    for (size_t i = 0; i < 2; i += 1) {
        int ends[2];
        pthread_t thread;
        const char *path = NULL;
        uint64_t sum = 0;
        ali_host *host = new_host(ways[i]);
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(pthread_create(&thread, NULL, write_weather, &ends[1]), 0);
        assert_int_equal(ali_host_spool(host, ends[0], &path), ALI_OK);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(close(ends[0]), 0);
        assert_string_equal(path, "spool:1");
        assert_int_equal(read_path(host, path, &sum), WEATHER_ROWS);
        if (i == 0) (void)read_path(host, WEATHER, &expected);
        assert_int_equal(sum, expected);
        sum = 0;
        assert_int_equal(read_path(host, path, &sum), WEATHER_ROWS); // as often as wanted
        ali_host_free(host);
    }
}

static void descriptor_that_can_seek_is_not_copied(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    const char *paths[2] = {NULL, NULL};
    uint64_t sum = 0;
    const int fd = open(WEATHER, O_RDONLY | O_CLOEXEC);
    assert_int_equal(lseek(fd, 100, SEEK_SET), 100);
    assert_int_equal(ali_host_spool(host, fd, &paths[0]), ALI_OK);
    assert_int_equal(ali_host_spool(host, fd, &paths[1]), ALI_OK);
    assert_int_equal(close(fd), 0);
    assert_string_equal(paths[1], "spool:2");
    assert_int_equal(read_path(host, paths[0], &sum), WEATHER_ROWS);
    ali_host_free(host);
}

static void spooling_fails_in_one_sentence(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    const char *path = "";
    int ends[2];
    assert_int_equal(ali_host_spool(host, -1, &path), ALI_ERR_HOST);
    assert_null(path);
    assert_non_null(strstr(ali_host_error(host)->sentence, "Bad file descriptor"));
    assert_int_equal(ali_host_spool(host, 0, NULL), ALI_ERR_ARGUMENT);
    assert_int_equal(pipe(ends), 0);
    ali_host_interrupt(host); // the pipe stays open: only this ends the wait
    assert_int_equal(ali_host_spool(host, ends[0], &path), ALI_ERR_CANCELLED);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
    uint64_t sum = 0;
    assert_int_equal(read_path(host, WEATHER, &sum), WEATHER_ROWS); // the interrupt is over
    ali_host_free(host);
}

static void memory_is_registered_once_under_its_scheme(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    const uint8_t bytes[] = {1, 2, 3};
    assert_int_equal(ali_host_add_memory(host, "memory:a", bytes, 3), ALI_OK);
    assert_int_equal(ali_host_add_memory(host, "memory:a", bytes, 3), ALI_ERR_CONFLICT);
    assert_int_equal(ali_host_add_memory(host, "a", bytes, 3), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_host_add_memory(host, "memory:", bytes, 3), ALI_ERR_ARGUMENT);
    assert_int_equal(ali_host_add_memory(host, "memory:b", NULL, 3), ALI_ERR_ARGUMENT);
    ali_dataset *dataset = NULL;
    assert_int_equal(ali_host_open(host, "memory:b", NULL, &dataset), ALI_ERR_NOT_FOUND);
    assert_int_equal(ali_host_open(host, "memory:a", NULL, &dataset), ALI_ERR_CORRUPT);
    ali_host_free(host);
}

// --- errors --------------------------------------------------------------------------------------

static void errors_name_the_object_and_say_what_happened(void **state) {
    (void)state;
    static const struct {
        const char *path;
        ali_status status;
        const char *object;
        const char *words;
    } cases[] = {
        {"no/such/file", ALI_ERR_NOT_FOUND, "no/such/file", "there is no such file"},
        {"tests/harness/data/README.md/", ALI_ERR_NOT_FOUND, "tests/harness/data/README.md/",
         "no such"},
        {"docs/reference", ALI_ERR_CORRUPT, "docs/reference/options.md", "is not recognised"},
        {"file://elsewhere/a", ALI_ERR_UNSUPPORTED, "file://elsewhere/a", "of another machine"},
        {"ftp://a/b", ALI_ERR_UNSUPPORTED, "ftp://a/b", "\"ftp:\" is not supported"},
        {"", ALI_ERR_ARGUMENT, "", "a path has 1 to"},
        {"http://", ALI_ERR_ARGUMENT, "http://", "the URL names no server"},
        {"https://me@:80/a", ALI_ERR_ARGUMENT, "https://:80/a", "the URL names no server"},
        {"http://a/b c", ALI_ERR_ARGUMENT, "http://a/b c", "in a URL it is written %20"},
        {"http://me:word@127.0.0.1:1/a?key=1#f", ALI_ERR_HOST, "http://127.0.0.1:1/a?\xe2\x80\xa6",
         "connect to server"},
    };
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        ali_dataset *dataset = NULL;
        const ali_status status = ali_host_open(host, cases[i].path, NULL, &dataset);
        const ali_error *error = ali_host_error(host);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(error->status, cases[i].status);
        assert_string_equal(error->object, cases[i].object);
        assert_non_null(strstr(error->sentence, cases[i].words));
        assert_null(dataset);
    }
    uint64_t requests = 0;
    uint64_t retries = 1;
    uint64_t bytes = 1;
    ali_host_traffic(host, &requests, &retries, &bytes);
    assert_int_equal(requests, 1);
    assert_int_equal(retries, 0);
    assert_int_equal(bytes, 0);
    assert_int_equal(ali_host_warnings(host), 0);
    ali_host_free(host);
}

typedef struct asking {
    ali_op_record *record;
} asking;

static ali_status ask_step(ali_task *task, void *pointer, uint32_t budget_rows) {
    (void)budget_rows;
    asking *state = pointer;
    if (state->record == NULL) {
        const ali_op op = {.kind = ALI_OP_DELETE,
                           .path = "x",
                           .path_bytes = 1,
                           .etag = "",
                           .why = "test",
                           .why_bytes = 4};
        ALI_TRY(ali_task_add_op(task, &op, task, &state->record));
        return ALI_NEED;
    }
    if (!state->record->is_answered) return ALI_NEED;
    const ali_status status = ali_fail(ali_task_context(task), state->record->status, "it failed");
    ali_error_add_operation(ali_task_context(task), state->record->op.op_id, 0);
    return status;
}

static void ask_clear(ali_task *task, void *pointer) {
    asking *state = pointer;
    if (state->record != NULL) ali_task_forget_op(task, state->record);
}

static const ali_task_class ask_class = {"ask", ask_step, ask_clear, sizeof(asking)};

static void operations_beyond_reading_are_refused_by_name(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_task *task = NULL;
    void *inner = NULL;
    assert_int_equal(ali_task_new(ali_host_context(host), NULL, &ask_class, &task, &inner), ALI_OK);
    assert_int_equal(ali_host_drive(host, task), ALI_ERR_HOST);
    assert_string_equal(ali_host_error(host)->sentence,
                        "not carried out by this host, so it failed");
    ali_task_free(task);
    ali_host_free(host);
}

// --- interrupts and progress ---------------------------------------------------------------------

static void interrupt_cancels_once(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_dataset *dataset = NULL;
    ali_host_interrupt(host);
    assert_int_equal(ali_host_open(host, WEATHER, NULL, &dataset), ALI_ERR_CANCELLED);
    assert_null(dataset);
    assert_int_equal(ali_host_open(host, WEATHER, NULL, &dataset), ALI_OK);
    ali_dataset_release(dataset);
    ali_host_free(host);
}

static void *interrupt_soon(void *user) {
    const struct timespec pause = {.tv_nsec = 100 * 1000000};
    (void)nanosleep(&pause, NULL);
    ali_host_interrupt(user);
    return NULL;
}

// A pipe that gives nothing: the wait ends within the promised 50 ms (here: with room for a busy
// machine).
static void interrupt_ends_the_wait_for_a_pipe(void **state) {
    (void)state;
    scratch at;
    make_scratch(&at);
    assert_int_equal(unlink(at.path), 0);
    assert_int_equal(mkfifo(at.path, 0600), 0);
    const int held = open(at.path, O_RDWR);
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    pthread_t thread;
    ali_dataset *dataset = NULL;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, host), 0);
    assert_int_equal(ali_host_open(host, at.path, NULL, &dataset), ALI_ERR_CANCELLED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)close(held);
    ali_host_free(host);
    drop_scratch(&at);
}

static void count_progress(void *user, const ali_progress *progress) {
    uint32_t *calls = user;
    assert_int_equal(progress->size_bytes, sizeof *progress);
    *calls += 1;
}

static void progress_is_told_until_it_is_ended(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    uint32_t calls = 0;
    uint64_t sum = 0;
    ali_host_on_progress(host, count_progress, &calls);
    assert_int_equal(read_path(host, WEATHER, &sum), WEATHER_ROWS);
    assert_true(calls >= 1);
    ali_host_on_progress(host, NULL, NULL);
    const uint32_t before = calls;
    assert_int_equal(read_path(host, WEATHER, &sum), WEATHER_ROWS);
    assert_int_equal(calls, before);
    ali_host_free(host);
}

// --- readers and streams -------------------------------------------------------------------------

static void reader_takes_columns_in_the_order_asked_for(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    const char *const columns[] = {"#3", "#1"};
    const ali_scan_options options = {.size_bytes = sizeof options,
                                      .offset_rows = 26000,
                                      .limit_rows = 50,
                                      .columns = columns,
                                      .columns_count = 2};
    ali_reader *reader = NULL;
    ali_dataset *dataset = NULL;
    ali_dataset_info info = {.size_bytes = sizeof info};
    ali_field_info whole = {.size_bytes = sizeof whole};
    ali_field_info field = {.size_bytes = sizeof field};
    assert_int_equal(ali_host_open(host, WEATHER, NULL, &dataset), ALI_OK);
    assert_int_equal(ali_dataset_describe(dataset, &info), ALI_OK);
    assert_int_equal(ali_read_file(host, WEATHER, &options, &reader), ALI_OK);
    assert_int_equal(ali_schema_count(ali_reader_schema(reader)), 2);
    assert_int_equal(ali_field_describe(info.schema, 2, &whole), ALI_OK);
    assert_int_equal(ali_field_describe(ali_reader_schema(reader), 0, &field), ALI_OK);
    assert_string_equal(field.name, whole.name);
    uint64_t sum = 0;
    assert_int_equal(read_all(reader, &sum), 50);
    ali_reader_free(reader);
    ali_dataset_release(dataset);
    ali_host_free(host);
}

static void several_paths_are_one_data_set(void **state) {
    (void)state;
    static const char *const paths[] = {WEATHER, "examples/dashboard/data/*-weather-2013.parquet"};
    static const char *const nothing[] = {"examples/dashboard/data/*.none"};
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_dataset *dataset = NULL;
    ali_dataset_info info = {.size_bytes = sizeof info};
    assert_int_equal(ali_host_open_many(host, paths, 2, NULL, &dataset), ALI_OK);
    assert_int_equal(ali_dataset_describe(dataset, &info), ALI_OK);
    assert_int_equal(info.rows, 2 * WEATHER_ROWS);
    assert_int_equal(info.files, 2);
    assert_string_equal(info.format, "parquet");
    ali_dataset_release(dataset);
    assert_int_equal(ali_host_open_many(host, nothing, 1, NULL, &dataset), ALI_ERR_NOT_FOUND);
    assert_string_equal(ali_host_error(host)->sentence, "no file matches the pattern");
    assert_int_equal(ali_host_open_many(host, paths, 0, NULL, &dataset), ALI_ERR_ARGUMENT);
    ali_host_free(host);
}

// The operations of a task, and their bytes, when it is done.
static ali_progress drive_to_end(ali_host *host, ali_task *task, uint32_t batches_expected) {
    ali_progress progress = {.size_bytes = sizeof progress};
    uint32_t batches = 0;
    ali_status status = ali_host_drive(host, task);
    for (; status == ALI_READY; status = ali_host_drive(host, task)) {
        ali_batch_release(ali_task_take_batch(task));
        batches += 1;
    }
    assert_int_equal(status, ALI_OK);
    assert_true((batches != 0) == (batches_expected != 0));
    assert_int_equal(ali_task_progress(task, &progress), ALI_OK);
    ali_task_free(task);
    return progress;
}

static void plan_lists_what_a_scan_reads(void **state) {
    (void)state;
    static const char *const names[] = {"temp", "origin"};
    static const char *const paths[] = {WEATHER, WEATHER};
    const ali_scan_options cases[] = {
        {.size_bytes = sizeof cases[0]},
        {.size_bytes = sizeof cases[0], .columns = names, .columns_count = 2, .limit_rows = 30000},
        {.size_bytes = sizeof cases[0], .offset_rows = 30000},
    };
    ali_host *host = new_host(ALI_HOST_FILES_READ);
    ali_dataset *dataset = NULL;
    assert_int_equal(ali_host_open_many(host, paths, 2, NULL, &dataset), ALI_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 1) {
        ali_task *plan = NULL;
        ali_task *scan = NULL;
        assert_int_equal(ali_plan_start(dataset, &cases[i], &plan), ALI_OK);
        assert_int_equal(ali_scan_start(dataset, &cases[i], &scan), ALI_OK);
        const ali_progress planned = drive_to_end(host, plan, 0);
        const ali_progress read = drive_to_end(host, scan, 1);
        assert_int_equal(planned.ops, read.ops);
        assert_int_equal(planned.bytes, read.bytes);
        assert_true(planned.ops > 0);
    }
    ali_dataset_release(dataset);
    ali_host_free(host);
}

static void schema_of_a_scan_is_known_before_its_rows(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_dataset *dataset = NULL;
    ali_schema *schema = NULL;
    const char *const missing[] = {"no such column"};
    const ali_scan_options options = {
        .size_bytes = sizeof options, .columns = missing, .columns_count = 1};
    assert_int_equal(ali_host_open(host, WEATHER, NULL, &dataset), ALI_OK);
    assert_int_equal(ali_scan_schema(dataset, NULL, &schema), ALI_OK);
    assert_true(ali_schema_count(schema) > 3);
    ali_schema_release(schema);
    assert_int_equal(ali_scan_schema(dataset, &options, &schema), ALI_ERR_NOT_FOUND);
    assert_null(schema);
    assert_non_null(strstr(ali_context_error(ali_host_context(host))->sentence, "no such column"));
    ali_reader *reader = NULL;
    assert_int_equal(ali_read_file(host, WEATHER, &options, &reader), ALI_ERR_NOT_FOUND);
    assert_non_null(strstr(ali_host_error(host)->sentence, "no such column"));
    ali_dataset_release(dataset);
    ali_host_free(host);
}

static void stream_gives_plain_columns_that_outlive_it(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_reader *reader = NULL;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray kept = {.release = NULL};
    assert_int_equal(ali_read_file(host, WEATHER, NULL, &reader), ALI_OK);
    assert_int_equal(ali_reader_export(reader, &stream), ALI_OK);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    assert_string_equal(schema.format, "+s");
    int64_t rows = 0;
    for (;;) {
        struct ArrowArray array;
        assert_int_equal(stream.get_next(&stream, &array), 0);
        if (array.release == NULL) break;
        rows += array.length;
        assert_int_equal(array.n_children, schema.n_children);
        for (int64_t i = 0; i < array.n_children; i += 1) {
            assert_null(array.children[i]->dictionary);
        }
        if (kept.release != NULL) kept.release(&kept);
        kept = array;
    }
    assert_int_equal(rows, WEATHER_ROWS);
    assert_null(stream.get_last_error(&stream));
    schema.release(&schema);
    stream.release(&stream);
    assert_null(stream.release);
    ali_host_free(host);
    kept.release(&kept);
}

static void streams_come_in_as_readers(void **state) {
    (void)state;
    ali_host *host = new_host(ALI_HOST_FILES_MAP);
    ali_reader *reader = NULL;
    ali_reader *again = NULL;
    ali_batch *batch = NULL;
    struct ArrowArrayStream stream;
    assert_int_equal(ali_read_file(host, WEATHER, NULL, &reader), ALI_OK);
    const uint32_t columns = ali_schema_count(ali_reader_schema(reader));
    assert_int_equal(ali_reader_export(reader, &stream), ALI_OK);
    assert_int_equal(ali_reader_import(host, &stream, &again), ALI_OK);
    assert_null(stream.release);
    assert_int_equal(ali_schema_count(ali_reader_schema(again)), columns);
    uint64_t rows = 0;
    ali_status status = ALI_OK;
    while ((status = ali_reader_next(again, &batch)) == ALI_OK) {
        rows += ali_batch_rows(batch);
        ali_batch_release(batch);
    }
    assert_int_equal(status, ALI_END);
    assert_int_equal(rows, WEATHER_ROWS);
    ali_reader_free(again);
    assert_int_equal(ali_reader_import(host, &stream, &again), ALI_ERR_ARGUMENT);
    ali_host_free(host);
}

static void imported_streams_tell_their_own_error(void **state) {
    (void)state;
    scratch at;
    make_scratch(&at);
    ali_host *host = new_host(ALI_HOST_FILES_READ);
    ali_host *other = new_host(ALI_HOST_FILES_READ);
    ali_reader *reader = NULL;
    ali_reader *again = NULL;
    ali_batch *batch = NULL;
    struct ArrowArrayStream stream;
    assert_int_equal(ali_read_file(other, at.path, NULL, &reader), ALI_OK);
    assert_int_equal(ali_reader_export(reader, &stream), ALI_OK);
    assert_int_equal(ali_reader_import(host, &stream, &again), ALI_OK);
    assert_int_equal(truncate(at.path, 1000), 0);
    assert_int_equal(ali_reader_next(again, &batch), ALI_ERR_HOST);
    assert_null(batch);
    const char *sentence = ali_host_error(host)->sentence;
    assert_non_null(strstr(sentence, "the imported stream failed: "));
    assert_non_null(strstr(sentence, "the file changed while"));
    ali_reader_free(again);
    ali_host_free(host);
    ali_host_free(other);
    drop_scratch(&at);
}

static void stream_tells_its_error(void **state) {
    (void)state;
    scratch at;
    make_scratch(&at);
    ali_host *host = new_host(ALI_HOST_FILES_READ);
    ali_reader *reader = NULL;
    struct ArrowArrayStream stream;
    struct ArrowArray array;
    assert_int_equal(ali_read_file(host, at.path, NULL, &reader), ALI_OK);
    assert_int_equal(ali_reader_export(reader, &stream), ALI_OK);
    assert_int_equal(truncate(at.path, 1000), 0);
    assert_int_equal(stream.get_next(&stream, &array), EIO);
    assert_non_null(strstr(stream.get_last_error(&stream), "the file changed while"));
    stream.release(&stream);
    ali_host_free(host);
    drop_scratch(&at);
}

// --- memory that runs out ------------------------------------------------------------------------

typedef struct scarce {
    uint64_t left; // allocations that still succeed
    int64_t held_bytes;
} scarce;

static void *scarce_allocate(void *user, size_t size_bytes) {
    scarce *of = user;
    if (of->left == 0) return NULL;
    of->left -= 1;
    of->held_bytes += (int64_t)size_bytes;
    return malloc(size_bytes);
}

static void *scarce_resize(void *user, void *pointer, size_t old_bytes, size_t new_bytes) {
    scarce *of = user;
    if (of->left == 0) return NULL;
    of->left -= 1;
    of->held_bytes += (int64_t)new_bytes - (int64_t)old_bytes;
    return realloc(pointer, new_bytes);
}

static void scarce_release(void *user, void *pointer, size_t size_bytes) {
    scarce *of = user;
    of->held_bytes -= (int64_t)size_bytes;
    free(pointer);
}

static ali_status read_first(ali_host *host) {
    ali_reader *reader = NULL;
    ali_batch *batch = NULL;
    ali_status status = ali_read_file(host, WEATHER, NULL, &reader);
    if (status == ALI_OK) status = ali_reader_next(reader, &batch);
    ali_batch_release(batch);
    ali_reader_free(reader);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    ali_status status = ALI_ERR_MEMORY;
    uint64_t failures = 0;
    for (uint64_t n = 0; status < 0; n += 1) {
        scarce memory = {.left = n};
        const ali_allocator allocator = {scarce_allocate, scarce_resize, scarce_release, &memory};
        const ali_host_options options = {.size_bytes = sizeof options,
                                          .files = ALI_HOST_FILES_MAP,
                                          .headers = "a: b",
                                          .allocator = &allocator};
        ali_host *host = NULL;
        status = ali_host_new(&options, &host);
        if (status == ALI_OK) status = read_first(host);
        ali_host_free(host);
        assert_int_equal(memory.held_bytes, 0);
        // A file that cannot be kept is told as the host's failure, the rest as lack of memory.
        if (status < 0) assert_true(status == ALI_ERR_MEMORY || status == ALI_ERR_HOST);
        failures += status < 0 ? 1 : 0;
        assert_true(n < 100000);
    }
    assert_true(failures > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(options_of_an_older_caller_are_taken),
        cmocka_unit_test(tasks_of_the_caller_are_driven),
        cmocka_unit_test(metadata_out_of_range_is_refused),
        cmocka_unit_test(file_is_opened_and_described),
        cmocka_unit_test(mapped_read_and_memory_give_the_same),
        cmocka_unit_test(batches_outlive_the_host_on_another_thread),
        cmocka_unit_test(changed_file_is_noticed),
        cmocka_unit_test(file_replaced_between_two_openings_is_the_new_one),
        cmocka_unit_test(more_files_than_are_kept_open),
        cmocka_unit_test(pipe_is_spooled),
        cmocka_unit_test(descriptor_that_cannot_seek_is_spooled),
        cmocka_unit_test(what_cannot_seek_is_copied_up_to_a_limit),
        cmocka_unit_test(descriptor_that_can_seek_is_not_copied),
        cmocka_unit_test(spooling_fails_in_one_sentence),
        cmocka_unit_test(memory_is_registered_once_under_its_scheme),
        cmocka_unit_test(errors_name_the_object_and_say_what_happened),
        cmocka_unit_test(operations_beyond_reading_are_refused_by_name),
        cmocka_unit_test(interrupt_cancels_once),
        cmocka_unit_test(interrupt_ends_the_wait_for_a_pipe),
        cmocka_unit_test(progress_is_told_until_it_is_ended),
        cmocka_unit_test(reader_takes_columns_in_the_order_asked_for),
        cmocka_unit_test(several_paths_are_one_data_set),
        cmocka_unit_test(plan_lists_what_a_scan_reads),
        cmocka_unit_test(schema_of_a_scan_is_known_before_its_rows),
        cmocka_unit_test(stream_gives_plain_columns_that_outlive_it),
        cmocka_unit_test(stream_tells_its_error),
        cmocka_unit_test(streams_come_in_as_readers),
        cmocka_unit_test(imported_streams_tell_their_own_error),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
