/*
 * Sets of positions as runs: what searches answer with. Neighbours on the map are neighbours in
 * memory, so that hundreds of positions are a few runs.
 */
#ifndef ARO_GEO_RUNS_H
#define ARO_GEO_RUNS_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

/** Consecutive positions: first to end - 1. Plain value. */
struct geo_run {
    uint32_t first, end;
};

/**
 * Ascending, disjoint, never touching runs. Start from {0}; geo_runs_clear() releases. To use the
 * room again, set n to 0.
 */
struct geo_runs {
    struct geo_run *items; /* owned */
    size_t n, capacity;
};

void geo_runs_clear(struct geo_runs *runs);

/**
 * Appends positions first to end - 1 (none when they are equal), at or behind the start of the
 * last run; joins runs that touch or overlap.
 */
bool geo_runs_add(struct geo_runs *runs, uint32_t first, uint32_t end, struct aro_error *err);

/** How many positions the runs hold. */
size_t geo_runs_count(const struct geo_runs *runs);

#endif
