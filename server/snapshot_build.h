/*
 * Inside the building of a snapshot: the draft that its steps fill in turn.
 *
 * Rows come from the store in the order of their code or id; a position is the place in Hilbert
 * order. The store is read by one thread; what needs rows already read may run beside it.
 */
#ifndef ARO_SERVER_SNAPSHOT_BUILD_H
#define ARO_SERVER_SNAPSHOT_BUILD_H

#include "schema/contours.h"
#include "server/snapshot.h"

/** What places a row among the points. Plain value. */
struct point_row {
    int64_t id;
    struct geo_coord position;
    bool has_position;
};

/** What is kept of a commune's row until its text can be written. */
struct commune_row {
    char *nom, *codes_postaux, *siren; /* the snapshot's */
    enum snapshot_zone zone;
    char code[8];
    int64_t population;
    uint32_t epci, departement, region;
};

struct label_row {
    uint32_t commune; /* position */
    int annee, niveau;
    char *mentions; /* scratch */
};

struct alias_row {
    char *code, *nom, *kind, *codes_postaux; /* scratch; code or nom may be NULL */
    uint32_t commune;                        /* position */
    int64_t population;
};

struct snapshot_draft {
    struct schema_store *store;
    struct schema_counts counts;
    struct snapshot *snapshot;     /* being built */
    const struct snapshot *before; /* NULL: none */
    const struct snapshot_room *room;
    struct text_pool scratch;
    struct point_row *commune_points; /* by row */
    struct commune_row *communes;     /* by row */
    uint32_t *commune_rows;           /* row by position */
    size_t n_communes;                /* read so far */
    struct label_row *labels;         /* by commune position, newest first */
    size_t n_labels;
    struct schema_contours contours;
    struct alias_row *aliases;
    size_t n_aliases;
};

/* The steps, in their order; false and err when one fails. */
bool draft_read_communes(struct snapshot_draft *draft, struct aro_error *err);
bool draft_read_aliases(struct snapshot_draft *draft, struct aro_error *err);
/** Makes the registry, but for its names. */
bool draft_build_registry(struct snapshot_draft *draft, struct aro_error *err);
/** The names of its places: may run where draft_build_names() does. */
bool draft_name_places(struct snapshot *snapshot, struct aro_error *err);
bool draft_read_labels(struct snapshot_draft *draft, struct aro_error *err);
/** Writes the texts of the communes too (draft_write_communes), once they can be. */
bool draft_read_initiatives(struct snapshot_draft *draft, struct aro_error *err);
/** Names the version after the state of the data. */
void snapshot_name_version(struct snapshot *snapshot);
/** From here on the initiatives can be counted. */
bool draft_build_sets(struct snapshot_draft *draft, struct aro_error *err);
/** What is known of 64 neighbours together, and what clusters are made from. */
bool snapshot_group(struct snapshot *snapshot, struct aro_error *err);
/** The areas of the territories, once that is there. */
bool snapshot_build_areas(struct snapshot *snapshot, struct aro_error *err);
bool draft_write_communes(struct snapshot_draft *draft, struct aro_error *err);
/** The territories as points, once they are counted and have their layers. */
bool draft_build_territories(struct snapshot_draft *draft, struct aro_error *err);
bool draft_build_labels(struct snapshot_draft *draft, struct aro_error *err);
/** May run beside draft_read_initiatives(): it alone uses the scratch pool then. */
bool draft_build_names(struct snapshot_draft *draft, struct aro_error *err);

/**
 * Sorts the rows, and fills the set's coordinates, keys, ids and index.
 *
 * @param rows      n
 * @param out_rows  the row at each position; owned by the caller, who calls free()
 */
bool points_build(struct point_set *points, const struct point_row *rows, size_t n,
                  uint32_t **out_rows, struct aro_error *err);

/**
 * Takes the texts of all positions as the block, in their order.
 *
 * @param texts  emptied, on failure too; the block's offsets are filled already
 */
bool text_block_take(struct text_block *block, struct aro_buffer *texts, struct aro_error *err);

/** Names while they are collected. Start from {0}. Texts are borrowed until names_build(). */
struct name_list {
    struct geo_name *items;
    size_t n, capacity;
    bool failed;
};
void name_list_add(struct name_list *list, const char *text, uint32_t item, double weight);
/** Takes the list's items, on failure too. @return  owned by the caller */
struct geo_names *names_build(struct name_list *list, struct aro_error *err);

/**
 * The next text of a compact JSON array of texts without escapes (codes, ids).
 *
 * @param cursor  where to read on; moved behind the text
 * @return        false at the end of the array
 */
bool next_code(const char **cursor, const char **out_text, size_t *out_len);

/** NULL for SNAPSHOT_NONE. */
const char *territory_code(const struct snapshot_territory *territories, uint32_t number);

/** Records that the store gave a row that it should not have given (ARO_IO). Returns false. */
bool broken_store(struct aro_error *err, const char *what, const char *code);

#endif
