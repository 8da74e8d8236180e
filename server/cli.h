/*
 * The command line: commands, their words and exit codes.
 */
#ifndef ARO_SERVER_CLI_H
#define ARO_SERVER_CLI_H

#include "geo/buffer.h"

/** Exit codes. */
enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

/** One command of the program. */
struct cli_command {
    const char *name;
    const char *words;                    /* "KIND FILE… --store S" */
    const char *summary;                  /* one line */
    int (*run)(int n, char *const *argv); /* words after the command's name; gives the exit code */
    void (*help)(struct aro_buffer *out); /* appends the options; NULL: it has none */
};

/** Runs `arobase …` and gives its exit code. */
int cli_main(int argc, char *const *argv);

int cli_serve(int n, char *const *argv);
void cli_serve_help(struct aro_buffer *out);
int cli_init(int n, char *const *argv);
void cli_init_help(struct aro_buffer *out);
int cli_export(int n, char *const *argv);
void cli_export_help(struct aro_buffer *out);
int cli_import(int n, char *const *argv);
void cli_import_help(struct aro_buffer *out);

/** Prints "arobase: sentence" on standard error. Gives the exit code back. */
int cli_fail(int exit_code, const char *sentence);

/** cli_fail() with "see arobase COMMAND --help". */
int cli_usage(const char *command, const char *sentence);

#endif
