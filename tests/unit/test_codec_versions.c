// The twins decompress by the same versions of the same libraries: what the native twin is linked
// with is what the sources in build/third_party, of which the wasm twin is compiled, say of
// themselves.
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "column_tools.h"

// The text of a header of build/third_party.
static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) print_message("%s is not there\n", path);
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

// What follows on a macro's name.
static const char *value_of(const char *text, const char *name) {
    const char *at = strstr(text, name);
    if (at == NULL) print_message("there is no %s\n", name);
    assert_non_null(at);
    at += strlen(name);
    return at + strspn(at, " \t\"");
}

static unsigned long number_of(const char *text, const char *name) {
    return strtoul(value_of(text, name), NULL, 0);
}

static void zstd_is_of_the_same_version_in_both_twins(void **state) {
    char *text = read_text("build/third_party/zstd/lib/zstd.h");
    const unsigned long number = number_of(text, "#define ZSTD_VERSION_MAJOR") * 10000 +
                                 number_of(text, "#define ZSTD_VERSION_MINOR") * 100 +
                                 number_of(text, "#define ZSTD_VERSION_RELEASE");
    assert_int_equal(number, ZSTD_versionNumber());
    free(text);
}

static void zlib_is_of_the_same_version_in_both_twins(void **state) {
    char *text = read_text("build/third_party/zlib/zlib.h");
    const char *version = value_of(text, "#define ZLIB_VERSION");
    assert_memory_equal(version, zlibVersion(), strlen(zlibVersion()));
    assert_int_equal(version[strlen(zlibVersion())], '"');
    free(text);
}

static void brotli_is_of_the_same_version_in_both_twins(void **state) {
    char *text = read_text("build/third_party/brotli/c/common/version.h");
    if (strstr(text, "#define BROTLI_VERSION_MAJOR") != NULL) {
        const unsigned long number = number_of(text, "#define BROTLI_VERSION_MAJOR") << 24 |
                                     number_of(text, "#define BROTLI_VERSION_MINOR") << 12 |
                                     number_of(text, "#define BROTLI_VERSION_PATCH");
        assert_int_equal(number, BrotliDecoderVersion());
    } else {
        assert_int_equal(number_of(text, "#define BROTLI_VERSION"), BrotliDecoderVersion());
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zstd_is_of_the_same_version_in_both_twins),
        cmocka_unit_test(zlib_is_of_the_same_version_in_both_twins),
        cmocka_unit_test(brotli_is_of_the_same_version_in_both_twins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
