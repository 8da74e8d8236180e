#include "schema/pmtiles_directory.h"

#include <stdlib.h>

/* So many entries a leaf take some 8 kB: one more request, of about a root's size. */
enum { FIRST_LEAF_ENTRIES = 4096 };

/* Seven bits a byte, lowest first; the high bit says that more follow. */
static void put_varint(struct aro_buffer *out, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (char)(value | 0x80);
    bytes[n++] = (char)value;
    aro_buffer_append(out, bytes, n);
}

/* 0: right behind the entry before; else one more than the offset. */
static uint64_t packed_offset(const struct pmtiles_entry *entries, size_t i)
{
    bool follows = i > 0 && entries[i].offset == entries[i - 1].offset + entries[i - 1].length;
    return follows ? 0 : entries[i].offset + 1;
}

bool pmtiles_directory_write(struct schema_gzip *gzip, const struct pmtiles_entry *entries,
                             size_t n, struct aro_buffer *out, struct aro_error *err)
{
    struct aro_buffer plain = {0};
    uint64_t before = 0;
    put_varint(&plain, n);
    for (size_t i = 0; i < n; i++) {
        put_varint(&plain, entries[i].tile_id - before);
        before = entries[i].tile_id;
    }
    for (size_t i = 0; i < n; i++)
        put_varint(&plain, entries[i].run_length);
    for (size_t i = 0; i < n; i++)
        put_varint(&plain, entries[i].length);
    for (size_t i = 0; i < n; i++)
        put_varint(&plain, packed_offset(entries, i));
    bool ok = aro_buffer_ok(&plain, err) && schema_gzip_pack(gzip, plain.data, plain.len, out, err);
    aro_buffer_clear(&plain);
    return ok;
}

/* Leaves of so many entries each, and the root over them. */
static bool write_leaves(struct schema_gzip *gzip, const struct pmtiles_entry *entries, size_t n,
                         size_t leaf_entries, struct aro_buffer *out_root,
                         struct aro_buffer *out_leaves, struct aro_error *err)
{
    size_t n_leaves = (n + leaf_entries - 1) / leaf_entries;
    struct pmtiles_entry *root = calloc(n_leaves, sizeof *root);
    bool ok = root || aro_error_no_memory(err);
    for (size_t leaf = 0; ok && leaf < n_leaves; leaf++) {
        size_t first = leaf * leaf_entries;
        size_t count = n - first < leaf_entries ? n - first : leaf_entries;
        size_t offset = out_leaves->len;
        ok = pmtiles_directory_write(gzip, entries + first, count, out_leaves, err);
        root[leaf] = (struct pmtiles_entry){.tile_id = entries[first].tile_id,
                                            .offset = offset,
                                            .length = (uint32_t)(out_leaves->len - offset)};
    }
    ok = ok && pmtiles_directory_write(gzip, root, n_leaves, out_root, err);
    free(root);
    return ok;
}

bool pmtiles_directories_write(struct schema_gzip *gzip, const struct pmtiles_entry *entries,
                               size_t n, size_t max_root_bytes, struct aro_buffer *out_root,
                               struct aro_buffer *out_leaves, struct aro_error *err)
{
    size_t leaf_entries = FIRST_LEAF_ENTRIES;
    out_root->len = out_leaves->len = 0;
    /* Lengths differ, so an entry hardly packs into less than a byte: beyond that, no try. */
    bool ok = n > max_root_bytes || pmtiles_directory_write(gzip, entries, n, out_root, err);
    while (ok && (out_root->len == 0 || out_root->len > max_root_bytes)) {
        out_root->len = out_leaves->len = 0;
        ok = write_leaves(gzip, entries, n, leaf_entries, out_root, out_leaves, err);
        leaf_entries *= 2;
    }
    return ok;
}
