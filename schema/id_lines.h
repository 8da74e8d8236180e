/*
 * Which line of a file each row of a table came from, in four bytes an id: what tells that a key
 * comes twice in a file of any length, where the table finds the id of the key.
 */
#ifndef ARO_SCHEMA_ID_LINES_H
#define ARO_SCHEMA_ID_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

/** Start from {0}; schema_id_lines_clear() releases. Owned by one thread. */
struct schema_id_lines {
    uint32_t **chunks; /* owned; NULL where no id has a line */
    size_t n_chunks;
};

void schema_id_lines_clear(struct schema_id_lines *lines);

/** 0 where it has none. @param id  0 or more */
uint32_t schema_id_lines_find(const struct schema_id_lines *lines, int64_t id);

/** @param line  1 or more; what is beyond UINT32_MAX is UINT32_MAX. @param err  ARO_NO_MEMORY */
bool schema_id_lines_put(struct schema_id_lines *lines, int64_t id, uint64_t line,
                         struct aro_error *err);

#endif
