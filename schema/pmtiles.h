/*
 * Writing PMTiles: one file of tiles that a map reads by byte ranges, without a server.
 *
 * Clustered (tile data in the order of the tile ids), each content stored once, directories and
 * metadata gzip, tiles gzip MVT. Beside the tiles' bytes on disk it keeps some 60 bytes of memory
 * for each tile. Owned by one thread.
 *
 * Source: PMTiles specification, version 3.1 (https://github.com/protomaps/PMTiles, spec/v3).
 */
#ifndef ARO_SCHEMA_PMTILES_H
#define ARO_SCHEMA_PMTILES_H

#include "schema/tileset.h"

/**
 * A tile's number: those of all lower zooms come first, then those of its zoom along the Hilbert
 * curve that begins in the north-west and ends in the north-east. The four tiles within a tile are
 * neighbours: if its place among those of its zoom is p, theirs are 4p to 4p + 3.
 */
uint64_t schema_pmtiles_id(struct geo_tile tile);

/** The number of the first tile of a zoom: how many there are below it, (4^zoom - 1) / 3. */
uint64_t schema_pmtiles_first_id(uint8_t zoom);

/**
 * The tile at a place along the curve of its zoom.
 *
 * @param place  below 4^zoom: the tile's number less the first of its zoom
 */
struct geo_tile schema_pmtiles_tile(uint8_t zoom, uint64_t place);

/** An archive while it is written. */
struct schema_pmtiles;

/**
 * Begins an archive beside its target; schema_pmtiles_finish() puts it there.
 *
 * @param about        borrowed until schema_pmtiles_free()
 * @param replace      a file that stands there is replaced in the end
 * @param out_archive  owned by the caller, who calls schema_pmtiles_free()
 * @param err          those of schema_aside_begin()
 */
bool schema_pmtiles_new(const char *target, bool replace, const struct schema_tileset *about,
                        struct schema_pmtiles **out_archive, struct aro_error *err);

/**
 * Adds a tile. They come in the order of schema_pmtiles_id(), each once.
 *
 * @param bytes  a gzip MVT, len > 0
 * @param err    ARO_IO; ARO_TOO_LARGE: a tile of 4 GiB, or as many different ones
 */
bool schema_pmtiles_add(struct schema_pmtiles *archive, struct geo_tile tile, const void *bytes,
                        size_t len, struct aro_error *err);

/**
 * Writes directories and metadata and puts the archive in its place, on disk.
 *
 * @param err  ARO_NOT_FOUND: it has no tile, which the format does not allow; ARO_IO; ARO_CONFLICT
 */
bool schema_pmtiles_finish(struct schema_pmtiles *archive, struct aro_error *err);

/** Leaves nothing behind unless it was finished. NULL is allowed. */
void schema_pmtiles_free(struct schema_pmtiles *archive);

#endif
