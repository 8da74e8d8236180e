/*
 * The inside of a query: what query.c parses and query_run.c answers.
 */
#ifndef ARO_SERVER_QUERY_INSIDE_H
#define ARO_SERVER_QUERY_INSIDE_H

#include "server/collections.h"
#include "server/filter.h"
#include "server/filter_cql2.h"
#include "server/query.h"

enum { QUERY_MAX_OFFSET = 100000000, QUERY_SCOPE_BYTES = 320, QUERY_MAX_SORT = 4 };

/** A property of sortby=. Nulls come last, whatever the direction. */
struct query_sort {
    const struct property *property;
    bool descending;
};

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
    size_t n_sort;        /* 0: the default order, or by distance */
    struct query_sort sort[QUERY_MAX_SORT];
    size_t limit, offset;
    bool has_cursor;
    struct cursor cursor;
    char scope[QUERY_SCOPE_BYTES]; /* what its cursors belong to */
};

/** Reads sortby=. @param err  ARO_BAD_INPUT: not a sortable of the collection, or too many */
bool query_sort_parse(const struct request *request, struct query *query, struct aro_error *err);

/** A page where n_sort is not 0. */
bool query_page_sorted(const struct query *query, struct query_page *page, struct aro_error *err);

/** Whether the position stands behind the cursor's key in the default order. */
bool query_is_behind(const struct point_set *points, uint32_t position,
                     const struct cursor *cursor);

/**
 * Says in a page where the next one begins.
 *
 * @param position  the last of this one
 * @param cursor    with its order and what comes first in it; the rest is filled here
 */
void query_name_next(const struct query *query, uint32_t position, struct cursor *cursor,
                     struct query_page *page);

/** Reads bbox= and bbox-crs=, and leaves what is inside; ARO_BAD_INPUT with the parameter. */
bool query_parse_bbox(const struct request *request, struct query *query, struct aro_error *err);

#endif
