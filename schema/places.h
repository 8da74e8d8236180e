/*
 * The communes in memory, by every code that leads to them: what imports check against.
 *
 * A code of today comes first; then codes of arrondissements, of communes déléguées and associées,
 * and former codes. Immutable after load.
 */
#ifndef ARO_SCHEMA_PLACES_H
#define ARO_SCHEMA_PLACES_H

#include "schema/store.h"

struct schema_places;

struct schema_place {
    char code[8]; /* of the commune of today */
    bool metro;   /* in metropolitan France */
    bool has_centre;
    struct geo_coord centre;
};

/** Owned by the caller, who calls schema_places_free(). */
bool schema_places_load(struct schema_store *store, struct schema_places **out_places,
                        struct aro_error *err);
void schema_places_free(struct schema_places *places);

/** Borrowed until the places are freed; NULL when no commune has or had this code. */
const struct schema_place *schema_places_find(const struct schema_places *places, const char *code,
                                              size_t code_len);

#endif
