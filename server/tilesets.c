#include "server/tilesets.h"

#include <string.h>

static const struct {
    const char *name;
    enum tile_set set;
} tilesets[] = {
    {"initiatives", TILE_INITIATIVES},
};

bool tileset_find(const char *name, unsigned *out_sets, struct aro_error *err)
{
    for (size_t i = 0; i < sizeof tilesets / sizeof *tilesets; i++) {
        if (strcmp(tilesets[i].name, name) == 0) {
            *out_sets = tilesets[i].set;
            return true;
        }
    }
    return aro_error_set(err, ARO_NOT_FOUND, "no tiles '%.64s'", name);
}
