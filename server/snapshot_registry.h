/*
 * The registry of places in a snapshot: what the official geographic code lists beside the communes
 * of today, and the orders in which places are asked for by code and by name.
 *
 * A place is a commune (its position) or, from the number of communes on, a part of one: an
 * arrondissement of Paris, Lyon or Marseille, a commune déléguée or associée.
 */
#ifndef ARO_SERVER_SNAPSHOT_REGISTRY_H
#define ARO_SERVER_SNAPSHOT_REGISTRY_H

#include "geo/names.h"
#include "schema/model.h"

enum snapshot_part_kind {
    SNAPSHOT_ARRONDISSEMENT,
    SNAPSHOT_ASSOCIEE,
    SNAPSHOT_DELEGUEE,
    SNAPSHOT_PART_KINDS,
};

struct snapshot_part {
    char code[8];
    enum snapshot_part_kind kind;
    uint32_t commune; /* position */
    int64_t population;
    const char *nom, *codes_postaux; /* as in the columns of communes */
};

struct snapshot_postal_code {
    char code[8];
    uint32_t place; /* a commune or an arrondissement */
};

/** A former code, and the commune that it is of today. */
struct snapshot_ancien {
    uint32_t commune; /* position */
    char code[8];
};

/** Immutable after build. */
struct snapshot_registry {
    struct snapshot_part *parts; /* n_parts, by kind, then code */
    size_t n_parts;
    size_t part_starts[SNAPSHOT_PART_KINDS + 1]; /* of each kind among the parts */
    uint32_t *parts_of;                          /* n_parts, by commune, kind and code */
    struct snapshot_ancien *anciens;             /* n_anciens, by commune, then code */
    size_t n_anciens;
    struct snapshot_postal_code *postal_codes; /* n_postal_codes, by code, then place */
    size_t n_postal_codes;
    uint32_t *members;                      /* the communes in an EPCI: by EPCI, then code */
    uint32_t *member_starts;                /* n_epcis + 1 */
    struct geo_names *names;                /* of places, by nothing but their name */
    struct geo_names *arrondissement_names; /* and by code: items are parts */
};

void snapshot_registry_clear(struct snapshot_registry *reg);

/** The parts of a commune: *out_n numbers of parts from the one returned on. */
const uint32_t *snapshot_parts_of(const struct snapshot_registry *reg, uint32_t commune,
                                  size_t *out_n);
/** The former codes of a commune. */
const struct snapshot_ancien *snapshot_anciens_of(const struct snapshot_registry *reg,
                                                  uint32_t commune, size_t *out_n);
/** The communes and arrondissements with a postal code. */
const struct snapshot_postal_code *snapshot_postal_code(const struct snapshot_registry *reg,
                                                        const char *code, size_t *out_n);
/** The number of the part of a kind with the code, or SNAPSHOT_NONE. */
uint32_t snapshot_part(const struct snapshot_registry *reg, enum snapshot_part_kind kind,
                       const char *code);

#endif
