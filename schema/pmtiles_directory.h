/*
 * Directories of PMTiles: where each tile stands, packed.
 *
 * Source: PMTiles specification, version 3.1, "Directory Serialization", "Directory Hierarchy".
 */
#ifndef ARO_SCHEMA_PMTILES_DIRECTORY_H
#define ARO_SCHEMA_PMTILES_DIRECTORY_H

#include <stdint.h>

#include "schema/gzip.h"

/** The root is under 16,384 bytes with the header before it. */
enum { PMTILES_HEADER_BYTES = 127, PMTILES_MAX_ROOT_BYTES = 16383 - PMTILES_HEADER_BYTES };

/** A content and the run of tiles that have it; run_length 0: a directory in the leaf section. */
struct pmtiles_entry {
    uint64_t tile_id, offset;
    uint32_t length, run_length;
};

/** Appends one directory, gzip. n is not 0, ids ascend, no length is 0. */
bool pmtiles_directory_write(struct schema_gzip *gzip, const struct pmtiles_entry *entries,
                             size_t n, struct aro_buffer *out, struct aro_error *err);

/**
 * Writes a root that holds all entries where it is small enough, or else the root over leaves.
 *
 * @param max_root_bytes  PMTILES_MAX_ROOT_BYTES; at least 64
 * @param out_root        emptied first
 * @param out_leaves      emptied first; stays empty where the root holds all
 */
bool pmtiles_directories_write(struct schema_gzip *gzip, const struct pmtiles_entry *entries,
                               size_t n, size_t max_root_bytes, struct aro_buffer *out_root,
                               struct aro_buffer *out_leaves, struct aro_error *err);

#endif
