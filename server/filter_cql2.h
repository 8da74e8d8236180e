/*
 * The parameters filter, filter-lang and filter-crs: conditions of CQL2 on the properties of a
 * collection.
 *
 * Every property may be named: those in columns are read there, the others from the finished text
 * of the feature, one by one (some two microseconds a feature). One that is neither text, number,
 * date, instant nor a list of texts can only be asked whether it is null.
 *
 * Sources: OGC 21-065r2 (CQL2); OGC 19-079r2 (Features Part 3), requirements class "Filter".
 */
#ifndef ARO_SERVER_FILTER_CQL2_H
#define ARO_SERVER_FILTER_CQL2_H

#include "server/http.h"

struct collection; /* collections.h */

/** Owned by one thread: it remembers what it worked out. Borrows the snapshot. */
struct filter_cql2;

/**
 * @param out_filter  owned by the caller, who calls filter_cql2_free(); NULL without filter=
 * @param err         ARO_BAD_INPUT or ARO_TOO_LARGE with the parameter, and the place in the filter
 */
bool filter_cql2_parse(const struct request *request, const struct collection *collection,
                       struct filter_cql2 **out_filter, struct aro_error *err);
void filter_cql2_free(struct filter_cql2 *filter);

/** A box outside of which nothing matches; false where none is known. */
bool filter_cql2_box(const struct filter_cql2 *filter, struct geo_bbox *out_box);

/** Those of 64 positions that match. @param which  as bits of a word of geo/bits.h */
uint64_t filter_cql2_keep(struct filter_cql2 *filter, uint32_t word, uint64_t which);

/** False and err once something could not be worked out: what was kept since means nothing. */
bool filter_cql2_ok(const struct filter_cql2 *filter, struct aro_error *err);

#endif
