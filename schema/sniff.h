/*
 * What a file is, told by its name and its first bytes.
 */
#ifndef ARO_SCHEMA_SNIFF_H
#define ARO_SCHEMA_SNIFF_H

#include "schema/input.h"

enum schema_format { SCHEMA_FORMAT_CSV, SCHEMA_FORMAT_JSON };

/**
 * Tells the format and refuses, with a sentence that names what it looks like, a file that no
 * reader could make sense of. Fills the window; consumes nothing but a byte order mark.
 *
 * @param path  the name decides where its ending is known (.csv, .tsv, .geojson, .json, .geojsonl,
 *              .geojsonseq, .geojsons, .ndjson, .jsonl, with .gz behind or not), the first byte
 *              otherwise
 * @param err   ARO_BAD_INPUT: empty, UTF-16, an archive, an image or other binary file, a page of
 *              HTML, wholly in another encoding than UTF-8, JSON named CSV; or what
 *              schema_input_more() says
 */
bool schema_sniff(struct schema_input *input, const char *path, enum schema_format *out_format,
                  struct aro_error *err);

#endif
