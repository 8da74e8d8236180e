/*
 * Mapbox Vector Tiles 2.1, written straight into bytes.
 *
 * A tile is its layers one after another. A layer is written feature by feature: begin it, add the
 * properties and rings, then end it. Keys and values are numbered within their layer. All
 * room is the encoder's and is used again for the next layer and the next tile: once it is large
 * enough, nothing is allocated. Failure is sticky as in aro_buffer: ask once, at the end of the
 * layer.
 *
 * Source: Mapbox Vector Tile Specification 2.1 (github.com/mapbox/vector-tile-spec), and for the
 * wire format Protocol Buffers, "Encoding".
 */
#ifndef ARO_GEO_MVT_H
#define ARO_GEO_MVT_H

#include "geo/buffer.h"
#include "geo/tile.h"

/** Owned by one thread. geo_mvt_free() accepts NULL. */
struct geo_mvt;

struct geo_mvt *geo_mvt_new(struct aro_error *err);
void geo_mvt_free(struct geo_mvt *mvt);

/**
 * Begins a layer; the one before was ended.
 *
 * @param name  borrowed until the layer is ended
 */
void geo_mvt_layer(struct geo_mvt *mvt, const char *name);

/**
 * Appends the layer to the tile's bytes; a layer without features appends nothing.
 *
 * @param err  ARO_NO_MEMORY; out is as it was
 */
bool geo_mvt_layer_end(struct geo_mvt *mvt, struct aro_buffer *out, struct aro_error *err);

/** How many features the layer holds so far. */
size_t geo_mvt_count(const struct geo_mvt *mvt);

/** The number of a new key of this layer: to be asked for once a layer. */
uint32_t geo_mvt_key(struct geo_mvt *mvt, const char *key);

/* The number of a new value of this layer. */
uint32_t geo_mvt_text(struct geo_mvt *mvt, const char *text, size_t len);
uint32_t geo_mvt_uint(struct geo_mvt *mvt, uint64_t value);
uint32_t geo_mvt_bool(struct geo_mvt *mvt, bool value);

/**
 * The number of a value that the layer has already, by a handle of the caller's: so that it need
 * not be written twice, nor even be made. Of many values some are forgotten.
 *
 * @param handle     any number, of one value only
 * @param out_value  what geo_mvt_remember() was given
 * @return           false where it is not known
 */
bool geo_mvt_recall(const struct geo_mvt *mvt, uint64_t handle, uint32_t *out_value);
void geo_mvt_remember(struct geo_mvt *mvt, uint64_t handle, uint32_t value);

/** Begins a feature. */
void geo_mvt_feature(struct geo_mvt *mvt, uint64_t id);

/** Adds a property to the feature, by the numbers of its key and value. */
void geo_mvt_tag(struct geo_mvt *mvt, uint32_t key, uint32_t value);

/* The end of a feature is its geometry. */
void geo_mvt_end_point(struct geo_mvt *mvt, struct geo_tile_point point);
/** @param n  1 or more */
void geo_mvt_end_points(struct geo_mvt *mvt, const struct geo_tile_point *points, size_t n);

/** Whether the feature has a ring yet. */
bool geo_mvt_has_rings(const struct geo_mvt *mvt);

/** A polygon or several: the rings that were added. With none the feature is left out. */
void geo_mvt_end_polygons(struct geo_mvt *mvt);

/**
 * Adds a ring to the feature: an outer one, or a hole of the outer one before it. Its direction is
 * turned to what the format wants: on a screen, outer rings run clockwise, holes the other way.
 *
 * @param points  n (3 or more) vertices, the first not repeated at the end, of an area other than
 *                0, no two neighbours equal
 */
void geo_mvt_ring(struct geo_mvt *mvt, const struct geo_tile_point *points, size_t n, bool hole);

#endif
