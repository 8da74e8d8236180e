/*
 * The GeoJSON text of one public feature (RFC 7946), written once and sent often.
 *
 * A text begins with the comma that separates it from the one before and ends with the closing
 * braces of its `properties` and of itself, so that members can be written before the last two
 * bytes. The same row always gives the same bytes. Members come in the order of the public
 * documentation; a list or prose that is not there is left out of the full profile, any other
 * member without a value is null.
 */
#ifndef ARO_SERVER_FEATURE_TEXT_H
#define ARO_SERVER_FEATURE_TEXT_H

#include "schema/model.h"

/** What an initiative's text says beside its own row. Borrowed for the call. */
struct feature_initiative {
    const struct schema_initiative *row;
    const char *commune_nom;
    int niveau;                              /* newest label of the commune, 0 for none */
    const char *const *axes;                 /* n_axes ids, in taxonomy order */
    size_t n_axes;                           /* of the axes that its usages belong to */
    const char *epci, *departement, *region; /* codes; NULL where in none */
};

void feature_initiative_compact(struct aro_buffer *out, const struct feature_initiative *feature);

/** @param compact  compact_len bytes, the same feature's compact text: the full one goes on from it
 */
void feature_initiative_full(struct aro_buffer *out, const struct feature_initiative *feature,
                             const char *compact, size_t compact_len);

struct feature_label {
    int annee, niveau;
};

/** Borrowed for the call. */
struct feature_commune {
    const struct schema_commune *row;
    int niveau; /* newest label, 0 for none */
    uint32_t n_initiatives;
    const struct feature_label *labels; /* n_labels, newest first */
    size_t n_labels;
};

void feature_commune(struct aro_buffer *out, const struct feature_commune *feature);

/** An EPCI, département or région. Borrowed for the call. */
struct feature_territory {
    const char *code, *nom;
    bool has_centre;
    struct geo_coord centre;
    int64_t population; /* SCHEMA_POPULATION_UNKNOWN where not known */
    uint32_t n_communes, n_initiatives, n_labelled;
};

void feature_territory(struct aro_buffer *out, const struct feature_territory *feature);

/**
 * A label, at the centre of its commune.
 *
 * @param id   "2020-13056"
 * @param row  with the commune's code of today
 */
void feature_label_alone(struct aro_buffer *out, const char *id, const struct schema_label *row,
                         const char *commune_nom, bool has_centre, struct geo_coord centre);

/**
 * Appends the text of a commune or a territory with another number of initiatives.
 *
 * @param text  len bytes, as feature_commune() or feature_territory() wrote it
 */
void feature_recounted(struct aro_buffer *out, const char *text, size_t len,
                       uint32_t n_initiatives);

#endif
