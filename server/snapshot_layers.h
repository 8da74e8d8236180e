/*
 * The territories of a snapshot as layers of a map: communes as their contours are, EPCIs,
 * départements and régions as the unions of their communes.
 *
 * A shape is the territory of the same number: shape i is commune position i, or the snapshot's
 * EPCI, département or région i. Without a contour, or a commune that has one, it is empty.
 */
#ifndef ARO_SERVER_SNAPSHOT_LAYERS_H
#define ARO_SERVER_SNAPSHOT_LAYERS_H

#include <stdatomic.h>

#include "geo/levels.h"
#include "server/image.h"

struct snapshot_draft;

enum snapshot_layer_kind {
    SNAPSHOT_LAYER_COMMUNES,
    SNAPSHOT_LAYER_EPCIS,
    SNAPSHOT_LAYER_DEPARTEMENTS,
    SNAPSHOT_LAYER_REGIONS,
    SNAPSHOT_LAYERS,
};

/** Immutable after build. */
struct snapshot_layer {
    struct geo_levels *levels;   /* what tiles are drawn from */
    struct geo_mercator *labels; /* by shape: a point inside of it; 0, 0 where it is empty */
};

/** Immutable after build, but for the count: snapshots of the same contours share them. */
struct snapshot_layers {
    struct snapshot_layer of_kind[SNAPSHOT_LAYERS];
    atomic_size_t references;
    struct image *image; /* what they lie in, where it is a mapped file: one reference; else NULL */
};

/** Drops one reference. NULL is allowed. */
void snapshot_layers_release(struct snapshot_layers *layers);

/**
 * A step of the building: makes all layers out of the contours, in some three seconds of one core
 * for those of France, which take 68 MB; or takes those of the snapshot before, where contours and
 * territories are the same. May run beside draft_read_initiatives().
 */
bool draft_build_layers(struct snapshot_draft *draft, struct aro_error *err);

#endif
