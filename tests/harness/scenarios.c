// tests/harness/scenarios.c: what programs do with a file, from opening it to releasing all.
#include <stdlib.h>
#include <string.h>

#include "harness.h"

// A scan of a data set; its batches go to `consume`.
static ali_status scan(harness *h, ali_dataset *dataset, const ali_scan_options *options,
                       harness_consume consume, void *user) {
    ali_task *task = NULL;
    ali_status status = ali_scan_start(dataset, options, &task);
    if (status != ALI_OK) return status;
    status = harness_drive(h, task, consume, user);
    harness_free_task(h, task);
    return status;
}

static ali_status open_and_scan(harness *h, uint32_t flags, const ali_open_options *how,
                                const ali_scan_options *what) {
    ali_dataset *dataset = NULL;
    ali_status status = harness_open(h, flags, how, &dataset);
    if (status == ALI_OK) status = scan(h, dataset, what, harness_hash_batch, NULL);
    ali_dataset_release(dataset);
    return status;
}

static ali_status describe_only(harness *h) {
    ali_dataset *dataset = NULL;
    const ali_status status = harness_open(h, 0, NULL, &dataset);
    if (status != ALI_OK) return status;
    ali_dataset_info info = {.size_bytes = sizeof info};
    const ali_status described = ali_dataset_describe(dataset, &info);
    h->result.rows = info.rows;
    for (uint32_t i = 0; i < ali_schema_count(info.schema); i += 1) {
        ali_field_info field = {.size_bytes = sizeof field};
        if (ali_field_describe(info.schema, i, &field) != ALI_OK) abort();
        harness_hash_bytes(h, field.name, field.name_bytes);
    }
    for (uint32_t i = 0; i < info.metadata_count; i += 1) {
        const char *key = NULL;
        const char *value = NULL;
        if (ali_dataset_metadata(dataset, i, &key, &value) != ALI_OK) abort();
        harness_hash_bytes(h, key, strlen(key));
        harness_hash_bytes(h, value, strlen(value));
    }
    ali_dataset_retain(dataset);
    ali_dataset_release(dataset);
    ali_dataset_release(dataset);
    return described;
}

// What is no readable file must be refused: a text, nothing at all, a beginning, an end, two
// middles.
static ali_status open_what_is_none(harness *h) {
    static const uint8_t text[] = "a,b\n1,2\n";
    const uint8_t *bytes = h->bytes;
    const uint64_t count = h->count_bytes;
    const struct {
        const uint8_t *bytes;
        uint64_t count_bytes;
    } objects[] = {{text, sizeof text - 1},        {bytes, 0},         {bytes, count / 2},
                   {bytes + count / 2, count / 2}, {bytes, count - 1}, {bytes + 4, count - 12}};
    ali_status status = ALI_OK;
    for (size_t i = 0; i < sizeof objects / sizeof objects[0] && status == ALI_OK; i += 1) {
        ali_dataset *dataset = NULL;
        h->bytes = objects[i].bytes;
        h->count_bytes = objects[i].count_bytes;
        status = harness_open(h, 0, NULL, &dataset);
        const bool is_refused = status == ALI_ERR_CORRUPT || status == ALI_ERR_TRUNCATED ||
                                status == ALI_ERR_UNSUPPORTED;
        if (status == ALI_OK) abort();
        if (is_refused) status = ALI_OK;
        h->result.rows += 1;
    }
    h->bytes = bytes;
    h->count_bytes = count;
    return status;
}

static ali_status scan_all(harness *h) {
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 4096};
    const ali_scan_options what = {.size_bytes = sizeof what, .coalesce_bytes = ALI_UNKNOWN};
    return open_and_scan(h, 0, &how, &what);
}

static ali_status scan_columns(harness *h) {
    static const char *const names[] = {"city", "fare"};
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 4096};
    const ali_scan_options what = {.size_bytes = sizeof what,
                                   .columns = names,
                                   .columns_count = 2,
                                   .batch_rows = 300,
                                   .coalesce_bytes = ALI_UNKNOWN};
    return open_and_scan(h, 0, &how, &what);
}

static ali_status scan_window(harness *h) {
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 8};
    const ali_scan_options what = {.size_bytes = sizeof what,
                                   .offset_rows = 500,
                                   .limit_rows = 900,
                                   .coalesce_bytes = ALI_UNKNOWN,
                                   .strings = ALI_SCAN_STRINGS_PLAIN};
    return open_and_scan(h, 0, &how, &what);
}

static ali_status scan_head(harness *h) {
    static const char *const names[] = {"id", "city"};
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 1024};
    const ali_scan_options what = {.size_bytes = sizeof what,
                                   .columns = names,
                                   .columns_count = 2,
                                   .limit_rows = 10,
                                   .coalesce_bytes = ALI_UNKNOWN};
    return open_and_scan(h, 0, &how, &what);
}

static ali_status stat_first(harness *h) {
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 512};
    return open_and_scan(h, ALI_OBJECT_NO_SUFFIX, &how, NULL);
}

// Members of what stands in a list, of a struct and of a map.
static ali_status scan_members(harness *h) {
    static const char *const names[] = {"items.price", "at.y", "tags.key"};
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 4096};
    const ali_scan_options what = {
        .size_bytes = sizeof what, .columns = names, .columns_count = 3, .coalesce_bytes = 1};
    return open_and_scan(h, 0, &how, &what);
}

// The second member of a struct, with nothing fetched but what is read.
static ali_status scan_member(harness *h) {
    static const char *const names[] = {"struct_nullable.f2"};
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 8};
    const ali_scan_options what = {
        .size_bytes = sizeof what, .columns = names, .columns_count = 1, .coalesce_bytes = 1};
    return open_and_scan(h, 0, &how, &what);
}

// Two files in the folders k=1 and k=2, of which one is the same as the other.
static ali_status scan_folder(harness *h) {
    static const char *const names[] = {"k", "city", "fare"};
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 4096};
    const ali_scan_options what = {
        .size_bytes = sizeof what, .columns = names, .columns_count = 3, .offset_rows = 100};
    return open_and_scan(h, ALI_OBJECT_FOLDER, &how, &what);
}

static ali_status scan_three(harness *h) {
    ali_object objects[3];
    ali_task *task = NULL;
    ali_dataset *dataset = NULL;
    static const char *const names[] = {"fare"};
    const ali_scan_options what = {
        .size_bytes = sizeof what, .columns = names, .columns_count = 1, .limit_rows = 1500};
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 4096};
    static const char *const paths[] = {"one.parquet", "two.parquet", "three.parquet"};
    for (uint32_t i = 0; i < 3; i += 1) {
        objects[i] = (ali_object){.size_bytes = sizeof objects[i],
                                  .object_bytes = ALI_UNKNOWN,
                                  .path = paths[i],
                                  .path_bytes = (uint32_t)strlen(paths[i])};
    }
    ali_status status = ali_open_many_start(h->ctx, objects, 3, &how, &task);
    if (status != ALI_OK) return status;
    status = harness_drive(h, task, NULL, NULL);
    if (status == ALI_OK) dataset = ali_task_take_dataset(task);
    harness_free_task(h, task);
    if (status == ALI_OK) status = scan(h, dataset, &what, harness_hash_batch, NULL);
    ali_dataset_release(dataset);
    return status;
}

static ali_status lent_bytes(harness *h) {
    return open_and_scan(h, ALI_OBJECT_LENDS, NULL, NULL);
}

// --- converting ----------------------------------------------------------------------------------

static void drain(harness *h, ali_writer *writer) {
    const uint8_t *bytes = NULL;
    const uint64_t count = ali_writer_pending(writer, &bytes);
    harness_hash_bytes(h, bytes, count);
    ali_writer_drop(writer, count);
}

static ali_status put(harness *h, void *user, ali_batch *batch) {
    ali_writer *writer = user;
    const ali_status status = ali_writer_put(writer, batch);
    if (status != ALI_OK) return status;
    h->result.rows += ali_batch_rows(batch);
    drain(h, writer);
    return ALI_OK;
}

static ali_status write_all(harness *h, ali_dataset *dataset, const char *format) {
    ali_schema *schema = NULL;
    ali_writer *writer = NULL;
    ali_status status = ali_scan_schema(dataset, NULL, &schema);
    if (status == ALI_OK) status = ali_writer_new(h->ctx, format, NULL, schema, &writer);
    if (status == ALI_OK) status = scan(h, dataset, NULL, put, writer);
    if (status == ALI_OK) status = ali_writer_finish(writer);
    if (status == ALI_OK) {
        drain(h, writer);
        h->result.hash += ali_writer_warnings(writer);
    }
    ali_writer_free(writer);
    ali_schema_release(schema);
    return status;
}

static ali_status convert(harness *h, const char *format) {
    ali_dataset *dataset = NULL;
    ali_status status = harness_open(h, 0, NULL, &dataset);
    if (status == ALI_OK) status = write_all(h, dataset, format);
    ali_dataset_release(dataset);
    return status;
}

static ali_status to_arrow(harness *h) {
    return convert(h, "arrow");
}
static ali_status to_arrows(harness *h) {
    return convert(h, "arrows");
}
static ali_status to_csv(harness *h) {
    return convert(h, "csv");
}
static ali_status to_jsonl(harness *h) {
    return convert(h, "jsonl");
}

// --- Arrow C Data --------------------------------------------------------------------------------

static void hash_array(harness *h, const struct ArrowArray *array) {
    harness_hash_bytes(h, &array->length, sizeof array->length);
    harness_hash_bytes(h, &array->null_count, sizeof array->null_count);
    for (int64_t i = 0; i < array->n_children; i += 1) {
        const struct ArrowArray *child = array->children[i];
        harness_hash_bytes(h, &child->length, sizeof child->length);
        harness_hash_bytes(h, &child->null_count, sizeof child->null_count);
        harness_hash_bytes(h, child->buffers[1], (size_t)child->length / 8);
    }
}

static ali_status export_plain(harness *h, ali_batch *plain) {
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    ali_status status = ali_schema_export(h->ctx, ali_batch_schema(plain), &schema);
    if (status == ALI_OK) status = ali_batch_export(h->ctx, plain, &array);
    if (status == ALI_OK) hash_array(h, &array);
    if (array.release != NULL) array.release(&array);
    if (schema.release != NULL) schema.release(&schema);
    return status;
}

static ali_status decode_and_export(harness *h, void *user, ali_batch *batch) {
    (void)user;
    ali_batch *plain = NULL;
    ali_status status = ali_batch_decode(h->ctx, batch, &plain);
    if (status == ALI_OK) status = export_plain(h, plain);
    if (status == ALI_OK) h->result.rows += ali_batch_rows(batch);
    ali_batch_release(plain);
    return status;
}

static ali_status c_data(harness *h) {
    ali_dataset *dataset = NULL;
    ali_status status = harness_open(h, 0, NULL, &dataset);
    if (status == ALI_OK) status = scan(h, dataset, NULL, decode_and_export, NULL);
    ali_dataset_release(dataset);
    return status;
}

// --- two at once ---------------------------------------------------------------------------------

static ali_status drive_both(harness *h, ali_task *const *tasks) {
    bool is_done[2] = {false, false};
    uint64_t hashes[2] = {h->result.hash, h->result.hash};
    while (!is_done[0] || !is_done[1]) {
        for (uint32_t i = 0; i < 2; i += 1) {
            if (is_done[i]) continue;
            h->result.hash = hashes[i];
            const ali_status status = harness_round(h, tasks[i], harness_hash_batch, NULL);
            hashes[i] = h->result.hash;
            if (status < 0 || status == HARNESS_FREED) return status;
            is_done[i] = status == ALI_OK;
        }
    }
    h->result.hash = hashes[0] * 31 + hashes[1];
    return ALI_OK;
}

static ali_status scan_both(harness *h, ali_dataset *dataset) {
    static const char *const names[] = {"id", "note"};
    const ali_scan_options some = {.size_bytes = sizeof some, .columns = names, .columns_count = 2};
    ali_task *tasks[2] = {NULL, NULL};
    ali_status status = ali_scan_start(dataset, NULL, &tasks[0]);
    if (status == ALI_OK) status = ali_scan_start(dataset, &some, &tasks[1]);
    if (status == ALI_OK) status = drive_both(h, tasks);
    harness_free_task(h, tasks[0]);
    harness_free_task(h, tasks[1]);
    return status;
}

static ali_status two_tasks(harness *h) {
    const ali_open_options how = {.size_bytes = sizeof how, .tail_bytes = 4096};
    ali_dataset *dataset = NULL;
    ali_status status = harness_open(h, 0, &how, &dataset);
    if (status == ALI_OK) status = scan_both(h, dataset);
    ali_dataset_release(dataset);
    return status;
}

// Files of tests/vectors.
#define VECTORS "../../vectors/files/"
#define INTEGRATION "arrow-integration/cpp-21.0.0/"

const harness_scenario harness_scenarios[] = {
    {"open", "trips.parquet", describe_only, 0},
    {"refuse what is no file", "trips.parquet", open_what_is_none, SCENARIO_REFUSES},
    {"scan all, snappy and dictionaries", "trips.parquet", scan_all, 0},
    {"scan all, pages v2 without a codec", "plain.parquet", scan_all, 0},
    {"scan all, every codec", "codecs.parquet", scan_all, 0},
    {"scan nested columns", "nested.parquet", scan_all, 0},
    {"scan members of nested columns", "nested.parquet", scan_members, 0},
    {"text below nulls to arrow", "absent.parquet", to_arrow, 0},
    {"scan members of an Arrow file", VECTORS INTEGRATION "generated_nested.arrow_file",
     scan_member, 0},
    {"scan shredded Variants", VECTORS "parquet-variant/parquet-testing/case-133.parquet", scan_all,
     0},
    {"scan two columns", "trips.parquet", scan_columns, 0},
    {"scan a window of rows", "trips.parquet", scan_window, 0},
    {"scan a folder", "trips.parquet", scan_folder, 0},
    {"scan three files as one", "trips.parquet", scan_three, 0},
    {"size by STAT first", "trips.parquet", stat_first, 0},
    {"bytes that the host lends", "plain.parquet", lent_bytes, SCENARIO_LENDS},
    {"convert to arrow", "trips.parquet", to_arrow, 0},
    {"convert to arrows", "plain.parquet", to_arrows, 0},
    {"convert to csv", "trips.parquet", to_csv, 0},
    {"convert to jsonl", "trips.parquet", to_jsonl, 0},
    {"export as Arrow C Data", "trips.parquet", c_data, 0},
    {"two scans at once", "trips.parquet", two_tasks, 0},
    {"open an Arrow file", "trips.arrow", describe_only, 0},
    {"refuse what is no Arrow file", "trips.arrow", open_what_is_none, SCENARIO_REFUSES},
    {"scan all of an Arrow file", "trips.arrow", scan_all, 0},
    {"scan two columns of an Arrow file", "trips.arrow", scan_columns, 0},
    {"scan a window of rows of an Arrow file", "trips.arrow", scan_window, 0},
    {"first rows of an Arrow file", "trips.arrow", scan_head, 0},
    {"an Arrow file that the host lends", "trips.arrow", lent_bytes, SCENARIO_LENDS},
    {"scan all of an Arrow stream", "plain.arrows", scan_all, 0},
    {"scan two columns of an Arrow stream", "plain.arrows", scan_columns, 0},
    {"compressed Arrow buffers to jsonl", VECTORS "arrow-misc/arrow/data-arrow_2.0.0_lz4.feather",
     to_jsonl, 0},
    {"dictionaries that are replaced, to arrow",
     VECTORS "arrow-misc/flechette/dict_replacement.arrows", to_arrow, 0},
    {"nested dictionaries to arrows", VECTORS INTEGRATION "generated_nested_dictionary.arrow_file",
     to_arrows, 0},
    {"unions to jsonl", VECTORS "arrow-misc/flechette/union_0.arrows", to_jsonl, 0},
    {"views to arrow", VECTORS INTEGRATION "generated_binary_view.stream", to_arrow, 0},
};
const uint32_t harness_scenario_count = sizeof harness_scenarios / sizeof harness_scenarios[0];
