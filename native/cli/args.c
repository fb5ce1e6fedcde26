// native/cli/args.c: reading the command line. Flags may stand anywhere; "--" ends them.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "table.h"

#define WORD_BYTES 256u

// --- help ----------------------------------------------------------------------------------------

static const cli_verb *find_verb(const char *name) {
    for (size_t i = 0; name != NULL && i < cli_verbs_count; i += 1) {
        if (strcmp(cli_verbs[i].name, name) == 0) return &cli_verbs[i];
    }
    return NULL;
}

#define HELP_WIDTH 80u
#define HELP_INDENT 23u

// A text that is cut between its words where a line of help ends.
static void print_wrapped(FILE *to, const char *text) {
    size_t left = HELP_WIDTH - HELP_INDENT;
    for (const char *word = text; *word != '\0';) {
        const size_t bytes = strcspn(word, " ");
        if (word != text && bytes + 1 > left) {
            (void)fprintf(to, "\n%*s", (int)HELP_INDENT, "");
            left = HELP_WIDTH - HELP_INDENT;
        } else if (word != text) {
            (void)fputc(' ', to);
            left -= 1;
        }
        (void)fprintf(to, "%.*s", (int)bytes, word);
        left -= bytes < left ? bytes : left;
        word += bytes + strspn(word + bytes, " ");
    }
    (void)fputc('\n', to);
}

static void print_flags(FILE *to, uint32_t wanted) {
    for (size_t i = 0; i < cli_flags_count; i += 1) {
        const cli_flag *one = &cli_flags[i];
        char name[40];
        if ((one->verbs & wanted) == 0) continue;
        (void)snprintf(name, sizeof name, "%s%s%s%s%s", one->letter,
                       one->letter[0] != '\0' ? ", " : "", one->name, one->value != NULL ? " " : "",
                       one->value != NULL ? one->value : "");
        (void)fprintf(to, "  %-20s ", name);
        print_wrapped(to, one->help);
    }
}

static void print_verb(FILE *to, const cli_verb *one) {
    (void)fprintf(to, "Usage: alimentar %s %s [FLAGS]\n", one->name, one->words);
    if (one->form == WORDS_OUTPUT) {
        (void)fprintf(to, "       alimentar %s INPUT... -o OUTPUT [FLAGS]\n", one->name);
    }
    (void)fprintf(to, "\n%s.\n\nFlags:\n", one->help);
    print_flags(to, one->id);
    (void)fprintf(to, "\nExamples:\n");
    for (size_t i = 0; i < CLI_EXAMPLES_MAX && one->examples[i] != NULL; i += 1) {
        (void)fprintf(to, "  alimentar %s\n", one->examples[i]);
    }
}

void cli_print_help(FILE *to, const char *name) {
    const cli_verb *one = find_verb(name);
    if (one != NULL) {
        print_verb(to, one);
        return;
    }
    (void)fprintf(to, "Usage: alimentar VERB [FLAGS] FILE...\n\nReads tables: files, folders, "
                      "patterns (*, ?, [a-z], **), URLs (http, https),\n\"-\" for standard input. "
                      "Several files are read as one table.\n\nVerbs:\n");
    for (size_t i = 0; i < cli_verbs_count; i += 1) {
        char usage[64];
        (void)snprintf(usage, sizeof usage, "%s %s", cli_verbs[i].name, cli_verbs[i].words);
        (void)fprintf(to, "  %-24s %s\n", usage, cli_verbs[i].help);
    }
    (void)fprintf(to, "  %-24s %s\n  %-24s %s\n\n", "help VERB",
                  "The flags of a verb, and examples", "--version", "The version");
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

// Flags that people look for and that this version does not have.
static const char *const absent_flags[] = {"--where", "--threads"};

static const cli_synonym *find_synonym(const char *word) {
    for (size_t i = 0; i < cli_synonyms_count; i += 1) {
        if (strcmp(word, cli_synonyms[i].word) == 0) return &cli_synonyms[i];
    }
    return NULL;
}

static int fail_unknown_verb(const char *word) {
    char shown[WORD_BYTES];
    const char *known[32];
    size_t count = 0;
    cli_show_text(word, shown, sizeof shown);
    const cli_synonym *other = find_synonym(word);
    if (other != NULL && other->verb == NULL) {
        return cli_fail(EXIT_USAGE, NULL, "%s is not in this version; see \"alimentar --help\"",
                        shown);
    }
    for (; count < cli_verbs_count; count += 1) known[count] = cli_verbs[count].name;
    known[count] = "help";
    const char *near = other != NULL ? other->verb : cli_nearest(word, known, count + 1);
    if (near != NULL) {
        return cli_fail(EXIT_USAGE, NULL, "there is no verb \"%s\"; did you mean \"%s\"?", shown,
                        near);
    }
    return cli_fail(EXIT_USAGE, NULL, "there is no verb \"%s\"; see \"alimentar --help\"", shown);
}

// A word that is no flag of the verb (NULL: of none). "--name=value" is told without its value,
// which may be a secret.
static int fail_unknown_flag(const char *word, const cli_verb *found) {
    char name[128];
    char shown[WORD_BYTES];
    const char *known[32];
    const uint32_t wanted = found != NULL ? found->id : VERB_ALL;
    const char *about = found != NULL ? found->name : "";
    const char *blank = found != NULL ? " " : "";
    size_t count = 0;
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    cli_show_text(name, shown, sizeof shown);
    for (size_t i = 0; i < sizeof absent_flags / sizeof absent_flags[0]; i += 1) {
        if (strcmp(name, absent_flags[i]) != 0) continue;
        return cli_fail(EXIT_USAGE, NULL, "%s is not in this version; see \"alimentar %s%s--help\"",
                        shown, about, blank);
    }
    for (size_t i = 0; i < cli_flags_count; i += 1) {
        if (found != NULL &&
            (strcmp(name, cli_flags[i].name) == 0 ||
             (cli_flags[i].letter[0] != '\0' && strcmp(name, cli_flags[i].letter) == 0))) {
            return cli_fail(EXIT_USAGE, NULL, "%s does not take %s; see \"alimentar %s --help\"",
                            found->name, shown, found->name);
        }
        if ((cli_flags[i].verbs & wanted) == 0) continue;
        known[count] = cli_flags[i].name;
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

static int take_number(const cli_flag *given, const char *value, uint64_t *number) {
    if (read_count(value, number)) return EXIT_GOOD;
    char shown[128];
    cli_show_text(value, shown, sizeof shown);
    return cli_fail(EXIT_USAGE, NULL, "%s takes a number%s, not \"%s\"", given->name,
                    given->id == FLAG_SEED ? "" : " of rows", shown);
}

static int read_compression(const char *value, cli_args *args) {
    static const char *const known[] = {"none", "lz4", "zstd"}; // as the option counts them
    const size_t count = sizeof known / sizeof known[0];
    for (uint32_t i = 0; i < count; i += 1) {
        args->compression = i;
        if (strcmp(value, known[i]) == 0) return EXIT_GOOD;
    }
    char shown[128];
    const char *near = cli_nearest(value, known, count);
    cli_show_text(value, shown, sizeof shown);
    return cli_fail(EXIT_USAGE, NULL, "compression \"%s\" is not supported%s%s%s", shown,
                    near != NULL ? "; did you mean \"" : ": none, lz4 and zstd are",
                    near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static int take_flag(const cli_flag *given, const char *value, cli_args *args) {
    switch (given->id) {
    case FLAG_COLUMNS:
        return read_columns(value, args);
    case FLAG_LIMIT:
        return take_number(given, value, &args->limit);
    case FLAG_OFFSET:
        return take_number(given, value, &args->offset);
    case FLAG_SEED:
        return take_number(given, value, &args->seed);
    case FLAG_OUTPUT:
        args->output = value;
        break;
    case FLAG_TO:
        args->to = value;
        break;
    case FLAG_COMPRESSION:
        return read_compression(value, args);
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
    case FLAG_ROW_GROUPS:
        args->wants_groups = true;
        break;
    default:
        args->wants_help = true;
    }
    return EXIT_GOOD;
}

// Finds "--name", "--name=value", "-n", "-nVALUE". *value is NULL if none is joined to it.
static const cli_flag *find_flag(const char *word, uint32_t wanted, const char **value) {
    for (size_t i = 0; i < cli_flags_count; i += 1) {
        const size_t bytes = strlen(cli_flags[i].name);
        *value = NULL;
        if ((cli_flags[i].verbs & wanted) == 0) continue;
        if (strcmp(word, cli_flags[i].name) == 0) return &cli_flags[i];
        if (strncmp(word, cli_flags[i].name, bytes) == 0 && word[bytes] == '=') {
            *value = word + bytes + 1;
            return &cli_flags[i];
        }
        if (cli_flags[i].letter[0] == '\0' || strncmp(word, cli_flags[i].letter, 2) != 0) continue;
        if (word[2] != '\0' && cli_flags[i].value == NULL) continue;
        if (word[2] != '\0') *value = word + 2;
        return &cli_flags[i];
    }
    return NULL;
}

static int read_flag(char **words, int count, int *index, const cli_verb *of, cli_args *args) {
    const char *word = words[*index];
    const char *value = NULL;
    const cli_flag *found = find_flag(word, of->id, &value);
    const bool is_number = of->form == WORDS_NUMBER && read_count(word + 1, &args->limit);
    if (is_number) return EXIT_GOOD; // -5 is -n 5
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

// --- files ---------------------------------------------------------------------------------------

static bool is_there(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

// Tells if the last of convert's files is an output, although there is -o: it could not be read.
static bool is_second_output(const cli_args *args) {
    const char *last = args->operands[args->operands_count - 1];
    if (args->operands_count < 2 || args->output == NULL) return false;
    return strcmp(last, "-") == 0 ||
           (!is_there(last) && strpbrk(last, "*?[") == NULL && strstr(last, "://") == NULL);
}

static int fail_words(const cli_verb *found, const char *what) {
    return cli_fail(EXIT_USAGE, NULL, "%s: alimentar %s %s", what, found->name, found->words);
}

// Takes convert's output off its files.
static int take_output(const cli_verb *found, cli_args *args) {
    if (is_second_output(args)) {
        char one[WORD_BYTES];
        char other[WORD_BYTES];
        cli_show_text(args->operands[args->operands_count - 1], one, sizeof one);
        cli_show_text(args->output, other, sizeof other);
        return cli_fail(EXIT_USAGE, NULL,
                        "there are two outputs, \"%s\" and \"%s\": alimentar %s %s", one, other,
                        found->name, found->words);
    }
    if (args->output == NULL && args->operands_count > 1) {
        args->operands_count -= 1;
        args->output = args->operands[args->operands_count];
    }
    return EXIT_GOOD;
}

static bool read_range(const char *word, cli_args *args) {
    char start[24];
    const char *colon = strchr(word, ':');
    if (colon == NULL || (size_t)(colon - word) >= sizeof start) return false;
    (void)snprintf(start, sizeof start, "%.*s", (int)(colon - word), word);
    uint64_t from = 0;
    uint64_t end = ALI_UNKNOWN;
    if (start[0] != '\0' && !read_count(start, &from)) return false;
    if (colon[1] != '\0' && !read_count(colon + 1, &end)) return false;
    args->offset = from;
    args->limit = end == ALI_UNKNOWN ? ALI_UNKNOWN : end > from ? end - from : 0;
    return true;
}

// Takes the number or range off the files: it is the first or the last of them, and no file.
static int take_rows(const cli_verb *found, cli_args *args) {
    const uint32_t last = args->operands_count - 1;
    const bool is_range = found->form == WORDS_RANGE;
    for (uint32_t i = 0; args->operands_count > 0; i = last) {
        const char *word = args->operands[i];
        uint64_t number = 0;
        const bool is_taken = is_range ? read_range(word, args)
                                       : read_count(word, &number) && !is_there(word);
        if (is_taken && !is_range && args->limit != ALI_UNKNOWN) {
            return cli_fail(EXIT_USAGE, NULL,
                            "there are two numbers of rows, %llu and %llu: alimentar %s %s",
                            (unsigned long long)number, (unsigned long long)args->limit,
                            found->name, found->words);
        }
        if (is_taken && !is_range) args->limit = number;
        if (is_taken) {
            memmove(&args->operands[i], &args->operands[i + 1], (last - i) * sizeof(char *));
            args->operands_count -= 1;
            return EXIT_GOOD;
        }
        if (i == last) break;
    }
    return is_range ? fail_words(found, "slice wants rows, START:END") : EXIT_GOOD;
}

static uint32_t count_pipes(const cli_args *args) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < args->operands_count; i += 1) {
        count += strcmp(args->operands[i], "-") == 0 ? 1 : 0;
    }
    return count;
}

static int check_operands(const cli_verb *found, cli_args *args) {
    int code = EXIT_GOOD;
    if (args->output != NULL && args->output[0] == '\0') {
        return fail_words(found, "an empty name is no file");
    }
    if (found->form == WORDS_OUTPUT && args->operands_count > 0) code = take_output(found, args);
    if (found->form == WORDS_RANGE || found->form == WORDS_NUMBER) code = take_rows(found, args);
    if (code != EXIT_GOOD) return code;
    if (count_pipes(args) > 1) return fail_words(found, "standard input can be read only once");
    if (args->operands_count == 0 || (found->form == WORDS_OUTPUT && args->output == NULL)) {
        const bool is_piped = args->operands_count == 0 && isatty(STDIN_FILENO) == 0;
        return cli_fail(EXIT_USAGE, NULL, "%s wants a file%s: alimentar %s %s", found->name,
                        is_piped ? ", \"-\" for standard input" : "", found->name, found->words);
    }
    return EXIT_GOOD;
}

static int take_operand(const cli_verb *found, const char *word, cli_args *args) {
    if (word[0] == '\0') return fail_words(found, "an empty name is no file");
    args->operands[args->operands_count] = word;
    args->operands_count += 1;
    return EXIT_GOOD;
}

static int read_words(int count, char **words, int verb_at, cli_args *args) {
    const cli_verb *found = find_verb(words[verb_at]);
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

static bool is_word_of_version(const char *word) {
    return strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0 ||
           strcmp(word, "version") == 0;
}

static bool is_word_of_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

// "help VERB", "--help" and "--version", which stand first.
static int read_help(int count, char **words, cli_args *args) {
    args->wants_help = is_word_of_help(words[1]);
    args->verb = args->wants_help ? words[1] : "--version";
    args->help_of = count > 2 ? words[2] : NULL;
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
        if (words[i][1] >= '0' && words[i][1] <= '9') continue;
        const cli_flag *found = find_flag(words[i], VERB_ALL, &value);
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
    if (count > 1 && (is_word_of_help(words[1]) || is_word_of_version(words[1]))) {
        return read_help(count, words, args);
    }
    const int verb_at = find_verb_word(count, words);
    if (verb_at < 0) return EXIT_USAGE;
    if (verb_at == 0) {
        return cli_fail(EXIT_USAGE, NULL,
                        "a verb is wanted, such as info, head or convert; see "
                        "\"alimentar --help\"");
    }
    args->verb = words[verb_at];
    if (find_verb(args->verb) == NULL) return fail_unknown_verb(args->verb);
    args->operands = calloc((size_t)count, sizeof *args->operands);
    if (args->operands == NULL) return cli_fail(EXIT_LIMIT, NULL, "no memory is left");
    return read_words(count, words, verb_at, args);
}

void cli_args_clear(cli_args *args) {
    free(args->operands);
    free(args->columns);
    free(args->columns_text);
}
