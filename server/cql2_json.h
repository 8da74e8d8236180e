/*
 * The JSON form of CQL2: the same trees as those of its text form (geo/cql2.h).
 *
 * Messages say where in the JSON: "at /args/1, …", a JSON pointer (RFC 6901).
 *
 * Source: OGC 21-065r2, Common Query Language (CQL2) 1.0, Annex C (JSON schema).
 */
#ifndef ARO_SERVER_CQL2_JSON_H
#define ARO_SERVER_CQL2_JSON_H

#include "geo/cql2.h"

/**
 * Reads the JSON form. Members that the schema does not name are passed over.
 *
 * @param text  len bytes, no terminator needed
 * @return      owned by the caller, who calls geo_cql2_free(); NULL on ARO_BAD_INPUT, ARO_TOO_LARGE
 *              (GEO_CQL2_MAX_BYTES and the limits of a tree), ARO_NO_MEMORY
 */
struct geo_cql2_tree *cql2_json_parse(const char *text, size_t len, struct aro_error *err);

/**
 * Appends the JSON form: one text for a tree, which reads back as the same tree. Whoever appends
 * looks for the buffer's failure.
 */
void cql2_json_print(const struct geo_cql2_tree *tree, struct aro_buffer *out);

#endif
