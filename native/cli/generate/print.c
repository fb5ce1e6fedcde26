// native/cli/generate/print.c: makes the manual page and the completions of shells out of the
// tables of verbs and flags: `print man`, `print bash`, `print zsh`, `print fish`.
#include <stdio.h>
#include <string.h>

#include "native/cli/table.h"

// Text of roff: "-" and "\" have meanings of their own.
static void put_roff(const char *text) {
    for (; *text != '\0'; text += 1) {
        if (*text == '-' || *text == '\\') (void)putchar('\\');
        (void)fputs(*text == '\\' ? "e" : (char[]){*text, '\0'}, stdout);
    }
}

static void put_verb_flags(uint32_t verb) {
    const char *before = " ";
    for (size_t i = 0; i < cli_flags_count; i += 1) {
        if ((cli_flags[i].verbs & verb) == 0) continue;
        (void)printf("%s", before);
        put_roff(cli_flags[i].name);
        before = ", ";
    }
}

static void put_man_examples(void) {
    (void)printf(".SH EXAMPLES\n.nf\n");
    for (size_t i = 0; i < cli_verbs_count; i += 1) {
        for (size_t k = 0; k < CLI_EXAMPLES_MAX && cli_verbs[i].examples[k] != NULL; k += 1) {
            (void)printf("alimentar ");
            put_roff(cli_verbs[i].examples[k]);
            (void)printf("\n");
        }
    }
    (void)printf(".fi\n");
}

static void put_man(void) {
    (void)printf(".TH ALIMENTAR 1\n.SH NAME\nalimentar \\- read tables where they are\n"
                 ".SH SYNOPSIS\n.B alimentar\nVERB [FLAGS] FILE...\n.SH VERBS\n");
    for (size_t i = 0; i < cli_verbs_count; i += 1) {
        (void)printf(".TP\n.B ");
        put_roff(cli_verbs[i].name);
        (void)printf(" ");
        put_roff(cli_verbs[i].words);
        (void)printf("\n");
        put_roff(cli_verbs[i].help);
        (void)printf(".\nFlags:");
        put_verb_flags(cli_verbs[i].id);
        (void)printf(".\n");
    }
    (void)printf(".SH FLAGS\n");
    for (size_t i = 0; i < cli_flags_count; i += 1) {
        const cli_flag *one = &cli_flags[i];
        (void)printf(".TP\n.B ");
        if (one->letter[0] != '\0') {
            put_roff(one->letter);
            (void)printf(", ");
        }
        put_roff(one->name);
        (void)printf(" %s\n", one->value != NULL ? one->value : "");
        put_roff(one->help);
        (void)printf(".\n");
    }
    put_man_examples();
    (void)printf(".SH ENVIRONMENT\n.TP\n.B COLUMNS\nThe width of tables.\n"
                 ".TP\n.B NO_COLOR\nIf set and not empty, there are no colours.\n"
                 ".TP\n.B TMPDIR\nWhere copies of what cannot seek are kept.\n"
                 ".TP\n.B ALIMENTAR_HEADERS\nHTTP headers, as of \\-\\-header\\-file.\n"
                 ".TP\n.B SSL_CERT_FILE\nCertificates of the authorities that are trusted.\n");
    (void)printf(".SH EXIT STATUS\n0 good, 2 usage, 3 input or output, 4 network or authorization, "
                 "5 conflict, 6 limit, 70 internal, 130 interrupted.\n");
}

static void put_flags(uint32_t verb) {
    for (size_t i = 0; i < cli_flags_count; i += 1) {
        if ((cli_flags[i].verbs & verb) != 0) (void)printf(" %s", cli_flags[i].name);
    }
}

// Words of bash, which zsh understands too by bashcompinit.
static void put_bash(void) {
    (void)printf(
        "_alimentar() {\n    local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\n"
        "    local before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ] || [ \"$before\" = help ]; then\n        words=\"");
    for (size_t i = 0; i < cli_verbs_count; i += 1) (void)printf("%s ", cli_verbs[i].name);
    (void)printf("help --help --version\"\n");
    for (size_t i = 0; i < cli_flags_count; i += 1) {
        if (cli_flags[i].words == NULL) continue;
        (void)printf("    elif [ \"$before\" = %s ]; then\n        words=\"%s\"\n",
                     cli_flags[i].name, cli_flags[i].words);
    }
    (void)printf("    else\n        case \"${COMP_WORDS[1]}\" in\n");
    for (size_t i = 0; i < cli_verbs_count; i += 1) {
        (void)printf("        %s) words=\"", cli_verbs[i].name);
        put_flags(cli_verbs[i].id);
        (void)printf("\" ;;\n");
    }
    (void)printf("        esac\n        case \"$word\" in -*) ;; *) words= ;; esac\n    fi\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
                 "complete -o default -F _alimentar alimentar\n");
}

static void put_zsh(void) {
    (void)printf("#compdef alimentar\nautoload -U +X bashcompinit && bashcompinit\n");
    put_bash();
}

static void put_fish(void) {
    for (size_t i = 0; i < cli_verbs_count; i += 1) {
        (void)printf("complete -c alimentar -n __fish_use_subcommand -a %s -d \"%s\"\n",
                     cli_verbs[i].name, cli_verbs[i].help);
    }
    for (size_t i = 0; i < cli_flags_count; i += 1) {
        const cli_flag *one = &cli_flags[i];
        (void)printf("complete -c alimentar -l %s", one->name + 2);
        if (one->letter[0] != '\0') (void)printf(" -s %s", one->letter + 1);
        if (one->words != NULL) (void)printf(" -x -a \"%s\"", one->words);
        (void)printf("%s -n \"__fish_seen_subcommand_from", one->value != NULL ? " -r" : "");
        for (size_t k = 0; k < cli_verbs_count; k += 1) {
            if ((one->verbs & cli_verbs[k].id) != 0) (void)printf(" %s", cli_verbs[k].name);
        }
        (void)printf("\"\n");
    }
}

int main(int count, char **words) {
    const char *what = count == 2 ? words[1] : "";
    if (strcmp(what, "man") == 0) put_man();
    if (strcmp(what, "bash") == 0) put_bash();
    if (strcmp(what, "zsh") == 0) put_zsh();
    if (strcmp(what, "fish") == 0) put_fish();
    return fflush(stdout) == 0 && what[0] != '\0' ? 0 : 2;
}
