/*
 * The filters on columns: territories, themes, label levels, dates. (Places and words are sets
 * that an index gives; query.c joins the two.)
 *
 * Within one parameter any of the values counts, across parameters all must hold. Those of a
 * commune (territories, label level) hold for an initiative through its commune.
 */
#ifndef ARO_SERVER_FILTER_H
#define ARO_SERVER_FILTER_H

#include "server/datetime.h"
#include "server/http.h"

enum { FILTER_MAX_CODES = 100 };

/** A set of small numbers. */
struct number_set {
    uint64_t *bits; /* owned; NULL: no such filter, every number counts */
};

/** Start from {0}; filter_clear() releases. Borrows the snapshot. Immutable after parsing. */
struct filter {
    const struct snapshot *snapshot;
    bool of_communes; /* positions are those of communes, else of initiatives */
    bool on_commune;  /* some of these five is set: */
    struct number_set communes, epcis, departements, regions;
    uint8_t niveaux;    /* bit n: level n counts; 0: no such filter */
    bool on_themes[3];  /* axe=, enjeu=, usage= is set: */
    uint64_t usages[3]; /* the bits of the usages that count */
    bool on_days;
    struct day_range days;
};

/**
 * Reads the parameters that filter on columns.
 *
 * @param err  ARO_BAD_INPUT with the parameter: an unknown code or id (named), an empty value, too
 *             many values, or a parameter that communes do not have
 */
bool filter_parse(const struct request *request, bool of_communes, struct filter *out_filter,
                  struct aro_error *err);
void filter_clear(struct filter *filter);

/** False when every position is accepted without looking. */
bool filter_is_set(const struct filter *filter);

bool filter_accepts(const struct filter *filter, uint32_t position);

#endif
