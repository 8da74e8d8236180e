/*
 * The inside of a query: what query.c parses and query_run.c answers.
 */
#ifndef ARO_SERVER_QUERY_INSIDE_H
#define ARO_SERVER_QUERY_INSIDE_H

#include "server/collections.h"
#include "server/filter.h"
#include "server/filter_cql2.h"
#include "server/query.h"

enum { QUERY_MAX_OFFSET = 100000000, QUERY_SCOPE_BYTES = 160 };

struct query {
    const struct snapshot *snapshot;
    const struct collection *collection;
    const struct point_set *points;
    struct filter filter;
    struct filter_cql2 *cql2; /* owned; NULL without filter= */
    bool has_bbox;
    struct geo_bbox bbox;
    bool has_near;
    struct geo_point near;
    double radius_m; /* INFINITY: no radius */
    bool is_only;
    struct geo_runs only; /* the positions that query_within() left */
    uint64_t *words;      /* owned: the positions that hold every word of q; NULL: no q */
    size_t limit, offset;
    bool has_cursor;
    struct cursor cursor;
    char scope[QUERY_SCOPE_BYTES]; /* what its cursors belong to */
};

#endif
