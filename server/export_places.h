/*
 * Which tiles can hold something: what an export looks at.
 */
#ifndef ARO_SERVER_EXPORT_PLACES_H
#define ARO_SERVER_EXPORT_PLACES_H

#include "geo/runs.h"
#include "geo/tile.h"

/**
 * Places of tiles along the curve of their zoom (schema_pmtiles_tile()), in ascending order, each
 * once. Start from {0}; export_places_clear() releases. To use the room again, set n to 0.
 */
struct export_places {
    uint64_t *items; /* owned */
    size_t n, capacity;
};

void export_places_clear(struct export_places *places);

/**
 * The tiles of a zoom in which, or in the buffer around which, one of the positions lies.
 *
 * @param coords      by position
 * @param positions   that count
 * @param buffer      lines of a tile's grid around it, 0 to GEO_TILE_EXTENT / 2
 * @param out_places  emptied first
 */
bool export_places_of_points(const struct geo_coord *coords, const struct geo_runs *positions,
                             uint8_t zoom, uint32_t buffer, struct export_places *out_places,
                             struct aro_error *err);

/** Adds one behind the others: the caller keeps the order. */
bool export_places_add(struct export_places *places, uint64_t place, struct aro_error *err);

/** Adds the four tiles of the next zoom that lie in each of these; out_places stays in order. */
bool export_places_add_within(const struct export_places *places, struct export_places *out_places,
                              struct aro_error *err);

/** Leaves only the tiles that meet the box (without their buffer). */
void export_places_within(struct export_places *places, uint8_t zoom, const struct geo_bbox *bbox);

#endif
