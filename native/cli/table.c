// native/cli/table.c: the verbs and flags of the command.
#include "table.h"

#define ROWS (VERB_HEAD | VERB_TAIL | VERB_CAT | VERB_SLICE | VERB_SAMPLE | VERB_CONVERT)
#define TABLES (VERB_HEAD | VERB_TAIL | VERB_SLICE | VERB_SAMPLE)

const cli_flag cli_flags[] = {
    {"--columns", "", "A,B",
     "only these columns, in this order; \\, is a comma in a name, #3 the third column",
     FLAG_COLUMNS, ROWS | VERB_STATS | VERB_PLAN},
    {"--limit", "-n", "N", "at most N rows (head, tail, sample: 10)", FLAG_LIMIT,
     (ROWS | VERB_STATS | VERB_PLAN) & ~(uint32_t)VERB_SLICE},
    {"--offset", "", "N", "leave out the first N rows", FLAG_OFFSET,
     VERB_HEAD | VERB_CAT | VERB_CONVERT | VERB_STATS | VERB_PLAN},
    {"--seed", "", "S", "choose other rows: the same seed chooses the same ones (0)", FLAG_SEED,
     VERB_SAMPLE},
    {"--json", "", NULL, "one JSON document on standard output", FLAG_JSON,
     VERB_ALL & ~(uint32_t)VERB_CONVERT},
    {"--output", "-o", "FILE", "write to FILE instead of standard output", FLAG_OUTPUT, VERB_ALL},
    {"--to", "", "FORMAT",
     "write arrow, arrows, csv, jsonl or json, whatever the output's name (cat: csv)", FLAG_TO,
     VERB_CONVERT | VERB_CAT},
    {"--compression", "", "CODEC", "compress buffers of arrow and arrows: none, lz4 or zstd (none)",
     FLAG_COMPRESSION, VERB_CONVERT | VERB_CAT},
    {"--format", "", "FORMAT", "read the input as this format (parquet), whatever it looks like",
     FLAG_FORMAT, VERB_ALL},
    {"--header-file", "", "FILE", "HTTP headers, lines \"name: value\", for the URL's own origin",
     FLAG_HEADER_FILE, VERB_ALL},
    {"--row-groups", "", NULL,
     "row groups and column chunks: codec, encodings, sizes, nulls, least and greatest values",
     FLAG_ROW_GROUPS, VERB_INFO},
    {"--no-truncate", "", NULL, "whole values and all columns, however wide", FLAG_WHOLE,
     TABLES | VERB_INFO | VERB_SCHEMA | VERB_STATS | VERB_PLAN},
    {"--force", "", NULL, "replace an output that exists", FLAG_FORCE, VERB_ALL},
    {"--quiet", "-q", NULL, "no warnings, no progress", FLAG_QUIET, VERB_ALL},
    {"--help", "-h", NULL, "this text", FLAG_HELP, VERB_ALL},
};
const size_t cli_flags_count = sizeof cli_flags / sizeof cli_flags[0];

const cli_verb cli_verbs[] = {
    {"info", "FILE...", "What a file is: format, rows, columns, metadata", VERB_INFO, WORDS_FILES},
    {"schema", "FILE...", "The columns: name, type, whether nulls are allowed", VERB_SCHEMA,
     WORDS_FILES},
    {"head", "[N] FILE...", "The first rows as a table", VERB_HEAD, WORDS_NUMBER},
    {"tail", "[N] FILE...", "The last rows as a table", VERB_TAIL, WORDS_NUMBER},
    {"count", "FILE...", "The number of rows, out of metadata where it tells", VERB_COUNT,
     WORDS_FILES},
    {"cat", "FILE...", "All rows as text, as they come: CSV, JSON lines or JSON", VERB_CAT,
     WORDS_FILES},
    {"slice", "START:END FILE...", "Rows from START up to, not with, END, counted from 0",
     VERB_SLICE, WORDS_RANGE},
    {"sample", "[N] FILE...", "Rows chosen at random, each as likely as another", VERB_SAMPLE,
     WORDS_NUMBER},
    {"stats", "FILE...", "Of each column: values, nulls, least, greatest, mean, deviation",
     VERB_STATS, WORDS_FILES},
    {"convert", "INPUT... OUTPUT", "Writes rows in another format", VERB_CONVERT, WORDS_OUTPUT},
    {"plan", "FILE...", "The requests that reading would make, without making them", VERB_PLAN,
     WORDS_FILES},
};
const size_t cli_verbs_count = sizeof cli_verbs / sizeof cli_verbs[0];
