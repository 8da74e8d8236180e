#include "server/assets.h"

#include <stdlib.h>
#include <string.h>

static int compare_path(const void *path, const void *asset)
{
    return strcmp(path, ((const struct asset *)asset)->path);
}

const struct asset *asset_find(const char *path)
{
    return bsearch(path, asset_table, n_assets, sizeof asset_table[0], compare_path);
}
