// native/cli/args.c: reading the command line. Flags may stand anywhere; "--" ends them.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum {
    FLAG_COLUMNS,
    FLAG_LIMIT,
    FLAG_OFFSET,
    FLAG_JSON,
    FLAG_OUTPUT,
    FLAG_TO,
    FLAG_FORMAT,
    FLAG_HEADER_FILE,
    FLAG_QUIET,
    FLAG_FORCE,
    FLAG_WHOLE,
    FLAG_HELP
};

enum { VERB_INFO = 1, VERB_SCHEMA = 2, VERB_HEAD = 4, VERB_CONVERT = 8, VERB_ALL = 15 };

typedef struct flag {
    const char *name;
    const char *letter; // "" if there is none
    const char *value;  // what it takes; NULL if nothing
    const char *help;
    uint32_t id;
    uint32_t verbs;
} flag;

static const flag flags[] = {
    {"--columns", "", "A,B",
     "only these columns, in this order; \\, is a comma in a name, #3 the"
     " third column",
     FLAG_COLUMNS, VERB_HEAD | VERB_CONVERT},
    {"--limit", "-n", "N", "at most N rows (head: 10)", FLAG_LIMIT, VERB_HEAD | VERB_CONVERT},
    {"--offset", "", "N", "leave out the first N rows", FLAG_OFFSET, VERB_HEAD | VERB_CONVERT},
    {"--json", "", NULL, "one JSON document on standard output", FLAG_JSON,
     VERB_INFO | VERB_SCHEMA | VERB_HEAD},
    {"--output", "-o", "FILE", "write to FILE instead of standard output", FLAG_OUTPUT,
     VERB_INFO | VERB_SCHEMA | VERB_HEAD | VERB_CONVERT},
    {"--to", "", "FORMAT", "write arrow, arrows, csv, jsonl or json, whatever the output's name",
     FLAG_TO, VERB_CONVERT},
    {"--format", "", "FORMAT", "read the input as this format (parquet), whatever it looks like",
     FLAG_FORMAT, VERB_ALL},
    {"--header-file", "", "FILE", "HTTP headers, lines \"name: value\", for the URL's own origin",
     FLAG_HEADER_FILE, VERB_ALL},
    {"--no-truncate", "", NULL, "whole values, however wide", FLAG_WHOLE, VERB_INFO | VERB_HEAD},
    {"--force", "", NULL, "replace an output that exists", FLAG_FORCE, VERB_ALL},
    {"--quiet", "-q", NULL, "no warnings, no progress", FLAG_QUIET, VERB_ALL},
    {"--help", "-h", NULL, "this text", FLAG_HELP, VERB_ALL},
};
#define FLAGS_COUNT (sizeof flags / sizeof flags[0])

typedef struct verb {
    const char *name;
    const char *usage;
    const char *help;
    uint32_t id;
    uint32_t least; // operands
    uint32_t most;
} verb;

static const verb verbs[] = {
    {"info", "info FILE", "What a file is: format, rows, columns, metadata", VERB_INFO, 1, 1},
    {"schema", "schema FILE", "The columns: name, type, whether nulls are allowed", VERB_SCHEMA, 1,
     1},
    {"head", "head FILE", "The first rows as a table", VERB_HEAD, 1, 1},
    {"convert", "convert INPUT OUTPUT", "Writes a file in another format", VERB_CONVERT, 1, 2},
};
#define VERBS_COUNT (sizeof verbs / sizeof verbs[0])

static const char *const known_verbs[] = {"info", "schema", "head", "convert", "help"};
#define KNOWN_VERBS_COUNT (sizeof known_verbs / sizeof known_verbs[0])

// Verbs that people look for and that this version does not have.
static const char *const absent_verbs[] = {"count",  "tail",  "cat",  "slice",
                                           "sample", "stats", "plan", "sniff"};

// --- help ----------------------------------------------------------------------------------------

static const verb *find_verb(const char *name) {
    for (size_t i = 0; name != NULL && i < VERBS_COUNT; i += 1) {
        if (strcmp(verbs[i].name, name) == 0) return &verbs[i];
    }
    return NULL;
}

static void print_flags(FILE *to, uint32_t wanted) {
    for (size_t i = 0; i < FLAGS_COUNT; i += 1) {
        if ((flags[i].verbs & wanted) == 0) continue;
        char name[40];
        (void)snprintf(name, sizeof name, "%s%s%s%s%s", flags[i].letter,
                       flags[i].letter[0] != '\0' ? ", " : "", flags[i].name,
                       flags[i].value != NULL ? " " : "",
                       flags[i].value != NULL ? flags[i].value : "");
        (void)fprintf(to, "  %-20s %s\n", name, flags[i].help);
    }
}

void cli_print_help(FILE *to, const char *name) {
    const verb *one = find_verb(name);
    if (one != NULL) {
        (void)fprintf(to, "Usage: alimentar %s [FLAGS]\n", one->usage);
        if (one->id == VERB_CONVERT) {
            (void)fprintf(to, "       alimentar convert INPUT -o OUTPUT [FLAGS]\n");
        }
        (void)fprintf(to, "\n%s.\n\nFlags:\n", one->help);
        print_flags(to, one->id);
        return;
    }
    (void)fprintf(to, "Usage: alimentar VERB [FLAGS] FILE...\n\nReads tables: files, URLs (http, "
                      "https), \"-\" for standard input.\n\nVerbs:\n");
    for (size_t i = 0; i < VERBS_COUNT; i += 1) {
        (void)fprintf(to, "  %-22s %s\n", verbs[i].usage, verbs[i].help);
    }
    (void)fprintf(to, "  %-22s %s\n  %-22s %s\n\n", "help VERB", "the flags of a verb", "--version",
                  "the version");
    (void)fprintf(to, "Exit: 0 good, 2 usage, 3 input or output, 4 network or authorization, "
                      "5 conflict,\n6 limit, 70 internal, 130 interrupted.\n");
}

// --- did you mean --------------------------------------------------------------------------------

static size_t least_of(size_t a, size_t b, size_t c) {
    const size_t less = a < b ? a : b;
    return less < c ? less : c;
}

// Letters to change, add, leave out or swap between two words of at most 31 letters (Damerau and
// Levenshtein's distance, each letter touched once).
static size_t distance(const char *one, const char *other) {
    size_t rows[3][32];
    const size_t other_count = strlen(other);
    if (strlen(one) > 31 || other_count > 31) return 32;
    for (size_t i = 0; i <= other_count; i += 1) rows[0][i] = i;
    size_t i = 0;
    for (; one[i] != '\0'; i += 1) {
        const size_t *above = rows[i % 3];
        const size_t *twice = rows[(i + 2) % 3];
        size_t *row = rows[(i + 1) % 3];
        row[0] = i + 1;
        for (size_t k = 0; k < other_count; k += 1) {
            row[k + 1] = least_of(above[k + 1] + 1, row[k] + 1, above[k] + (one[i] != other[k]));
            const bool is_swap = i > 0 && k > 0 && one[i] == other[k - 1] && one[i - 1] == other[k];
            if (is_swap && twice[k - 1] + 1 < row[k + 1]) row[k + 1] = twice[k - 1] + 1;
        }
    }
    return rows[i % 3][other_count];
}

const char *cli_nearest(const char *word, const char *const *known, size_t count) {
    const char *best = NULL;
    size_t least = 3;
    for (size_t i = 0; i < count; i += 1) {
        const size_t letters = distance(word, known[i]);
        if (letters >= least || letters * 2 > strlen(word)) continue;
        least = letters;
        best = known[i];
    }
    return best;
}

// --- flags ---------------------------------------------------------------------------------------

static int fail_unknown_verb(const char *word) {
    char shown[256];
    cli_show_text(word, shown, sizeof shown);
    for (size_t i = 0; i < sizeof absent_verbs / sizeof absent_verbs[0]; i += 1) {
        if (strcmp(word, absent_verbs[i]) != 0) continue;
        return cli_fail(EXIT_USAGE, NULL, "%s is not in this version; see \"alimentar --help\"",
                        shown);
    }
    const char *near = cli_nearest(word, known_verbs, KNOWN_VERBS_COUNT);
    if (near != NULL) {
        return cli_fail(EXIT_USAGE, NULL, "there is no verb \"%s\"; did you mean \"%s\"?", shown,
                        near);
    }
    return cli_fail(EXIT_USAGE, NULL, "there is no verb \"%s\"; see \"alimentar --help\"", shown);
}

// A word that is no flag of the verb (NULL: of none). "--name=value" is told without its value,
// which may be a secret.
static int fail_unknown_flag(const char *word, const verb *found) {
    char name[128];
    char shown[256];
    const char *known[FLAGS_COUNT];
    const uint32_t wanted = found != NULL ? found->id : VERB_ALL;
    const char *about = found != NULL ? found->name : "";
    const char *blank = found != NULL ? " " : "";
    size_t count = 0;
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    cli_show_text(name, shown, sizeof shown);
    for (size_t i = 0; i < FLAGS_COUNT; i += 1) {
        if (found != NULL && (strcmp(name, flags[i].name) == 0 ||
                              (flags[i].letter[0] != '\0' && strcmp(name, flags[i].letter) == 0))) {
            return cli_fail(EXIT_USAGE, NULL, "%s does not take %s; see \"alimentar %s --help\"",
                            found->name, shown, found->name);
        }
        if ((flags[i].verbs & wanted) == 0) continue;
        known[count] = flags[i].name;
        count += 1;
    }
    const char *near = cli_nearest(name, known, count);
    if (near != NULL) {
        return cli_fail(EXIT_USAGE, NULL, "there is no flag \"%s\"; did you mean \"%s\"?", shown,
                        near);
    }
    return cli_fail(EXIT_USAGE, NULL, "there is no flag \"%s\"; see \"alimentar %s%s--help\"",
                    shown, about, blank);
}

static bool read_count(const char *text, uint64_t *number) {
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9') return false;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    *number = value;
    return errno == 0 && *end == '\0' && value < ALI_UNKNOWN;
}

// Cuts "a,b\,c" at its commas. A backslash before a comma or a backslash is taken away.
static int read_columns(const char *value, cli_args *args) {
    const size_t bytes = strlen(value) + 1;
    free(args->columns);
    free(args->columns_text);
    args->columns_text = malloc(bytes);
    args->columns = malloc(bytes * sizeof *args->columns);
    args->columns_count = 0;
    if (args->columns_text == NULL || args->columns == NULL) {
        return cli_fail(EXIT_LIMIT, NULL, "no memory is left");
    }
    char *at = args->columns_text;
    args->columns[args->columns_count++] = at;
    for (const char *from = value; *from != '\0'; from += 1) {
        if (from[0] == '\\' && (from[1] == ',' || from[1] == '\\')) {
            from += 1;
            *at++ = *from;
        } else if (*from == ',') {
            *at++ = '\0';
            args->columns[args->columns_count++] = at;
        } else {
            *at++ = *from;
        }
    }
    *at = '\0';
    return EXIT_GOOD;
}

static int take_number(const flag *given, const char *value, uint64_t *number) {
    if (read_count(value, number)) return EXIT_GOOD;
    char shown[128];
    cli_show_text(value, shown, sizeof shown);
    return cli_fail(EXIT_USAGE, NULL, "%s takes a number of rows, not \"%s\"", given->name, shown);
}

static int take_flag(const flag *given, const char *value, cli_args *args) {
    switch (given->id) {
    case FLAG_COLUMNS:
        return read_columns(value, args);
    case FLAG_LIMIT:
        return take_number(given, value, &args->limit);
    case FLAG_OFFSET:
        return take_number(given, value, &args->offset);
    case FLAG_OUTPUT:
        args->output = value;
        break;
    case FLAG_TO:
        args->to = value;
        break;
    case FLAG_FORMAT:
        args->format = value;
        break;
    case FLAG_HEADER_FILE:
        args->header_file = value;
        break;
    case FLAG_JSON:
        args->is_json = true;
        break;
    case FLAG_QUIET:
        args->is_quiet = true;
        break;
    case FLAG_FORCE:
        args->is_forced = true;
        break;
    case FLAG_WHOLE:
        args->is_whole = true;
        break;
    default:
        args->wants_help = true;
    }
    return EXIT_GOOD;
}

// Finds "--name", "--name=value", "-n", "-nVALUE". *value is NULL if none is joined to it.
static const flag *find_flag(const char *word, uint32_t wanted, const char **value) {
    for (size_t i = 0; i < FLAGS_COUNT; i += 1) {
        const size_t bytes = strlen(flags[i].name);
        *value = NULL;
        if ((flags[i].verbs & wanted) == 0) continue;
        if (strcmp(word, flags[i].name) == 0) return &flags[i];
        if (strncmp(word, flags[i].name, bytes) == 0 && word[bytes] == '=') {
            *value = word + bytes + 1;
            return &flags[i];
        }
        if (flags[i].letter[0] == '\0' || strncmp(word, flags[i].letter, 2) != 0) continue;
        if (word[2] != '\0' && flags[i].value == NULL) continue;
        if (word[2] != '\0') *value = word + 2;
        return &flags[i];
    }
    return NULL;
}

static int read_flag(char **words, int count, int *index, const verb *of, cli_args *args) {
    const char *word = words[*index];
    const char *value = NULL;
    const flag *found = find_flag(word, of->id, &value);
    if (found == NULL) return fail_unknown_flag(word, of);
    if (found->value == NULL && value != NULL) {
        return cli_fail(EXIT_USAGE, NULL, "%s takes no value", found->name);
    }
    if (found->value != NULL && value == NULL) {
        if (*index + 1 >= count) {
            return cli_fail(EXIT_USAGE, NULL, "%s wants a value: %s %s", found->name, found->name,
                            found->value);
        }
        *index += 1;
        value = words[*index];
    }
    return take_flag(found, value, args);
}

static int check_operands(const verb *found, const cli_args *args) {
    const bool is_convert = found->id == VERB_CONVERT;
    if (args->operands_count < found->least ||
        (is_convert && args->operands_count == 1 && args->output == NULL)) {
        return cli_fail(EXIT_USAGE, NULL, "%s wants a file: alimentar %s", found->name,
                        found->usage);
    }
    if (args->output != NULL && args->output[0] == '\0') {
        return cli_fail(EXIT_USAGE, NULL, "an empty name is no file: alimentar %s", found->usage);
    }
    if (is_convert && args->operands_count == 2 && args->output != NULL) {
        char one[256];
        char other[256];
        cli_show_text(args->operands[1], one, sizeof one);
        cli_show_text(args->output, other, sizeof other);
        return cli_fail(EXIT_USAGE, NULL, "there are two outputs, \"%s\" and \"%s\": alimentar %s",
                        one, other, found->usage);
    }
    return EXIT_GOOD;
}

static int take_operand(const verb *found, const char *word, cli_args *args) {
    if (word[0] == '\0') {
        return cli_fail(EXIT_USAGE, NULL, "an empty name is no file: alimentar %s", found->usage);
    }
    if (args->operands_count >= found->most) {
        char shown[256];
        cli_show_text(word, shown, sizeof shown);
        return cli_fail(EXIT_USAGE, NULL, "\"%s\" is one file too many: alimentar %s", shown,
                        found->usage);
    }
    args->operands[args->operands_count] = word;
    args->operands_count += 1;
    return EXIT_GOOD;
}

static int read_words(int count, char **words, int verb_at, cli_args *args) {
    const verb *found = find_verb(words[verb_at]);
    bool has_ended = false;
    for (int i = 1; i < count; i += 1) {
        const char *word = words[i];
        int code = EXIT_GOOD;
        if (i == verb_at) continue;
        if (!has_ended && strcmp(word, "--") == 0) {
            has_ended = true;
        } else if (!has_ended && word[0] == '-' && word[1] != '\0') {
            code = read_flag(words, count, &i, found, args);
        } else {
            code = take_operand(found, word, args);
        }
        if (code != EXIT_GOOD) return code;
    }
    return args->wants_help ? EXIT_GOOD : check_operands(found, args);
}

static bool is_word_of_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

// "help VERB", "--help" and "--version", which stand first.
static int read_help(int count, char **words, cli_args *args) {
    args->verb = words[1];
    args->wants_help = is_word_of_help(words[1]);
    args->operands[0] = count > 2 ? words[2] : NULL;
    if (count > 2 && (!args->wants_help || find_verb(words[2]) == NULL)) {
        if (args->wants_help) return fail_unknown_verb(words[2]);
        return cli_fail(EXIT_USAGE, NULL, "--version stands alone");
    }
    return count <= 3
               ? EXIT_GOOD
               : cli_fail(EXIT_USAGE, NULL,
                          "help takes one verb; \"alimentar %s --help\" is the same", words[2]);
}

// Finds the verb: the first word that is neither a flag nor a flag's value. 0 if there is none, -1
// after a line on stderr.
static int find_verb_word(int count, char **words) {
    bool has_ended = false;
    for (int i = 1; i < count; i += 1) {
        const char *value = NULL;
        if (!has_ended && strcmp(words[i], "--") == 0) {
            has_ended = true;
            continue;
        }
        if (has_ended || words[i][0] != '-' || words[i][1] == '\0') return i;
        const flag *found = find_flag(words[i], VERB_ALL, &value);
        if (found == NULL) {
            (void)fail_unknown_flag(words[i], NULL);
            return -1;
        }
        if (found->value != NULL && value == NULL) i += 1;
    }
    return 0;
}

int cli_args_read(int count, char **words, cli_args *args) {
    *args = (cli_args){.limit = ALI_UNKNOWN};
    if (count > 1 && (is_word_of_help(words[1]) || strcmp(words[1], "--version") == 0)) {
        return read_help(count, words, args);
    }
    const int verb_at = find_verb_word(count, words);
    if (verb_at < 0) return EXIT_USAGE;
    if (verb_at == 0) {
        return cli_fail(EXIT_USAGE, NULL,
                        "a verb is wanted: info, schema, head or convert; see "
                        "\"alimentar --help\"");
    }
    args->verb = words[verb_at];
    if (find_verb(args->verb) == NULL) return fail_unknown_verb(args->verb);
    return read_words(count, words, verb_at, args);
}

void cli_args_clear(cli_args *args) {
    free(args->columns);
    free(args->columns_text);
}
