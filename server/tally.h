/*
 * How many initiatives of a set there are by territory, theme, year or label: what /counts and the
 * choropleth are made from.
 */
#ifndef ARO_SERVER_TALLY_H
#define ARO_SERVER_TALLY_H

#include "geo/buffer.h"
#include "server/query.h"

/** What initiatives are counted by. Each has slots, one for each key that there may be. */
enum tally_by {
    BY_REGION,
    BY_DEPARTEMENT,
    BY_EPCI,
    BY_COMMUNE,
    BY_AXE,
    BY_ENJEU,
    BY_USAGE,
    BY_ANNEE,
    BY_NIVEAU,
    N_TALLY_BY
};
extern const char *const tally_names[N_TALLY_BY];

/** Start from {0}; tally_clear() releases. */
struct tally {
    enum tally_by by;
    size_t n_slots;
    uint32_t *slots; /* owned; by number of the territory, commune, theme, by year or by level; at
                      * n_slots those without a value */
};
void tally_clear(struct tally *tally);

/** True for what one initiative may be in several times. */
bool tally_is_multiple(enum tally_by by);

/** @param set  of the initiatives of the snapshot; NULL: all of them */
bool tally_make(const struct snapshot *snapshot, enum tally_by by, struct query_set *set,
                struct tally *out_tally, struct aro_error *err);

/** What stands before the count of a commune, from the separating comma on. */
void tally_write_commune(const struct snapshot *snapshot, uint32_t commune, struct aro_buffer *out);

/** Writes those with a count, in the order of their keys: [{"key":…,"label":…,"count":…},…]. */
void tally_write(const struct snapshot *snapshot, const struct tally *tally,
                 struct aro_buffer *out);

#endif
