/*
 * A slow reader of PMTiles, written from the specification alone: one tile at a time, each number
 * by itself, to test the writer against.
 */
#ifndef ARO_TESTS_PMTILES_READ_H
#define ARO_TESTS_PMTILES_READ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct pmtiles_bytes {
    unsigned char *data;
    size_t len;
};

static inline void pmtiles_die(const char *what)
{
    fprintf(stderr, "pmtiles_read: %s\n", what);
    abort();
}

/** The unsigned number of n bytes, lowest first. */
static inline uint64_t pmtiles_number(const unsigned char *at, int n)
{
    return n == 0 ? 0 : at[0] + 256 * pmtiles_number(at + 1, n - 1);
}

/** One gzip member that ends with the bytes, of which the last four tell the length; the caller
 * frees data. */
static inline struct pmtiles_bytes pmtiles_gunzip(const unsigned char *bytes, size_t len)
{
    struct pmtiles_bytes out = {NULL, len < 18 ? 0 : pmtiles_number(bytes + len - 4, 4)};
    out.data = malloc(out.len + 1);
    z_stream stream = {.next_in = (z_const Bytef *)bytes,
                       .avail_in = (uInt)len,
                       .next_out = out.data,
                       .avail_out = (uInt)out.len};
    if (!out.data || inflateInit2(&stream, 15 + 16) != Z_OK ||
        inflate(&stream, Z_FINISH) != Z_STREAM_END || stream.avail_in != 0)
        pmtiles_die("not one gzip member");
    inflateEnd(&stream);
    return out;
}

struct pmtiles_directory {
    size_t n;
    struct {
        uint64_t tile_id, run_length, length, offset;
    } * entries;
};

static inline uint64_t pmtiles_varint(const struct pmtiles_bytes *bytes, size_t *at)
{
    uint64_t value = 0, factor = 1;
    for (;; factor *= 128) {
        if (*at >= bytes->len)
            pmtiles_die("a directory ends early");
        unsigned char byte = bytes->data[(*at)++];
        value += (byte % 128) * factor;
        if (byte < 128)
            return value;
    }
}

/** The caller frees entries. */
static inline struct pmtiles_directory pmtiles_read_directory(const unsigned char *packed,
                                                              size_t len)
{
    struct pmtiles_bytes plain = pmtiles_gunzip(packed, len);
    size_t at = 0;
    struct pmtiles_directory directory = {.n = pmtiles_varint(&plain, &at)};
    directory.entries = calloc(directory.n + 1, sizeof *directory.entries);
    for (size_t i = 0; i < directory.n; i++)
        directory.entries[i].tile_id =
            (i ? directory.entries[i - 1].tile_id : 0) + pmtiles_varint(&plain, &at);
    for (size_t i = 0; i < directory.n; i++)
        directory.entries[i].run_length = pmtiles_varint(&plain, &at);
    for (size_t i = 0; i < directory.n; i++)
        directory.entries[i].length = pmtiles_varint(&plain, &at);
    for (size_t i = 0; i < directory.n; i++) {
        uint64_t offset = pmtiles_varint(&plain, &at);
        if (offset == 0 && i == 0)
            pmtiles_die("the first offset follows nothing");
        directory.entries[i].offset =
            offset ? offset - 1 : directory.entries[i - 1].offset + directory.entries[i - 1].length;
    }
    if (directory.n == 0 || at != plain.len)
        pmtiles_die("a directory is empty, or goes on behind its end");
    free(plain.data);
    return directory;
}

/**
 * Where a tile stands among the tile data.
 *
 * @return  its length; 0: there is no such tile
 */
static inline uint64_t pmtiles_find(const unsigned char *root, size_t root_len,
                                    const unsigned char *leaves, uint64_t id, uint64_t *out_offset)
{
    struct pmtiles_directory directory = pmtiles_read_directory(root, root_len);
    uint64_t length = 0;
    for (size_t i = 0; i < directory.n; i++) {
        uint64_t first = directory.entries[i].tile_id, run = directory.entries[i].run_length;
        uint64_t next = i + 1 < directory.n ? directory.entries[i + 1].tile_id : UINT64_MAX;
        if (run == 0 && id >= first && id < next) {
            length = pmtiles_find(leaves + directory.entries[i].offset, directory.entries[i].length,
                                  leaves, id, out_offset);
        } else if (run > 0 && id >= first && id < first + run) {
            length = directory.entries[i].length;
            *out_offset = directory.entries[i].offset;
        }
    }
    free(directory.entries);
    return length;
}

#endif
