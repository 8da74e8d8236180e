/*
 * What an exported archive says of itself: from the data, and from what was asked.
 */
#ifndef ARO_SERVER_EXPORT_ABOUT_H
#define ARO_SERVER_EXPORT_ABOUT_H

#include "schema/tileset.h"
#include "server/query.h"

/** Borrowed for as long as the answer is used. */
struct export_about_request {
    const char *name, *attribution;
    unsigned sets;               /* enum tile_set bits */
    const struct geo_bbox *bbox; /* that the tiles meet; NULL: everywhere */
    uint8_t min_zoom, max_zoom;
};

/** Start from {0}; export_about_clear() releases. */
struct export_about {
    struct schema_tileset tileset;
    struct geo_runs positions;         /* initiatives that count and have a place */
    char *vector_layers, *description; /* owned: the tileset's */
};

void export_about_clear(struct export_about *about);

/**
 * @param query  which initiatives count; NULL: all
 */
bool export_about_make(struct export_about *about, const struct export_about_request *request,
                       const struct snapshot *snapshot, const struct query *query,
                       struct aro_error *err);

#endif
