/*
 * The filters on columns: territories, themes, label levels, dates. (Places and words are sets
 * that an index gives; query.c joins the two.)
 *
 * Within one parameter any of the values counts, across parameters all must hold. Those of a
 * commune (territories, label level) hold for an initiative or label through its commune, and for
 * a territory through any of its communes.
 */
#ifndef ARO_SERVER_FILTER_H
#define ARO_SERVER_FILTER_H

#include "server/datetime.h"
#include "server/http.h"

struct collection; /* collections.h */

enum { FILTER_MAX_CODES = 100 };

/** A set of small numbers. */
struct number_set {
    uint8_t *has; /* owned; n + 1 bytes, 1 where the number is in the set; NULL: no such filter,
                   * every number counts */
    uint32_t n;   /* numbers from here on, and that of none, are not in it */
};

/** The values of axe=, enjeu= or usage=. */
struct theme_choice {
    size_t n;                               /* 0: no such filter */
    const uint64_t *rows[FILTER_MAX_CODES]; /* snapshot_theme_bits() of each */
    uint64_t usages;                        /* the bits of the usages that count */
};

/** Start from {0}; filter_clear() releases. Borrows the snapshot. Immutable after parsing. */
struct filter {
    const struct snapshot *snapshot;
    bool of_initiatives; /* positions are theirs: themes and days are looked at */
    /* By position its commune; NULL: positions are those of communes, or of territories. */
    const uint32_t *commune_of;
    const uint8_t *niveau_of; /* by position its own level; NULL: that of its commune */
    bool on_commune;          /* some of these five is set: */
    struct number_set communes, epcis, departements, regions;
    uint8_t niveaux; /* bit n: level n counts; 0: no such filter */
    /* In place of those five where positions are those of territories: the ones that have such a
     * commune. */
    struct number_set positions;
    struct theme_choice themes[3];
    bool on_days; /* where positions have a time: */
    struct day_range days;
    const uint16_t *year_of; /* by position of a label its year */
    int32_t first_year, last_year;
};

/**
 * Reads the parameters that filter on columns.
 *
 * @param err  ARO_BAD_INPUT with the parameter: an unknown code or id (named), an empty value, too
 *             many values, or a parameter that the collection does not have
 */
bool filter_parse(const struct request *request, const struct collection *collection,
                  struct filter *out_filter, struct aro_error *err);
void filter_clear(struct filter *filter);

/** False when every position is accepted without looking. */
bool filter_is_set(const struct filter *filter);

bool filter_accepts(const struct filter *filter, uint32_t position);

/** What territories and label level say of a commune. */
bool filter_accepts_commune(const struct filter *filter, uint32_t commune);

/**
 * Takes out of a set of positions those that are not accepted, column by column and 64 at a time.
 *
 * @param run    the positions looked at; others stay as they are
 * @param words  the set, over all positions of the filter's collection
 */
void filter_keep(const struct filter *filter, struct geo_run run, uint64_t *words);

#endif
