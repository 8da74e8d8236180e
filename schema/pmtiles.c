#include "schema/pmtiles.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "geo/array.h"
#include "schema/aside.h"
#include "schema/keymap.h"
#include "schema/pmtiles_directory.h"
#include "schema/tileset_inside.h"

struct schema_pmtiles {
    const struct schema_tileset *about;
    struct schema_aside aside, data_aside;
    int data_fd; /* the tiles' bytes, in a file that has no name any more */
    uint64_t data_bytes;
    struct pmtiles_entry *entries;
    size_t n, capacity;
    struct schema_keymap seen;   /* tileset_key() of a content: the first entry that has it */
    struct aro_buffer read_back; /* scratch */
    uint64_t n_addressed, n_contents;
};

/* ---- Tile numbers ---- */

uint64_t schema_pmtiles_first_id(uint8_t zoom)
{
    return ((UINT64_C(1) << 2 * zoom) - 1) / 3;
}

/* Turns a quadrant of the curve upright: the same step on the way down and up. */
static void turn(uint32_t half, uint32_t right, uint32_t below, uint32_t *x, uint32_t *y)
{
    if (below)
        return;
    if (right) {
        *x = half - 1 - *x;
        *y = half - 1 - *y;
    }
    uint32_t swap = *x;
    *x = *y;
    *y = swap;
}

uint64_t schema_pmtiles_id(struct geo_tile tile)
{
    uint32_t x = tile.x, y = tile.y;
    assert(tile.zoom <= GEO_TILE_MAX_ZOOM && x >> tile.zoom == 0 && y >> tile.zoom == 0);
    uint64_t place = 0;
    for (uint32_t half = (UINT32_C(1) << tile.zoom) >> 1; half > 0; half >>= 1) {
        uint32_t right = (x & half) != 0, below = (y & half) != 0;
        place = place << 2 | ((3 * right) ^ below);
        x &= half - 1;
        y &= half - 1;
        turn(half, right, below, &x, &y);
    }
    return schema_pmtiles_first_id(tile.zoom) + place;
}

struct geo_tile schema_pmtiles_tile(uint8_t zoom, uint64_t place)
{
    uint32_t x = 0, y = 0;
    for (uint8_t level = 0; level < zoom; level++) {
        uint32_t half = UINT32_C(1) << level, quadrant = place >> 2 * level & 3;
        uint32_t right = quadrant >> 1, below = (quadrant ^ right) & 1;
        turn(half, right, below, &x, &y);
        x |= right * half;
        y |= below * half;
    }
    return (struct geo_tile){zoom, x, y};
}

/* ---- Tiles ---- */

static bool io_error(const struct schema_pmtiles *archive, struct aro_error *err)
{
    return aro_error_set(err, ARO_IO, "cannot write '%.300s': %s", archive->aside.target,
                         strerror(errno));
}

bool schema_pmtiles_new(const char *target, bool replace, const struct schema_tileset *about,
                        struct schema_pmtiles **out_archive, struct aro_error *err)
{
    struct schema_pmtiles *archive = calloc(1, sizeof *archive);
    if (!archive)
        return aro_error_no_memory(err);
    archive->about = about;
    archive->data_fd = -1;
    bool ok = schema_aside_begin(&archive->aside, target, replace, err) &&
              schema_aside_begin(&archive->data_aside, archive->aside.path, true, err);
    if (ok) {
        archive->data_fd = open(archive->data_aside.path, O_RDWR | O_CLOEXEC);
        ok = archive->data_fd >= 0 || io_error(archive, err);
        schema_aside_clear(&archive->data_aside); /* gone with the process, however that ends */
    }
    if (!ok) {
        schema_pmtiles_free(archive);
        return false;
    }
    *out_archive = archive;
    return true;
}

void schema_pmtiles_free(struct schema_pmtiles *archive)
{
    if (!archive)
        return;
    if (archive->data_fd >= 0)
        close(archive->data_fd);
    schema_aside_clear(&archive->data_aside);
    schema_aside_clear(&archive->aside);
    free(archive->entries);
    schema_keymap_clear(&archive->seen);
    aro_buffer_clear(&archive->read_back);
    free(archive);
}

static bool write_all(const struct schema_pmtiles *archive, int fd, const void *bytes, size_t len,
                      struct aro_error *err)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t written = write(fd, at, len);
        if (written < 0 && errno != EINTR)
            return io_error(archive, err);
        at += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* Whether an entry's content is these bytes. */
static bool is_same(struct schema_pmtiles *archive, const struct pmtiles_entry *entry,
                    const void *bytes, size_t len, bool *out_same, struct aro_error *err)
{
    struct aro_buffer *scratch = &archive->read_back;
    scratch->len = 0;
    if (!aro_buffer_reserve(scratch, len))
        return aro_error_no_memory(err);
    while (scratch->len < len) {
        ssize_t n = pread(archive->data_fd, scratch->data + scratch->len, len - scratch->len,
                          (off_t)(entry->offset + scratch->len));
        if (n <= 0)
            return io_error(archive, err);
        scratch->len += (size_t)n;
    }
    *out_same = memcmp(scratch->data, bytes, len) == 0;
    return true;
}

static bool add_entry(struct schema_pmtiles *archive, uint64_t id, uint64_t offset, size_t len,
                      struct aro_error *err)
{
    struct pmtiles_entry *last = archive->n ? &archive->entries[archive->n - 1] : NULL;
    archive->n_addressed++;
    if (last && last->offset == offset && last->tile_id + last->run_length == id) {
        last->run_length++;
        return true;
    }
    struct pmtiles_entry *entries =
        aro_array_grow(archive->entries, archive->n, &archive->capacity, sizeof *entries, err);
    if (!entries)
        return false;
    archive->entries = entries;
    archive->entries[archive->n++] = (struct pmtiles_entry){
        .tile_id = id, .offset = offset, .length = (uint32_t)len, .run_length = 1};
    return true;
}

bool schema_pmtiles_add(struct schema_pmtiles *archive, struct geo_tile tile, const void *bytes,
                        size_t len, struct aro_error *err)
{
    uint64_t id = schema_pmtiles_id(tile);
    const struct pmtiles_entry *last = archive->n ? &archive->entries[archive->n - 1] : NULL;
    assert(len > 0 && (!last || id >= last->tile_id + last->run_length));
    if (len > UINT32_MAX || archive->n >= SCHEMA_KEYMAP_NONE)
        return aro_error_set(err, ARO_TOO_LARGE, "tile %u/%u/%u: %zu bytes, after %zu others",
                             tile.zoom, tile.x, tile.y, len, archive->n);
    char key[TILESET_KEY_BYTES];
    uint32_t existing;
    bool same = false;
    tileset_key(bytes, len, key);
    if (!schema_keymap_put(&archive->seen, key, sizeof key, (uint32_t)archive->n, &existing, err))
        return false;
    if (existing != SCHEMA_KEYMAP_NONE) {
        const struct pmtiles_entry *entry = &archive->entries[existing];
        if (!is_same(archive, entry, bytes, len, &same, err))
            return false;
        if (same)
            return add_entry(archive, id, entry->offset, len, err);
    }
    uint64_t offset = archive->data_bytes;
    if (!write_all(archive, archive->data_fd, bytes, len, err))
        return false;
    archive->data_bytes += len;
    archive->n_contents++;
    return add_entry(archive, id, offset, len, err);
}

/* ---- The whole ---- */

static unsigned char *put_u64(unsigned char *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static unsigned char *put_e7(unsigned char *at, double degrees)
{
    uint32_t value = htole32((uint32_t)(int32_t)lround(degrees * 1e7));
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

/* The sections behind the header, in their order in the file. */
struct sections {
    struct aro_buffer root, metadata, leaves;
};

static void write_header(const struct schema_pmtiles *archive, const struct sections *sections,
                         unsigned char out[PMTILES_HEADER_BYTES])
{
    enum { CLUSTERED = 1, GZIP = 2, MVT = 1 };
    static const unsigned char magic[8] = {'P', 'M', 'T', 'i', 'l', 'e', 's', 3};
    const struct schema_tileset *about = archive->about;
    const uint64_t lengths[] = {sections->root.len, sections->metadata.len, sections->leaves.len,
                                archive->data_bytes};
    uint64_t offset = PMTILES_HEADER_BYTES;
    memcpy(out, magic, sizeof magic);
    unsigned char *at = out + sizeof magic;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        at = put_u64(put_u64(at, offset), lengths[i]);
        offset += lengths[i];
    }
    at = put_u64(at, archive->n_addressed);
    at = put_u64(at, archive->n);
    at = put_u64(at, archive->n_contents);
    *at++ = CLUSTERED;
    *at++ = GZIP; /* directories and metadata */
    *at++ = GZIP; /* tiles */
    *at++ = MVT;
    *at++ = about->min_zoom;
    *at++ = about->max_zoom;
    at = put_e7(put_e7(at, about->bounds.west_deg), about->bounds.south_deg);
    at = put_e7(put_e7(at, about->bounds.east_deg), about->bounds.north_deg);
    *at++ = about->center_zoom;
    at = put_e7(put_e7(at, about->center.lon_deg), about->center.lat_deg);
    assert(at == out + PMTILES_HEADER_BYTES);
}

static bool make_metadata(struct schema_gzip *gzip, const struct schema_tileset *about,
                          struct aro_buffer *out, struct aro_error *err)
{
    struct aro_buffer text = {0};
    tileset_write_json(about, &text);
    bool ok = aro_buffer_ok(&text, err) && schema_gzip_pack(gzip, text.data, text.len, out, err);
    aro_buffer_clear(&text);
    return ok;
}

static bool copy_data(const struct schema_pmtiles *archive, int fd, struct aro_error *err)
{
    off_t at = 0;
    while ((uint64_t)at < archive->data_bytes) {
        ssize_t n =
            sendfile(fd, archive->data_fd, &at, (size_t)(archive->data_bytes - (uint64_t)at));
        if (n == 0 || (n < 0 && errno != EINTR))
            return io_error(archive, err);
    }
    return true;
}

static bool write_file(const struct schema_pmtiles *archive, const struct sections *sections,
                       struct aro_error *err)
{
    unsigned char header[PMTILES_HEADER_BYTES];
    int fd = open(archive->aside.path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return io_error(archive, err);
    write_header(archive, sections, header);
    bool ok = write_all(archive, fd, header, sizeof header, err) &&
              write_all(archive, fd, sections->root.data, sections->root.len, err) &&
              write_all(archive, fd, sections->metadata.data, sections->metadata.len, err) &&
              write_all(archive, fd, sections->leaves.data, sections->leaves.len, err) &&
              copy_data(archive, fd, err);
    return (close(fd) == 0 || io_error(archive, err)) && ok;
}

bool schema_pmtiles_finish(struct schema_pmtiles *archive, struct aro_error *err)
{
    if (archive->n == 0)
        return aro_error_set(err, ARO_NOT_FOUND, "'%.300s' would hold no tile",
                             archive->aside.target);
    struct sections sections = {0};
    struct schema_gzip *gzip = schema_gzip_new(err);
    bool ok = gzip &&
              pmtiles_directories_write(gzip, archive->entries, archive->n, PMTILES_MAX_ROOT_BYTES,
                                        &sections.root, &sections.leaves, err) &&
              make_metadata(gzip, archive->about, &sections.metadata, err) &&
              write_file(archive, &sections, err) && schema_aside_finish(&archive->aside, err);
    schema_gzip_free(gzip);
    aro_buffer_clear(&sections.root);
    aro_buffer_clear(&sections.metadata);
    aro_buffer_clear(&sections.leaves);
    return ok;
}
