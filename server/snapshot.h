/*
 * The snapshot: everything that answers are made from, in memory, immutable, shared by reference
 * count. A read takes a reference, answers from it, drops it; publishing another one never waits.
 *
 * Collections of points (initiatives, communes, territories by their centres, labels) stand in
 * Hilbert order: what is at index i of one array belongs to position i of the others. Communes are
 * dense numbers (their position); territories and usages too (their place in the arrays below).
 */
#ifndef ARO_SERVER_SNAPSHOT_H
#define ARO_SERVER_SNAPSHOT_H

#include "geo/cluster.h"
#include "geo/index.h"
#include "geo/names.h"
#include "geo/words.h"
#include "schema/store.h"
#include "server/image.h"
#include "server/snapshot_contours.h"
#include "server/snapshot_layers.h"
#include "server/snapshot_registry.h"
#include "server/text_block.h"
#include "server/text_pool.h"

enum { SNAPSHOT_NONE = UINT32_MAX, SNAPSHOT_MIXED = UINT32_MAX - 1 };
enum { SNAPSHOT_MAX_USAGES = 64, SNAPSHOT_AXES = 4 };

/**
 * Points in Hilbert order. The first n_placed positions have a place and are in the index; the
 * rest (communes without a known centre) follow in the order of their id.
 * Each feature's GeoJSON text begins with the separating comma and ends with the closing braces of
 * its `properties` and of itself, so that members can be written before the last two bytes.
 */
struct point_set {
    size_t n, n_placed;
    struct geo_coord *coords;    /* n_placed */
    struct geo_mercator *places; /* n_placed */
    uint64_t *hilbert_keys;      /* n; UINT64_MAX without a place: with id the default order */
    int64_t *ids;                /* n; of communes and territories see snapshot_code_id() */
    struct geo_index *index;     /* over n_placed */
    struct text_block compact;   /* initiatives only; communes have full only */
    struct text_block full;
};

enum snapshot_zone { SNAPSHOT_METRO = 1, SNAPSHOT_DROM = 2, SNAPSHOT_COM = 4 };

struct snapshot_territory {
    char code[12], *nom;
    char chef_lieu[8];       /* a commune's code; "" where there is none, and of an EPCI */
    const char *type;        /* of an EPCI: "CC", …; else NULL */
    enum snapshot_zone zone; /* of an EPCI that of its communes; 0 where it has none */
    uint32_t region;    /* of a département: its number among the regions; else SNAPSHOT_NONE */
    int64_t population; /* of those whose number is known; SCHEMA_POPULATION_UNKNOWN without any */
    uint32_t n_communes, n_initiatives, n_labelled;
};

struct snapshot_theme {
    char id[12], *libelle;
    int niveau;      /* 1 axe, 2 enjeu, 3 usage */
    uint32_t parent; /* SNAPSHOT_NONE for an axe */
    uint64_t usages; /* the bits of the usages at or below it */
};

/** Columns of the communes, by commune position. */
struct commune_columns {
    char (*codes)[8];
    char **noms;
    int64_t *populations;                     /* SCHEMA_POPULATION_UNKNOWN where not known */
    uint32_t *epcis, *departements, *regions; /* SNAPSHOT_NONE where in none */
    uint8_t *niveaux;                         /* newest label, 0 for none */
    uint32_t *n_initiatives;
    char **codes_postaux;      /* compact JSON arrays of text */
    char **sirens;             /* NULL where there is none */
    uint8_t *zones;            /* enum snapshot_zone */
    uint32_t *by_code;         /* n positions in the order of code: for lookups */
    struct text_block counted; /* in the order of code: tally_write_commune() of each */
};

enum { SNAPSHOT_TERRITORY_KINDS = SCHEMA_EPCI + 1 };

/** The territories of one kind as points: a centre is known where a commune of it has a contour. */
struct territory_points {
    struct point_set points;
    uint32_t *numbers;       /* by position: its number among the territories of the kind */
    uint32_t *positions;     /* by number */
    struct geo_names *names; /* items are positions */
};

enum { SNAPSHOT_LABEL_ID_BYTES = 16 };

/** Columns of the labels, by label position: where their commune is. */
struct label_columns {
    char (*ids)[SNAPSHOT_LABEL_ID_BYTES]; /* "2020-13056" */
    uint32_t *communes;                   /* commune position */
    uint16_t *annees;
    uint8_t *niveaux;
    uint32_t *by_id; /* n positions in the order of year, then code */
};

/** A code that is no commune's today, and the commune that it leads to. */
struct snapshot_former_code {
    char code[8];
    uint32_t commune;
};

/**
 * Columns of the initiatives, by initiative position. Those that filters read 64 at a time have
 * room for 64 * geo_bits_words(n).
 */
struct initiative_columns {
    uint32_t *communes; /* commune position */
    uint64_t *usages;   /* bit set */
    uint8_t *axes;      /* bit set */
    int32_t *days;      /* days since 1970-01-01 */
    uint16_t *years;    /* of the days */
    uint32_t *block_regions, *block_departements,
        *block_epcis;     /* by geo_bits_words(n): the number
                           * of the territory that 64 positions are all in; else SNAPSHOT_MIXED */
    uint64_t *theme_bits; /* see snapshot_theme_bits() */
    struct geo_cluster_block *blocks;
    struct geo_cluster_points clustering; /* of those with a place; borrows from all around */
    struct text_block titres;
    uint32_t *by_id; /* n positions in the order of id */
    struct geo_words *words;
};

struct snapshot_headline { /* the figures of the home page, of the newest label year */
    int annee;
    uint32_t labelled_communes, initiatives;
    int64_t labelled_population;
    int64_t population; /* of all communes whose number is known */
    bool synthetic;     /* some initiatives are invented, for demonstration */
};

/** Immutable after build, but for the reference count and what snapshot_pack() adds. */
struct snapshot {
    struct schema_state state;
    char version[33];     /* hex; same version, same bytes of every answer */
    char last_change[32]; /* of the initiatives: the newest updated_at; "" without any */
    struct point_set initiatives, communes, labels;
    struct territory_points territories[SNAPSHOT_TERRITORY_KINDS];
    struct initiative_columns initiative;
    struct commune_columns commune;
    struct label_columns label;
    struct snapshot_territory *regions, *departements, *epcis; /* in the order of code */
    size_t n_regions, n_departements, n_epcis;
    struct snapshot_theme *themes; /* in taxonomy order: an axe, its enjeu, their usages, … */
    size_t n_themes, n_usages;
    uint32_t *usage_themes;                    /* theme number of usage bit i */
    struct snapshot_former_code *former_codes; /* in the order of code */
    size_t n_former_codes;
    struct snapshot_registry registry;
    struct geo_names *commune_names; /* names and codes; items are commune positions */
    struct geo_names *former_names;  /* what else leads to a commune: the same items */
    struct geo_names *theme_names;   /* items are theme numbers */
    struct snapshot_contours contours;
    struct snapshot_layers *layers; /* one reference */
    /* Initiatives by territory: cell.x of an area is the number of its region, n_regions and that
     * of its département, or the sum of both for those in none. Without a region, and among
     * departement_areas always, they are in that of their département. */
    struct geo_cluster_areas region_areas, departement_areas;
    struct snapshot_headline headline;
    struct text_block counts; /* of all initiatives, by enum tally_by: the JSON of their counts */
    size_t bytes;             /* held, but for what is deflated ahead: for the metrics */
    struct text_pool texts;   /* what the columns' names and labels point into */

    struct image *image; /* what it lies in, where it is a mapped file: one reference; else NULL */
    struct snapshot_edits *edits; /* of a mapped one; NULL: it is as it was saved */

    size_t packed_max_bytes; /* of the order that it was packed by */
    atomic_bool is_packed;
    atomic_llong references; /* the rest is snapshot_holder.c's */
    atomic_bool *slot_taken; /* of the holder that published it; NULL before */
};

/** Where there is room for the texts while a snapshot is built, and until it is kept elsewhere; and
 * whether it is still wanted. */
struct snapshot_room {
    uint64_t memory_bytes; /* so many may be in memory; more of them go to files without a name */
    const char *folder;    /* where these are; NULL: the folder that TMPDIR names, or else /tmp */
    bool (*is_unwanted)(void *context); /* asked now and then: true gives it up; NULL: never */
    void *context;
};

/** An eighth of the machine's memory, and then files in the folder. It is always wanted. */
struct snapshot_room snapshot_room_of(const char *folder);

/**
 * Reads everything from the store in one transaction and builds.
 *
 * @param before  what was built of the store before, or NULL: what has not changed since may be
 *                shared with it. Borrowed for the call
 * @param err     ARO_STOPPED: not wanted any more
 * @return        one reference, owned by the caller
 */
struct snapshot *snapshot_build(struct schema_store *store, const struct snapshot *before,
                                const struct snapshot_room *room, struct aro_error *err);

/** Lists what it consists of (geo/blocks.h), itself first, with what has been deflated ahead. */
void snapshot_blocks(const struct snapshot *snapshot, struct geo_blocks *out_blocks);

/**
 * Deflates ahead the texts that answers are made of, those that fit. What is done is used at once,
 * and stays where the rest is given up: another call goes on from there. One thread at a time.
 *
 * @param order  max_bytes: of them all. Each set is made with what the ones before have left
 */
void snapshot_pack(const struct snapshot *snapshot, const struct packed_order *order);

/** Whether that has been done, for those that fit. */
bool snapshot_is_packed(const struct snapshot *snapshot);
/** How many bytes the texts hold that have been deflated ahead. */
size_t snapshot_packed_bytes(const struct snapshot *snapshot);

/** Drops a reference; the last one frees. NULL is allowed. */
void snapshot_release(const struct snapshot *snapshot);

/**
 * Where the current snapshot is found. Readers never wait and take no lock; publishers take turns
 * by a mutex. It outlives every reference acquired from it.
 */
struct snapshot_holder;
struct snapshot_holder *snapshot_holder_new(struct aro_error *err);
/** Drops the current snapshot. */
void snapshot_holder_free(struct snapshot_holder *holder);
/** A reference to the current snapshot, which the caller releases; NULL before the first. */
const struct snapshot *snapshot_acquire(struct snapshot_holder *holder);
/** How many are in memory: the current one, and older ones while something still holds them. */
size_t snapshot_holder_held(const struct snapshot_holder *holder);
/** Takes the reference and makes it the current one. */
void snapshot_publish(struct snapshot_holder *holder, struct snapshot *snapshot);

/** The set of the initiatives of a theme or of what is below it; empty behind the last theme. */
static inline const uint64_t *snapshot_theme_bits(const struct snapshot *snapshot, size_t theme)
{
    return snapshot->initiative.theme_bits + theme * geo_bits_words(snapshot->initiatives.n);
}

/**
 * A code as a number that orders as the code does ("01004" below "2A004").
 *
 * @param code  of digits and capital letters, at most ten
 */
int64_t snapshot_code_id(const char *code);
/** A year and the code of a commune as a number that orders as year, then code. */
int64_t snapshot_label_id(int annee, const char *code);

/** "metro", "drom" or "com". */
const char *snapshot_zone_name(enum snapshot_zone zone);
/** 0 for any other text. */
enum snapshot_zone snapshot_zone_of(const char *name, size_t len);

/* Lookups: the number, or SNAPSHOT_NONE. */
uint32_t snapshot_commune(const struct snapshot *snapshot, const char *code); /* former too */
uint32_t snapshot_initiative(const struct snapshot *snapshot, int64_t id);
uint32_t snapshot_territory(const struct snapshot *snapshot, enum schema_territory_kind kind,
                            const char *code);
uint32_t snapshot_theme(const struct snapshot *snapshot, const char *id);
/** @param id  "2020-13056"; a former code of the commune will do */
uint32_t snapshot_label(const struct snapshot *snapshot, const char *id);

/** All of one kind, in the order of code. */
const struct snapshot_territory *snapshot_territories(const struct snapshot *snapshot,
                                                      enum schema_territory_kind kind,
                                                      size_t *out_n);

#endif
