/*
 * Where the data is kept: what the program asks of a store, whatever database is behind it.
 *
 * A store is a SpatiaLite file. Owned by one thread. A reader sees one consistent state for as
 * long as it reads (schema_store_begin_read). Every change has a number (seq) in commit order.
 */
#ifndef ARO_SCHEMA_STORE_H
#define ARO_SCHEMA_STORE_H

#include "schema/model.h"

struct schema_store;

enum schema_access { SCHEMA_READ, SCHEMA_WRITE };

/**
 * Creates the store where there is none, brings an older one to the newest migration, and does
 * nothing to a current one.
 *
 * @param err  ARO_IO: cannot be written; ARO_BAD_INPUT: not an arobase store, or made by a newer
 *             arobase; nothing is changed then
 */
bool schema_store_init(const char *location, struct aro_error *err);

/**
 * @param err  ARO_NOT_FOUND: no such store ("make it with `arobase init`"); ARO_BAD_INPUT: not an
 *             arobase store, or its migration is not this program's
 */
bool schema_store_open(const char *location, enum schema_access access,
                       struct schema_store **out_store, struct aro_error *err);
/** Checkpoints the WAL (write access), so that readers without write access see all. */
void schema_store_close(struct schema_store *store);

enum { SCHEMA_STAMP_BYTES = 128 }; /* with the terminator */

/**
 * A text that is another one once the store's files have been written, by whatever program, or
 * replaced: made of their numbers, sizes and times. Waits some milliseconds where they were
 * written this very moment, since a write in the same moment could not be told from it.
 *
 * @param err  ARO_IO: they cannot be looked at; ARO_BUSY: they are still being written, or are of
 *             a time to come
 */
bool schema_store_stamp(const char *location, char out_stamp[SCHEMA_STAMP_BYTES],
                        struct aro_error *err);

/** Opens one read transaction for all reads until schema_store_end_read(). */
bool schema_store_begin_read(struct schema_store *store, struct aro_error *err);
void schema_store_end_read(struct schema_store *store);

/** What names the state of the data: same store_id, seq and token, same data. */
struct schema_state {
    char store_id[40];  /* made once, at init */
    int64_t seq;        /* number of the newest change */
    int64_t token;      /* of what was committed with it; 0: another program gave the number */
    char millesime[16]; /* year of the official geographic code imported; "" when unknown */
};
bool schema_store_state(struct schema_store *store, struct schema_state *out_state,
                        struct aro_error *err);

/* Readers call `row` for each row, in the order of code or id; false from it stops with its err. */
typedef bool schema_commune_fn(void *context, const struct schema_commune *row,
                               struct aro_error *err);
typedef bool schema_alias_fn(void *context, const struct schema_alias *row, struct aro_error *err);
typedef bool schema_territory_fn(void *context, const struct schema_territory *row,
                                 struct aro_error *err);
typedef bool schema_theme_fn(void *context, const struct schema_theme *row, struct aro_error *err);
typedef bool schema_label_fn(void *context, const struct schema_label *row, struct aro_error *err);
typedef bool schema_initiative_fn(void *context, const struct schema_initiative *row,
                                  struct aro_error *err);

bool schema_read_communes(struct schema_store *store, schema_commune_fn *row, void *context,
                          struct aro_error *err);
bool schema_read_aliases(struct schema_store *store, schema_alias_fn *row, void *context,
                         struct aro_error *err);
bool schema_read_territories(struct schema_store *store, enum schema_territory_kind kind,
                             schema_territory_fn *row, void *context, struct aro_error *err);
bool schema_read_themes(struct schema_store *store, schema_theme_fn *row, void *context,
                        struct aro_error *err);
bool schema_read_labels(struct schema_store *store, schema_label_fn *row, void *context,
                        struct aro_error *err);
/** Published initiatives only: the public reader cannot see others. */
bool schema_read_initiatives(struct schema_store *store, schema_initiative_fn *row, void *context,
                             struct aro_error *err);

/* ---- What has changed: rows whose newest change has a number above that of a state ---- */

/** Published initiatives, in the order of their changes. */
bool schema_read_initiatives_since(struct schema_store *store, int64_t since,
                                   schema_initiative_fn *row, void *context, struct aro_error *err);

typedef bool schema_id_fn(void *context, int64_t id, struct aro_error *err);
/** The ids of initiatives that the public cannot see, or not any more. */
bool schema_read_hidden_since(struct schema_store *store, int64_t since, schema_id_fn *row,
                              void *context, struct aro_error *err);

/** Whether the store was in the state once, and is what became of that. @param err  ARO_IO */
bool schema_store_was(struct schema_store *store, const struct schema_state *state, bool *out_was,
                      struct aro_error *err);

/** Whether a published initiative was changed last at this time. */
bool schema_store_has_change_at(struct schema_store *store, const char *updated_at, bool *out_has,
                                struct aro_error *err);

/** Whether anything else has changed. What a program changes without a number is not seen. */
bool schema_store_changed_beside(struct schema_store *store, int64_t since, bool *out_changed,
                                 struct aro_error *err);

/**
 * How many rows the readers would give, for sizing arrays; of the initiatives all are counted,
 * published or not, since an index tells that without reading them.
 */
struct schema_counts {
    int64_t communes, aliases, labels, initiatives;
};
bool schema_store_counts(struct schema_store *store, struct schema_counts *out_counts,
                         struct aro_error *err);

#endif
