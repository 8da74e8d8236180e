/*
 * The collections that are served, described once: what is a collection's own stands in this
 * table, and routes, filters and descriptions look it up there.
 */
#ifndef ARO_SERVER_COLLECTIONS_H
#define ARO_SERVER_COLLECTIONS_H

#include "server/http.h"
#include "server/property.h"
#include "server/tally.h"

enum collection_kind {
    COLLECTION_INITIATIVES,
    COLLECTION_COMMUNES,
    COLLECTION_EPCIS,
    COLLECTION_DEPARTEMENTS,
    COLLECTION_REGIONS,
    COLLECTION_LABELS,
    N_COLLECTIONS
};

/** The position of the item of that id, former ids too; SNAPSHOT_NONE where there is none. */
typedef uint32_t collection_find_item_fn(const struct snapshot *snapshot, const char *id);

/**
 * The positions that q= means.
 *
 * @param out_bits  geo_bits_words() of the collection's positions, given as zeros
 * @param err       ARO_BAD_INPUT: nothing to look for
 */
typedef bool collection_search_fn(const struct snapshot *snapshot, const char *q,
                                  uint64_t *out_bits, struct aro_error *err);

struct collection {
    const char *id, *title, *description;
    const char *item, *item_id; /* one of them, and what its id looks like */
    const struct property_table *properties;
    size_t points;     /* where in struct snapshot its point set is */
    param_set filters; /* of QUERY_INITIATIVE_PARAMS, those that mean something here */
    collection_find_item_fn *find_item;
    collection_search_fn *search;
    enum tally_by counted_by; /* of its property `initiatives`; N_TALLY_BY where it has none */
    bool of_territories;      /* EPCIs, départements, régions: */
    enum schema_territory_kind territory;
};
/** By enum collection_kind. */
extern const struct collection collections[N_COLLECTIONS];

/** Initiatives alone are told of in a feed (feed.c). */
static inline bool collection_has_feed(const struct collection *collection)
{
    return collection == &collections[COLLECTION_INITIATIVES];
}

/** NULL and ARO_NOT_FOUND, with the names of those that there are. */
const struct collection *collection_find(const char *id, struct aro_error *err);

/** Whether it is of the State's reference data, and not of who publishes this site. */
bool collection_is_official(const struct collection *collection);

/** Address of its licence; NULL where nobody told. What is official is under Licence Ouverte. */
const char *collection_licence(const struct collection *collection,
                               const struct settings *settings);

const struct point_set *collection_points(const struct collection *collection,
                                          const struct snapshot *snapshot);

/** Appends the collection's description as a JSON object, with links to itself and its items. */
void collection_write(const struct request *request, const struct collection *collection,
                      struct aro_buffer *out);

/** Appends ,"extent":{…}: boxes, and the time of what has dates. */
void collection_write_extent(const struct collection *collection, const struct snapshot *snapshot,
                             struct aro_buffer *out);

/** Appends {"href":…,"rel":…,"type":…,"title":…}; href is the base URL and the path. */
void link_write(const struct request *request, struct aro_buffer *out, const char *path,
                const char *rel, const char *type, const char *title);

#endif
