/*
 * What the routes compatible with the French API Géo (geo.api.gouv.fr) share: geo_api.c reads
 * parameters and puts answers together, geo_api_output.c knows which fields are asked for,
 * geo_api_fields.c writes them, geo_api_shapes.c their geometries; geo_api_places.c and
 * geo_api_territories.c know what can be asked.
 *
 * Names, types, order of members and of answers are those of API Géo; what it leaves unsaid or
 * answers wrongly is decided here and said in the documentation:
 *   - parameters unknown here are ignored, as are unknown names in fields=; a known parameter with
 *     a value that means nothing is 400;
 *   - a former code is that of the commune of today;
 *   - a member without a value is left out, but `geometry` of a Feature, which is null.
 *
 * Source: the definition and server of https://github.com/datagouv/api-geo.
 */
#ifndef ARO_SERVER_GEO_API_H
#define ARO_SERVER_GEO_API_H

#include "server/http.h"

enum api_kind { API_PLACE, API_EPCI, API_DEPARTEMENT, API_REGION };

/** One thing to answer with: plain value. */
struct api_entry {
    enum api_kind kind;
    uint32_t number; /* a place (server/snapshot_registry.h) or a territory */
    double score;    /* 0 to 1, or NAN where no name was asked for */
};

/** Start from {0}; api_entries_clear() releases. */
struct api_entries {
    struct api_entry *items;
    size_t n, capacity;
};
void api_entries_clear(struct api_entries *entries);
bool api_entries_add(struct api_entries *entries, struct api_entry entry, struct aro_error *err);

/* ---- Fields (geo_api_fields.c) ---- */

enum api_field {
    API_NOM,
    API_CODE,
    API_TYPE,
    API_CHEF_LIEU,
    API_CODE_PARENT,
    API_CODE_DEPARTEMENT,
    API_CODES_DEPARTEMENTS,
    API_SIREN,
    API_CODE_EPCI,
    API_CODE_REGION,
    API_CODES_REGIONS,
    API_CODES_POSTAUX,
    API_POPULATION,
    API_ZONE,
    API_ANCIENS_CODES,
    API_ASSOCIEES,
    API_DELEGUEES,
    API_SURFACE,
    API_CENTRE,
    API_MAIRIE,
    API_CONTOUR,
    API_BBOX,
    API_SCORE,
    API_DEPARTEMENT_OBJECT, /* these stand behind all others, as in API Géo */
    API_REGION_OBJECT,
    API_EPCI_OBJECT,
    API_FIELDS,
};

/** API_FIELDS for an unknown name. */
enum api_field api_field_find(const char *name, size_t len);
const char *api_field_name(enum api_field field);
/** Appends the value of a field; false and nothing where there is none. */
bool api_write_value(const struct snapshot *snapshot, const struct api_entry *entry,
                     enum api_field field, struct aro_buffer *out);

/* ---- Which of them (geo_api_output.c) ---- */

/** How entries are written. Plain value; fill it with api_output_read(). */
struct api_output {
    const struct snapshot *snapshot;
    enum api_field fields[API_FIELDS];
    size_t n_fields;
    bool geojson;
    enum api_field geometry; /* of GeoJSON: API_CENTRE, API_MAIRIE, API_CONTOUR or API_BBOX */
};

/**
 * Reads fields=, format= (or what Accept prefers) and geometry=.
 *
 * @param defaults   n_defaults fields without fields=
 * @param has_score  whether a name is asked for
 * @param err        ARO_BAD_INPUT: no such format or geometry
 */
bool api_output_read(const struct request *request, const enum api_field *defaults,
                     size_t n_defaults, bool has_score, struct api_output *out_output,
                     struct aro_error *err);
/** Adds a field, unless it is there. */
void api_output_add(struct api_output *output, enum api_field field);
bool api_output_has(const struct api_output *output, enum api_field field);
void api_write_entry(const struct api_output *output, const struct api_entry *entry,
                     struct aro_buffer *out);

/* ---- Geometries (geo_api_shapes.c) ---- */

/** Each appends a GeoJSON geometry; false and nothing where there is none. */
bool api_write_centre(const struct snapshot *snapshot, const struct api_entry *entry,
                      struct aro_buffer *out);
bool api_write_contour(const struct snapshot *snapshot, const struct api_entry *entry,
                       struct aro_buffer *out);
bool api_write_bbox(const struct snapshot *snapshot, const struct api_entry *entry,
                    struct aro_buffer *out);
/** Appends hectares. */
bool api_write_surface(const struct snapshot *snapshot, const struct api_entry *entry,
                       struct aro_buffer *out);
/** How many vertices api_write_contour() writes. */
size_t api_contour_vertices(const struct snapshot *snapshot, const struct api_entry *entry);

/* ---- Answers (geo_api.c) ---- */

/** limit=: SIZE_MAX without it. @param err  ARO_BAD_INPUT */
bool api_limit(const struct request *request, size_t *out_limit, struct aro_error *err);
/** zone=: a set of enum snapshot_zone, `fallback` without it. @param err  ARO_BAD_INPUT */
bool api_zones(const struct request *request, unsigned fallback, unsigned *out_zones,
               struct aro_error *err);

/** Of a comma-separated list: the next item, trimmed. False at its end. */
bool api_next_item(const char **cursor, const char **out_item, size_t *out_len);

/** A search by name: matches, and how they are scored. */
struct api_search {
    struct geo_name_matches matches;
    bool boost; /* boost=population */
};
/** Reads nom= and boost=, which must be there. @param err  ARO_BAD_INPUT */
bool api_search_names(const struct request *request, const struct geo_names *names,
                      struct api_search *out_search, struct aro_error *err);
/** 1 for the whole name; below it more with rank and population. */
double api_score(const struct api_search *search, enum geo_name_rank rank, int64_t population);

/** The code and population of an entry. */
const char *api_code(const struct snapshot *snapshot, const struct api_entry *entry);
int64_t api_population(const struct snapshot *snapshot, const struct api_entry *entry);

/**
 * Keeps the first entries in the order of score, population and code. Without a limit it sorts
 * all.
 */
void api_keep_best(const struct snapshot *snapshot, struct api_entries *entries, size_t limit);

/** Writes a list of entries. @param err  ARO_BAD_INPUT: too many vertices of contours */
bool api_answer_list(const struct api_output *output, const struct api_entries *entries,
                     struct response *response, struct aro_error *err);
bool api_answer_one(const struct api_output *output, const struct api_entry *entry,
                    struct response *response, struct aro_error *err);

/* ---- What other files of it need ---- */

/** The communes of a territory of the path, for /epcis/{code}/communes and its kin. */
bool api_answer_communes_of(const struct request *request, enum api_kind kind, uint32_t number,
                            struct response *response, struct aro_error *err);

#endif
