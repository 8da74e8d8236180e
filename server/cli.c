#include "server/cli.h"

#include <stdio.h>
#include <string.h>

#include "geo/spelling.h"

static const struct cli_command commands[] = {
    {"init", "--store FILE", "makes a store, or brings an older one up to date", cli_init,
     cli_init_help},
    {"import", "KIND FILE… --store FILE", "reads files into a store: all or nothing", cli_import,
     cli_import_help},
    {"export", "[KIND --output] FILE --store FILE", "writes features or tiles into one file",
     cli_export, cli_export_help},
    {"serve", "--store FILE", "answers over HTTP", cli_serve, cli_serve_help},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

int cli_fail(int exit_code, const char *sentence)
{
    fprintf(stderr, "arobase: %s\n", sentence);
    return exit_code;
}

int cli_usage(const char *command, const char *sentence)
{
    fprintf(stderr, "arobase %s: %s\nsee: arobase %s --help\n", command, sentence, command);
    return CLI_USAGE;
}

static int print(struct aro_buffer *text)
{
    struct aro_error err = {0};
    bool ok = aro_buffer_ok(text, &err);
    if (ok && (fwrite(text->data, 1, text->len, stdout) != text->len || fflush(stdout) != 0))
        aro_error_set(&err, ARO_IO, "cannot write to standard output");
    aro_buffer_clear(text);
    return err.status == ARO_OK ? CLI_DONE : cli_fail(CLI_FAILED, err.message);
}

static int print_help(void)
{
    struct aro_buffer out = {0};
    aro_buffer_text(&out,
                    "arobase " ARO_VERSION ": a map backend for local initiatives\n\nusage:\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        aro_buffer_printf(&out, "  arobase %s %s\n      %s\n", commands[i].name, commands[i].words,
                          commands[i].summary);
    aro_buffer_text(&out, "  arobase COMMAND --help\n  arobase --version\n\n"
                          "exit codes: 0 done, 1 failed, 2 wrong usage\n");
    return print(&out);
}

static int print_command_help(const struct cli_command *command)
{
    struct aro_buffer out = {0};
    aro_buffer_printf(&out, "usage: arobase %s %s\n\n%s\n\n", command->name, command->words,
                      command->summary);
    if (command->help)
        command->help(&out);
    return print(&out);
}

static bool wants_help(int n, char *const *argv)
{
    for (int i = 0; i < n && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int refuse_command(const char *word)
{
    const char *names[N_COMMANDS];
    char sentence[256];
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i].name;
    const char *nearest = geo_spelling_nearest(word, names, N_COMMANDS);
    snprintf(sentence, sizeof sentence,
             nearest ? "unknown command '%.64s': did you mean '%s'?" : "unknown command '%.64s'%s",
             word, nearest ? nearest : "");
    fprintf(stderr, "arobase: %s\nsee: arobase --help\n", sentence);
    return CLI_USAGE;
}

int cli_main(int argc, char *const *argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word) {
        fputs("arobase: a command is wanted\nsee: arobase --help\n", stderr);
        return CLI_USAGE;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return print_help();
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return puts("arobase " ARO_VERSION) < 0 ? CLI_FAILED : CLI_DONE;
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i].name, word) != 0)
            continue;
        if (wants_help(argc - 2, argv + 2))
            return print_command_help(&commands[i]);
        return commands[i].run(argc - 2, argv + 2);
    }
    return refuse_command(word);
}
