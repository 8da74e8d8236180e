/*
 * The one filter grammar: parameters to a query, a query to positions of the snapshot.
 *
 * Used by every route that filters (items, map, counts, search), so that a parameter means the
 * same everywhere. Filters apply before any limit; counts are exact.
 */
#ifndef ARO_SERVER_QUERY_H
#define ARO_SERVER_QUERY_H

#include "geo/nearest.h"
#include "server/cursor.h"
#include "server/http.h"

/** Conditions of CQL2: server/filter_cql2.h. */
#define QUERY_CQL2_PARAMS                                                                          \
    (PARAM_BIT(PARAM_FILTER) | PARAM_BIT(PARAM_FILTER_LANG) | PARAM_BIT(PARAM_FILTER_CRS))
#define QUERY_BBOX_PARAMS (PARAM_BIT(PARAM_BBOX) | PARAM_BIT(PARAM_BBOX_CRS))
/** The parameters that filter initiatives; communes and labels; other territories. */
#define QUERY_INITIATIVE_PARAMS                                                                    \
    (QUERY_BBOX_PARAMS | PARAM_BIT(PARAM_NEAR) | PARAM_BIT(PARAM_RADIUS) |                         \
     PARAM_BIT(PARAM_COMMUNE) | PARAM_BIT(PARAM_EPCI) | PARAM_BIT(PARAM_DEPARTEMENT) |             \
     PARAM_BIT(PARAM_REGION) | PARAM_BIT(PARAM_AXE) | PARAM_BIT(PARAM_ENJEU) |                     \
     PARAM_BIT(PARAM_USAGE) | PARAM_BIT(PARAM_NIVEAU) | PARAM_BIT(PARAM_DATETIME) |                \
     PARAM_BIT(PARAM_Q) | QUERY_CQL2_PARAMS)
#define QUERY_COMMUNE_PARAMS                                                                       \
    (QUERY_BBOX_PARAMS | PARAM_BIT(PARAM_NEAR) | PARAM_BIT(PARAM_RADIUS) |                         \
     PARAM_BIT(PARAM_COMMUNE) | PARAM_BIT(PARAM_EPCI) | PARAM_BIT(PARAM_DEPARTEMENT) |             \
     PARAM_BIT(PARAM_REGION) | PARAM_BIT(PARAM_NIVEAU) | PARAM_BIT(PARAM_DATETIME) |               \
     PARAM_BIT(PARAM_Q) | QUERY_CQL2_PARAMS)
#define QUERY_TERRITORY_PARAMS (QUERY_COMMUNE_PARAMS & ~PARAM_BIT(PARAM_NIVEAU))
/** Properties of collections as parameters: server/filter_equal.h. */
#define QUERY_PROPERTY_PARAMS                                                                      \
    (PARAM_BIT(PARAM_ID) | PARAM_BIT(PARAM_TITRE) | PARAM_BIT(PARAM_DATE) |                        \
     PARAM_BIT(PARAM_COMMUNE_NOM) | PARAM_BIT(PARAM_POPULATION) | PARAM_BIT(PARAM_INITIATIVES) |   \
     PARAM_BIT(PARAM_COMMUNES) | PARAM_BIT(PARAM_COMMUNES_LABELLISEES) | PARAM_BIT(PARAM_ANNEE) |  \
     PARAM_BIT(PARAM_SOUS_TITRE) | PARAM_BIT(PARAM_ACTIONS) | PARAM_BIT(PARAM_SYNTHESE) |          \
     PARAM_BIT(PARAM_OUTILS) | PARAM_BIT(PARAM_PRESTATAIRES) | PARAM_BIT(PARAM_RECOMMANDATIONS) |  \
     PARAM_BIT(PARAM_RESULTATS) | PARAM_BIT(PARAM_POSITION) | PARAM_BIT(PARAM_SOURCE) |            \
     PARAM_BIT(PARAM_SOURCE_ID) | PARAM_BIT(PARAM_CREATED_AT) | PARAM_BIT(PARAM_UPDATED_AT) |      \
     PARAM_BIT(PARAM_VERSION) | PARAM_BIT(PARAM_NOM) | PARAM_BIT(PARAM_CODE) |                     \
     PARAM_BIT(PARAM_SIREN) | PARAM_BIT(PARAM_ZONE))
#define QUERY_PAGE_PARAMS                                                                          \
    (PARAM_BIT(PARAM_LIMIT) | PARAM_BIT(PARAM_CURSOR) | PARAM_BIT(PARAM_OFFSET) |                  \
     PARAM_BIT(PARAM_SORTBY) | PARAM_BIT(PARAM_RESULT_TYPE))

/**
 * Reads `limit`: more than the maximum is the maximum.
 *
 * @param err  ARO_BAD_INPUT for parameter `limit`: 0, negative, not a whole number
 */
bool query_limit(const struct request *request, size_t default_limit, size_t max_limit,
                 size_t *out_limit, struct aro_error *err);

struct collection; /* collections.h */

/** Owned by one thread; free with query_free(). Borrows the request's snapshot. */
struct query;

/**
 * Reads and checks every filter and page parameter that the request has.
 *
 * @param collection  whose positions are asked for
 * @return            owned by the caller; NULL and ARO_BAD_INPUT with err->parameter set
 */
struct query *query_new(const struct request *request, const struct collection *collection,
                        struct aro_error *err);
void query_free(struct query *query);

/**
 * Leaves only positions of the runs to match.
 *
 * @param err  ARO_NO_MEMORY: the query can then only be freed
 */
bool query_within(struct query *query, const struct geo_runs *runs, struct aro_error *err);

/** True where nothing is filtered: every position matches. */
bool query_is_all(const struct query *query);

/** A box of the map with all that bbox= allows: all of it without one, or across the antimeridian.
 */
struct geo_mercator_box query_mercator_box(const struct query *query);

/** A set of matching positions. Start from {0}; query_set_clear() releases. */
struct query_set {
    size_t n;             /* positions of the collection */
    struct geo_runs runs; /* no other position matches */
    uint64_t *bits;       /* those that do (geo/bits.h); NULL: all of the runs */
    size_t count;         /* how many */
};
void query_set_clear(struct query_set *set);
/** Makes the bits where there are none. @param err  ARO_NO_MEMORY */
bool query_set_fill(struct query_set *set, struct aro_error *err);

/**
 * All matching positions: for counts, clusters, maps. With near=, only what has a place matches.
 *
 * @param within   only positions of these runs are looked at; NULL: all
 * @param out_set  cleared by the caller, on success
 */
bool query_find(const struct query *query, const struct geo_runs *within, struct query_set *out_set,
                struct aro_error *err);

/**
 * The matching positions in the box, as runs in ascending order.
 *
 * @param out_runs  emptied first; on failure empty
 */
bool query_matches_in(const struct query *query, const struct geo_bbox *box,
                      struct geo_runs *out_runs, struct aro_error *err);

/**
 * The initiatives that the filters on columns leave (territories, label level, themes, date),
 * whatever else the request asks.
 *
 * @param out_set  cleared by the caller, on success
 */
bool query_find_by_columns(const struct request *request, struct query_set *out_set,
                           struct aro_error *err);

/** How many positions match. */
bool query_count(const struct query *query, size_t *out_count, struct aro_error *err);

/** One page of an answer. Start from {0}; query_page_clear() releases. */
struct query_page {
    size_t n_matched; /* exact, whatever the page */
    bool by_distance; /* near= was given: each feature has a distance */
    bool in_hits;     /* that, or sortby= was: hits is the page; else runs is */
    struct geo_runs runs;
    struct geo_hits hits;
    size_t n_returned;
    char next_cursor[CURSOR_TEXT_BYTES]; /* "" on the last page */
};
void query_page_clear(struct query_page *page);

/** A walk through the features of a page, in their order. Plain value; start with the page. */
struct query_walk {
    const struct query_page *page;
    size_t at;         /* the hit or run that comes next */
    uint32_t position; /* of the run, the next one; 0: its first */
};
/** @param out_distance_m  NAN without near=. @return  false behind the last feature */
bool query_next(struct query_walk *walk, uint32_t *out_position, double *out_distance_m);

/**
 * Runs the query for the page that limit, cursor and offset ask for. In the order of position, or,
 * with near=, of (distance, position), or, with sortby=, of (its properties, position).
 */
bool query_page(const struct query *query, struct query_page *out_page, struct aro_error *err);

#endif
