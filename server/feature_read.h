/*
 * The features of a page as rows of columns: what every file format writes, whatever it looks like
 * there.
 *
 * Columns are made from the collection's table of properties: its id where that stands beside the
 * properties, then those that the request chose, in their order; an object of few members (the
 * place of an initiative) has a column for each. Values are the JSON that stands ready in the
 * snapshot, and are read from there when they are asked for.
 */
#ifndef ARO_SERVER_FEATURE_READ_H
#define ARO_SERVER_FEATURE_READ_H

#include "server/feature_value.h"
#include "server/items.h"

enum { FEATURE_MAX_COLUMNS = 64, FEATURE_COLUMN_NAME_BYTES = 32 };

struct feature_column {
    const struct property *property;
    const char *member;                   /* of the property's object; NULL: the property itself */
    char name[FEATURE_COLUMN_NAME_BYTES]; /* "titre", "lieu_nom": letters, digits and "_" */
    enum property_type type;
};

/** Owned by one thread. Borrows the snapshot. */
struct feature_reader;

/**
 * @param items  its page, counts and what transforms are taken, on failure too
 * @return       owned by the caller, who calls feature_reader_free(); NULL on ARO_NO_MEMORY
 */
struct feature_reader *feature_reader_new(const struct snapshot *snapshot, struct items_page *items,
                                          struct aro_error *err);
void feature_reader_free(struct feature_reader *reader);

/** @param out_n  FEATURE_MAX_COLUMNS at most */
const struct feature_column *feature_reader_columns(const struct feature_reader *reader,
                                                    size_t *out_n);
/** True where the first column is a number by which each row is known, beside its properties. */
bool feature_reader_has_key(const struct feature_reader *reader);
/**
 * The rows come in the ascending order of their keys, as a B-tree likes to be filled, whatever the
 * order of the page: to be called before the first, where feature_reader_has_key().
 *
 * @param err  ARO_NO_MEMORY
 */
bool feature_reader_by_key(struct feature_reader *reader, struct aro_error *err);
/** The system in which places are. */
const struct crs *feature_reader_crs(const struct feature_reader *reader);
const struct items_page *feature_reader_items(const struct feature_reader *reader);

/** The next row; false behind the last. */
bool feature_reader_next(struct feature_reader *reader, struct feature_row *out_row);

/**
 * The values of a row.
 *
 * @return  by column: JSON, or a NULL text where there is none; valid until the next call
 */
const struct schema_json_slice *feature_reader_values(struct feature_reader *reader,
                                                      const struct feature_row *row);

#endif
