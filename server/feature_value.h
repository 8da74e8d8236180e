/*
 * Values out of the finished text of a feature (feature_text.h), without a parser of JSON: the text
 * is our own.
 */
#ifndef ARO_SERVER_FEATURE_VALUE_H
#define ARO_SERVER_FEATURE_VALUE_H

#include "geo/buffer.h"
#include "schema/json_scan.h"

/** A walk at the brace of the feature's `properties`. @param text  len bytes */
struct schema_json_walk feature_value_properties(const char *text, size_t len);

/** Appends a JSON string without its quotes and escapes; of another value its JSON. */
void feature_value_text(struct aro_buffer *out, struct schema_json_slice value);

/** The next item of a JSON list. Start with the list as text, and at 0. False behind the last. */
bool feature_value_next(struct schema_json_walk *walk, struct schema_json_slice *out_item);

#endif
