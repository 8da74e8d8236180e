#include "server/collections.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "geo/bits.h"
#include "server/text.h"

/* ---- One item ---- */

static uint32_t find_initiative(const struct snapshot *snapshot, const char *id)
{
    int64_t number;
    return text_id_parse(id, &number) ? snapshot_initiative(snapshot, number) : SNAPSHOT_NONE;
}

/* ---- Words ---- */

static bool search_words(const struct snapshot *snapshot, const char *q, uint64_t *out_bits,
                         struct aro_error *err)
{
    return geo_words_search(snapshot->initiative.words, q, strlen(q), out_bits, err);
}

/* Communes are found by their names and codes, as the search field finds them. */
static bool search_communes(const struct snapshot *snapshot, const char *q, uint64_t *out_bits,
                            struct aro_error *err)
{
    size_t n = 0;
    uint32_t *items = array_new(snapshot->communes.n, sizeof *items, err);
    bool ok = items && geo_names_search(snapshot->commune_names, q, strlen(q), snapshot->communes.n,
                                        items, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        geo_bits_add(out_bits, items[i]);
    free(items);
    return ok;
}

/* ---- The table ---- */

const struct collection collections[N_COLLECTIONS] = {
    [COLLECTION_INITIATIVES] =
        {.id = "initiatives",
         .title = "Initiatives",
         .description =
             "Sheets in which town halls describe their digital projects, each at a place.",
         .item = "initiative",
         .item_id = "a whole number",
         .properties = &properties_of_initiatives,
         .points = offsetof(struct snapshot, initiatives),
         .filters = QUERY_INITIATIVE_PARAMS,
         .find_item = find_initiative,
         .search = search_words,
         .counted_by = N_TALLY_BY},
    [COLLECTION_COMMUNES] =
        {.id = "communes",
         .title = "Communes",
         .description = "The communes of France with their newest label. Those whose centre is not "
                        "known have no geometry.",
         .item = "commune",
         .item_id = "an INSEE code such as 13056 or 2A004",
         .properties = &properties_of_communes,
         .points = offsetof(struct snapshot, communes),
         .filters = QUERY_COMMUNE_PARAMS,
         .find_item = snapshot_commune,
         .search = search_communes,
         .counted_by = BY_COMMUNE},
};

const struct collection *collection_find(const char *id, struct aro_error *err)
{
    struct aro_buffer names = {0};
    for (size_t i = 0; i < N_COLLECTIONS; i++) {
        if (strcmp(collections[i].id, id) == 0) {
            aro_buffer_clear(&names);
            return &collections[i];
        }
        aro_buffer_printf(&names, "%s%s", i ? ", " : "", collections[i].id);
    }
    aro_error_set(err, ARO_NOT_FOUND, "there is no collection '%.60s': there are %.*s", id,
                  (int)names.len, names.data ? names.data : "");
    aro_buffer_clear(&names);
    return NULL;
}

const struct point_set *collection_points(const struct collection *collection,
                                          const struct snapshot *snapshot)
{
    return (const struct point_set *)((const char *)snapshot + collection->points);
}
