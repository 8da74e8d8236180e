/*
 * A made-up tile set to write: which tiles there are, and what each holds, by its number.
 */
#ifndef ARO_TESTS_TILESET_HELP_H
#define ARO_TESTS_TILESET_HELP_H

#include <stdint.h>
#include <stdio.h>

#include "schema/tileset.h"

static const struct schema_tileset tileset_about = {
    .name = "Essai \"é\"",
    .description = "Une description",
    .attribution = "<a href=\"https://example.org\">Exemple</a>",
    .vector_layers = "[{\"id\":\"initiatives\",\"fields\":{\"titre\":\"String\"}}]",
    .bounds = {-61.8098, -21.3895, 55.8366, 51.0891},
    .center = {2.5, 46.5},
    .center_zoom = 5,
    .min_zoom = 0,
    .max_zoom = 7,
};

/** Length of the content of tile `id`, 0 for none: some tiles are missing, many are alike. */
static inline size_t tileset_content(uint64_t id, char out[64])
{
    if (id % 7 == 3)
        return 0;
    /* Runs of the sea, and beside them a few contents that come again and again. */
    unsigned kind = id % 64 < 32 ? 0 : id % 5 == 0 ? (unsigned)(id % 11) : (unsigned)id;
    return (size_t)snprintf(out, 64, "content %u%.*s", kind, (int)(kind % 23),
                            "xxxxxxxxxxxxxxxxxxxxxxxxx");
}

#endif
