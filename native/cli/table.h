// native/cli/table.h: the verbs and flags of the command, declared once: reading the command line,
// the help texts, the manual page and the completions come from these tables (table.c).
#ifndef ALI_CLI_TABLE_H
#define ALI_CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    FLAG_COLUMNS,
    FLAG_LIMIT,
    FLAG_OFFSET,
    FLAG_SEED,
    FLAG_JSON,
    FLAG_OUTPUT,
    FLAG_TO,
    FLAG_COMPRESSION,
    FLAG_FORMAT,
    FLAG_HEADER_FILE,
    FLAG_QUIET,
    FLAG_FORCE,
    FLAG_WHOLE,
    FLAG_ROW_GROUPS,
    FLAG_HELP
};

enum {
    VERB_INFO = 1,
    VERB_SCHEMA = 2,
    VERB_HEAD = 4,
    VERB_TAIL = 8,
    VERB_COUNT = 16,
    VERB_CAT = 32,
    VERB_SLICE = 64,
    VERB_SAMPLE = 128,
    VERB_STATS = 256,
    VERB_CONVERT = 512,
    VERB_PLAN = 1024,
    VERB_ALL = 2047
};

// What the words beside the flags are, besides files.
enum {
    WORDS_FILES = 0,
    WORDS_NUMBER = 1, // may begin or end with a number of rows
    WORDS_RANGE = 2,  // begin or end with START:END
    WORDS_OUTPUT = 3  // end with an output
};

typedef struct cli_flag {
    const char *name;
    const char *letter; // "" if there is none
    const char *value;  // what it takes; NULL if nothing
    const char *words;  // that it takes, with blanks between; NULL: any
    const char *help;
    uint32_t id;
    uint32_t verbs;
} cli_flag;

#define CLI_EXAMPLES_MAX 3u

typedef struct cli_verb {
    const char *name;
    const char *words; // as the usage line shows them
    const char *help;  // one sentence without its point
    uint32_t id;
    uint32_t form;                          // WORDS_FILES, ...
    const char *examples[CLI_EXAMPLES_MAX]; // what stands behind "alimentar"; NULL: there are less
} cli_verb;

// Words that people of other tools look for, and the verb that does that here; NULL: none does yet.
typedef struct cli_synonym {
    const char *word;
    const char *verb;
} cli_synonym;

extern const cli_synonym cli_synonyms[];
extern const size_t cli_synonyms_count;

extern const cli_flag cli_flags[];
extern const size_t cli_flags_count;
extern const cli_verb cli_verbs[];
extern const size_t cli_verbs_count;

#endif
