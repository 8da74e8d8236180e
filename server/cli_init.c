#include <stddef.h>

#include "schema/store.h"
#include "server/cli.h"
#include "server/options.h"

struct init_options {
    char *store;
};

static const struct option_info infos[] = {
    {"store", OPTION_TEXT, offsetof(struct init_options, store), "FILE", NULL, 0, 0,
     "where the store is, or shall be"},
};
static const struct option_table table = {infos, sizeof infos / sizeof *infos, true};

void cli_init_help(struct aro_buffer *out)
{
    options_help(&table, out);
}

int cli_init(int n, char *const *argv)
{
    struct aro_error err = {0};
    struct init_options options = {0};
    int code = CLI_DONE;
    if (!options_parse(&table, n, argv, &options, NULL, &err))
        code = cli_usage("init", err.message);
    else if (!options.store)
        code = cli_usage("init", "which store? Say --store FILE");
    else if (!schema_store_init(options.store, &err))
        code = cli_fail(CLI_FAILED, err.message);
    options_clear(&table, &options);
    return code;
}
