/*
 * All tiles that hold something, one after another, for an archive: no HTTP and no file in it.
 */
#ifndef ARO_SERVER_EXPORT_TILES_H
#define ARO_SERVER_EXPORT_TILES_H

#include "server/tile_render.h"

/** What to make, and who gets it. Everything is borrowed for the call. */
struct export_tiles {
    const struct snapshot *snapshot;
    struct tile_request request;      /* its tile is set for each in turn */
    const struct geo_runs *positions; /* export_positions() for the request's query */
    uint8_t min_zoom, max_zoom;
    const struct geo_bbox *bbox; /* only tiles that meet it, each of them whole; NULL: everywhere */
    size_t n_threads;            /* that render; 1 to EXPORT_MAX_THREADS */
    void *context; /* handed to the three functions, which the caller's thread calls */
    /* A gzip tile, never an empty one. They come by zoom, then in the order of PMTiles. */
    bool (*add)(void *context, struct geo_tile tile, const void *bytes, size_t len,
                struct aro_error *err);
    void (*on_progress)(void *context, double done); /* 0 to 1, now and then */
    bool (*stopped)(void *context);                  /* asked often; true ends with ARO_STOPPED */
};

enum { EXPORT_MAX_THREADS = 64 };

/**
 * The initiatives that count and have a place.
 *
 * @param query     NULL: all
 * @param out_runs  emptied first
 */
bool export_positions(const struct snapshot *snapshot, const struct query *query,
                      struct geo_runs *out_runs, struct aro_error *err);

/**
 * Makes the tiles. A tile is looked at only where something can be in it: for initiatives, one
 * that counts lies in it or in its buffer.
 *
 * @param out_n_tiles  how many were added
 * @param err          ARO_STOPPED; ARO_NO_MEMORY; what `add` and tile_render() fail with
 */
bool export_tiles(const struct export_tiles *what, uint64_t *out_n_tiles, struct aro_error *err);

#endif
