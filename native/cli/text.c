// native/cli/text.c: texts out of files, made fit for terminals and for JSON.
//
// A file may hold anything; a terminal obeys escape sequences, and bidirectional controls reorder
// what stands around them. Such characters are shown as escapes, never sent.
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "cli.h"

#define INVALID 0xFFFFFFFFu

// Reads one character of UTF-8 (RFC 3629). INVALID, and one byte, for bytes that are none.
static uint32_t read_character(const char *text, size_t text_bytes, size_t *used) {
    const unsigned char *at = (const unsigned char *)text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *used = 1;
    if (at[0] < 0x80) return at[0];
    const size_t count = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || count > text_bytes) return INVALID;
    uint32_t character = at[0] & (0x7Fu >> count);
    for (size_t i = 1; i < count; i += 1) {
        if ((at[i] & 0xC0) != 0x80) return INVALID;
        character = character << 6 | (at[i] & 0x3Fu);
    }
    const bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (character < least[count] || is_surrogate || character > 0x10FFFF) return INVALID;
    *used = count;
    return character;
}

// Characters that must not reach a terminal: controls, direction marks, separators of lines.
static bool is_hidden(uint32_t character) {
    return character < 0x20 || (character >= 0x7F && character < 0xA0) || character == 0xAD ||
           (character >= 0x200B && character <= 0x200F) ||
           (character >= 0x2028 && character <= 0x202E) ||
           (character >= 0x2060 && character <= 0x206F) || character == 0xFEFF ||
           character == 0x061C || (character >= 0xE0000 && character <= 0xE007F);
}

// Writes one character as it is shown: at most 12 bytes. Returns the columns it takes.
static uint64_t show_character(uint32_t character, const char *text, size_t used, char shown[16]) {
    if (character == INVALID) {
        memcpy(shown, "\xEF\xBF\xBD", 4);
        return 1;
    }
    if (is_hidden(character)) {
        if (character == '\n') {
            memcpy(shown, "\\n", 3);
        } else if (character == '\t') {
            memcpy(shown, "\\t", 3);
        } else if (character == '\r') {
            memcpy(shown, "\\r", 3);
        } else {
            (void)snprintf(shown, 16, character > 0xFFFF ? "\\u{%x}" : "\\u%04x", character);
        }
        return strlen(shown);
    }
    memcpy(shown, text, used);
    shown[used] = '\0';
    const int columns = character < 0x80 ? 1 : wcwidth((wchar_t)character);
    return columns < 0 ? 1 : (uint64_t)columns;
}

// One character of a text and how it is shown. In JSON's form \" and \\ and \/ lose their
// backslash.
static uint64_t next_shown(const char *text, size_t text_bytes, cli_text_form form, size_t *used,
                           char shown[16]) {
    const bool is_escape = form == CLI_TEXT_JSON && text_bytes > 1 && text[0] == '\\' &&
                           (text[1] == '"' || text[1] == '\\' || text[1] == '/');
    const size_t skip = is_escape ? 1 : 0;
    const uint32_t character = read_character(text + skip, text_bytes - skip, used);
    const uint64_t columns = show_character(character, text + skip, *used, shown);
    *used += skip;
    return columns;
}

uint64_t cli_text_columns(const char *text, size_t text_bytes, cli_text_form form) {
    uint64_t columns = 0;
    size_t used = 0;
    char shown[16];
    for (size_t at = 0; at < text_bytes; at += used) {
        columns += next_shown(text + at, text_bytes - at, form, &used, shown);
    }
    return columns;
}

uint64_t cli_put_text(cli_output *out, const char *text, size_t text_bytes, cli_text_form form,
                      uint64_t columns_max) {
    const bool is_cut = cli_text_columns(text, text_bytes, form) > columns_max;
    const uint64_t room = is_cut && columns_max > 0 ? columns_max - 1 : columns_max;
    uint64_t columns = 0;
    size_t used = 0;
    char shown[16];
    for (size_t at = 0; at < text_bytes; at += used) {
        const uint64_t wide = next_shown(text + at, text_bytes - at, form, &used, shown);
        if (wide > room - columns) break;
        columns += wide;
        cli_output_text(out, shown);
    }
    if (!is_cut || columns_max == 0) return columns;
    cli_output_text(out, "\xE2\x80\xA6");
    return columns + 1;
}

void cli_show_text(const char *text, char *shown, size_t capacity_bytes) {
    const size_t text_bytes = strlen(text);
    size_t at = 0;
    size_t used = 0;
    char piece[16];
    for (size_t from = 0; from < text_bytes; from += used) {
        (void)next_shown(text + from, text_bytes - from, CLI_TEXT_RAW, &used, piece);
        const size_t bytes = strlen(piece);
        if (at + bytes >= capacity_bytes) break;
        memcpy(shown + at, piece, bytes);
        at += bytes;
    }
    shown[at] = '\0';
}

// A character as JSON's escape \uXXXX, or two of them.
static void put_json_escape(cli_output *out, uint32_t character) {
    if (character > 0xFFFF) {
        cli_output_print(out, "\\u%04x\\u%04x", 0xD800 + ((character - 0x10000) >> 10),
                         0xDC00 + ((character - 0x10000) & 0x3FF));
    } else {
        cli_output_print(out, "\\u%04x", character);
    }
}

void cli_put_json(cli_output *out, const char *text, size_t text_bytes) {
    size_t used = 0;
    cli_output_text(out, "\"");
    for (size_t at = 0; at < text_bytes; at += used) {
        const uint32_t character = read_character(text + at, text_bytes - at, &used);
        if (character == INVALID) {
            cli_output_text(out, "\xEF\xBF\xBD");
        } else if (character == '"' || character == '\\') {
            cli_output_print(out, "\\%c", (char)character);
        } else if (is_hidden(character)) {
            put_json_escape(out, character);
        } else {
            cli_output_put(out, text + at, used);
        }
    }
    cli_output_text(out, "\"");
}

void cli_put_type_json(cli_output *out, const ali_type *type) {
    const size_t bytes = ali_type_spell(type, NULL, 0);
    char cut[256];
    char *whole = malloc(bytes + 1);
    char *text = whole == NULL ? cut : whole;
    (void)ali_type_spell(type, text, whole == NULL ? sizeof cut : bytes + 1);
    cli_put_json(out, text, strlen(text));
    free(whole);
}

void cli_put_harmless(cli_output *out, const uint8_t *bytes, size_t count_bytes,
                      cli_bytes_form form) {
    const char *text = (const char *)bytes;
    size_t used = 0;
    char shown[16];
    for (size_t at = 0; at < count_bytes; at += used) {
        const uint32_t character = read_character(text + at, count_bytes - at, &used);
        const bool is_kept = character == '\n' || character == '\t' || !is_hidden(character);
        if (character == INVALID || (!is_kept && form == CLI_BYTES_CSV)) {
            (void)show_character(character, text + at, used, shown);
            cli_output_text(out, shown);
        } else if (is_kept) {
            cli_output_put(out, text + at, used);
        } else {
            put_json_escape(out, character);
        }
    }
}

void cli_show_path(const char *path, char *shown, size_t capacity_bytes) {
    const char *host = strstr(path, "://");
    if (host == NULL) {
        (void)snprintf(shown, capacity_bytes, "%s", path);
        return;
    }
    host += 3;
    const size_t host_bytes = strcspn(host, "/?#");
    const size_t rest_bytes = strcspn(host + host_bytes, "?#");
    const char *name = host;
    for (size_t i = 0; i < host_bytes; i += 1) {
        if (host[i] == '@') name = host + i + 1;
    }
    const size_t kept_bytes = (size_t)(host + host_bytes - name) + rest_bytes;
    (void)snprintf(shown, capacity_bytes, "%.*s%.*s%s", (int)(host - path), path, (int)kept_bytes,
                   name, host[host_bytes + rest_bytes] != '\0' ? "?\xE2\x80\xA6" : "");
}

bool cli_is_terminal(const char *output) {
    return (output == NULL || strcmp(output, "-") == 0) && isatty(STDOUT_FILENO);
}

uint64_t cli_width_of(const char *output) {
    const char *given = getenv("COLUMNS");
    char *end = NULL;
    const unsigned long number = given != NULL ? strtoul(given, &end, 10) : 0;
    if (output != NULL && strcmp(output, "-") != 0) return ALI_UNKNOWN;
    if (given != NULL && *given != '\0' && *end == '\0' && number >= 20 && number < 100000) {
        return number;
    }
    struct winsize size;
    if (!cli_is_terminal(output)) return ALI_UNKNOWN;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ? size.ws_col : 80;
}
