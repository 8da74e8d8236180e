/*
 * Which communes, and parts of communes, a request to the API Géo routes means: geo_api_filter.c;
 * geo_api_places.c answers with them.
 */
#ifndef ARO_SERVER_GEO_API_PLACES_H
#define ARO_SERVER_GEO_API_PLACES_H

#include "server/geo_api.h"

/** Those of the registry's parts come behind communes of today. */
enum { PLACE_COMMUNE, PLACE_PARTS, PLACE_TYPES = PLACE_PARTS + SNAPSHOT_PART_KINDS };

/** What a route asks for by itself, and how it answers. */
struct place_family {
    int types[PLACE_TYPES], n_types; /* without type=, in this order */
    enum api_field fields[8];        /* without fields= */
    size_t n_fields;
};

extern const struct place_family places_communes, places_parts, places_arrondissements;

/** What is asked for. A number that is SNAPSHOT_NONE matches nothing, where has_ says that it was
 * asked for. */
struct place_filter {
    const struct snapshot *snapshot;
    int types[PLACE_TYPES], n_types;
    unsigned zones;
    const char *nom, *code, *code_postal, *siren; /* NULL where not asked for */
    uint32_t of_code[PLACE_TYPES]; /* the n_of_code places with the code, in the order of types */
    size_t n_of_code;
    const struct snapshot_postal_code *of_postal; /* n_of_postal */
    size_t n_of_postal;
    bool has_epci, has_departement, has_region, has_commune, has_parent;
    uint32_t epci, departement, region, parent;
    uint32_t commune; /* that a point or a former code leads to */
};

/** @param err  ARO_BAD_INPUT; ARO_NOT_FOUND: a point, and no contours */
bool place_filter_read(const struct request *request, const struct place_family *family,
                       struct place_filter *out_filter, struct aro_error *err);

/** Adds what matches, the best first where a name is asked for, else by type and code. */
bool place_filter_find(const struct request *request, const struct place_filter *filter,
                       size_t limit, struct api_entries *entries, struct aro_error *err);

/* By code; SNAPSHOT_NONE where there is none. */
uint32_t place_of_today(const struct snapshot *snapshot, const char *code);
/** The commune of today that a code which is no commune's any more leads to. */
uint32_t place_of_former_code(const struct snapshot *snapshot, const char *code);
/** The part with the code, of the types of the family. */
uint32_t place_of_part(const struct snapshot *snapshot, const struct place_family *family,
                       const char *code);

#endif
