/*
 * What was written is read by a reader of its own, which knows FlatBuffers from their description
 * and nothing of the writer's layout; GDAL reads whole files in tests/api/test_formats.py.
 */
#include "geo/flatgeobuf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

/* ---- Reading ---- */

static uint64_t number_at(const char *at, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)(unsigned char)at[i] << 8 * i;
    return value;
}

static double double_at(const char *at)
{
    uint64_t bits = number_at(at, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static const char *follow(const char *at)
{
    return at + number_at(at, 4);
}

/* Field i of a table, or NULL. */
static const char *field(const char *table, size_t i)
{
    const char *vtable = table - (int32_t)number_at(table, 4);
    if (4 + 2 * i >= number_at(vtable, 2))
        return NULL;
    uint64_t offset = number_at(vtable + 4 + 2 * i, 2);
    return offset ? table + offset : NULL;
}

static bool is_string(const char *slot, const char *want)
{
    const char *string = slot ? follow(slot) : NULL;
    return string && number_at(string, 4) == strlen(want) && strcmp(string + 4, want) == 0;
}

static bool is_aligned(const char *start, const char *at, size_t to)
{
    return (size_t)(at - start) % to == 0;
}

/* ---- A file ---- */

struct file {
    struct aro_buffer header, leaves, features;
    struct geo_fgb_index index;
    struct geo_fgb_place *places; /* of all */
    bool *has_place;
};

static const struct geo_fgb_column columns[] = {
    {"titre", "Titre", GEO_FGB_STRING},
    {"n", NULL, GEO_FGB_LONG},
    {"distance", "Distance à côté", GEO_FGB_DOUBLE},
};
static const struct geo_fgb_about about = {"initiatives", "Initiatives d'été", 4326, columns, 3};

static bool write_file(struct file *file, size_t n, uint64_t seed, struct aro_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct geo_fgb_place place = {random_between(&seed, -5, 9), random_between(&seed, 41, 51)};
        bool has_place = i % 7 != 3;
        file->places[i] = place;
        file->has_place[i] = has_place;
        size_t feature = geo_fgb_begin_feature(&file->features, has_place ? &place : NULL);
        size_t text = geo_fgb_begin_text(&file->features, 0);
        aro_buffer_printf(&file->features, "%.*s", (int)(i % 23), "é abcdefghijklmnopqrstuvwxyz");
        geo_fgb_end_text(&file->features, text);
        geo_fgb_put_long(&file->features, 1, -(int64_t)i);
        geo_fgb_put_double(&file->features, 2, (double)i / 4);
        size_t bytes = geo_fgb_end_feature(&file->features, feature);
        if (!geo_fgb_index_add(&file->index, has_place ? &place : NULL, bytes, &file->leaves, err))
            return false;
    }
    geo_fgb_write_header(&file->header, &about, &file->index);
    geo_fgb_index_write(&file->index, 0, UINT64_MAX, &file->header);
    return aro_buffer_ok(&file->header, err) && aro_buffer_ok(&file->leaves, err) &&
           aro_buffer_ok(&file->features, err);
}

static void file_make(struct file *file, size_t n)
{
    *file = (struct file){.places = calloc(n + 1, sizeof *file->places),
                          .has_place = calloc(n + 1, sizeof *file->has_place)};
    assert_non_null(file->places);
    assert_non_null(file->has_place);
}

static void file_clear(struct file *file)
{
    aro_buffer_clear(&file->header);
    aro_buffer_clear(&file->leaves);
    aro_buffer_clear(&file->features);
    geo_fgb_index_clear(&file->index);
    free(file->places);
    free(file->has_place);
}

/* ---- Tests ---- */

static int check_columns(const char *start, const char *slot)
{
    int failures = 0;
    const char *vector = follow(slot);
    CHECK(failures, "columns", number_at(vector, 4) == 3 && is_aligned(start, vector, 4));
    for (size_t i = 0; i < 3 && failures == 0; i++) {
        const char *column = follow(vector + 4 + 4 * i);
        const char *title = field(column, 2);
        CHECK(failures, columns[i].name, is_string(field(column, 0), columns[i].name));
        CHECK(failures, columns[i].name, number_at(field(column, 1), 1) == columns[i].type);
        CHECK(failures, columns[i].name,
              columns[i].title ? is_string(title, columns[i].title) : !title);
    }
    return failures;
}

static int check_header(const struct file *file, size_t n)
{
    int failures = 0;
    const char *start = file->header.data + 8, *root = follow(start + 4);
    size_t len = number_at(start, 4);
    CHECK(failures, "magic", memcmp(file->header.data, "fgb\3fgb\1", 8) == 0);
    CHECK(failures, "length",
          12 + len + GEO_FGB_NODE_BYTES * geo_fgb_index_n_upper(&file->index) == file->header.len);
    CHECK(failures, "name", is_string(field(root, 0), about.name));
    CHECK(failures, "title", is_string(field(root, 11), about.title));
    CHECK(failures, "type", number_at(field(root, 2), 1) == 1);
    CHECK(failures, "count", number_at(field(root, 8), 8) == n);
    CHECK(failures, "aligned", is_aligned(start, field(root, 8), 8));
    CHECK(failures, "node", n ? !field(root, 9) : number_at(field(root, 9), 2) == 0);
    const char *crs = follow(field(root, 10));
    CHECK(failures, "crs", is_string(field(crs, 0), "EPSG") && number_at(field(crs, 1), 4) == 4326);
    failures += check_columns(start, field(root, 7));
    if (n > 0) {
        const char *envelope = follow(field(root, 1));
        CHECK(failures, "envelope", number_at(envelope, 4) == 4);
        CHECK(failures, "aligned", is_aligned(start, envelope + 4, 8));
        for (size_t i = 0; i < n; i++) {
            struct geo_fgb_place place = file->places[i];
            CHECK(failures, "in the envelope",
                  !file->has_place[i] ||
                      (place.x >= double_at(envelope + 4) && place.y >= double_at(envelope + 12) &&
                       place.x <= double_at(envelope + 20) && place.y <= double_at(envelope + 28)));
        }
    }
    return failures;
}

static int check_feature(const struct file *file, const char *start, size_t i)
{
    int failures = 0;
    const char *root = follow(start + 4), *geometry = field(root, 0);
    CHECK(failures, "place", file->has_place[i] == (geometry != NULL));
    if (geometry) {
        const char *xy = follow(field(follow(geometry), 1));
        CHECK(failures, "two numbers", number_at(xy, 4) == 2 && is_aligned(start, xy + 4, 8));
        CHECK(failures, "x", double_at(xy + 4) == file->places[i].x);
        CHECK(failures, "y", double_at(xy + 12) == file->places[i].y);
    }
    const char *properties = follow(field(root, 1));
    const char *at = properties + 4, *end = at + number_at(properties, 4);
    size_t text_len = number_at(at + 2, 4);
    CHECK(failures, "text", number_at(at, 2) == 0 && text_len == i % 23);
    at += 6 + text_len;
    CHECK(failures, "long", number_at(at, 2) == 1 && (int64_t)number_at(at + 2, 8) == -(int64_t)i);
    CHECK(failures, "double", number_at(at + 10, 2) == 2 && double_at(at + 12) == (double)i / 4);
    CHECK(failures, "end", at + 20 == end && end <= start + 4 + number_at(start, 4));
    return failures;
}

static const char *node_at(const struct file *file, uint64_t i)
{
    uint64_t n_upper = geo_fgb_index_n_upper(&file->index);
    const char *upper = file->header.data + file->header.len - n_upper * GEO_FGB_NODE_BYTES;
    return i < n_upper ? upper + i * GEO_FGB_NODE_BYTES
                       : file->leaves.data + (i - n_upper) * GEO_FGB_NODE_BYTES;
}

/* As the format's description has it: the children of a node are the 16 from its offset on, within
 * their level. Gives the features by their offsets. */
static void search(const struct file *file, uint64_t node, const uint64_t *level_ends,
                   const double box[4], bool *found)
{
    uint64_t n_upper = geo_fgb_index_n_upper(&file->index);
    const char *at = node_at(file, node);
    bool meets = double_at(at + 16) >= box[0] && double_at(at + 24) >= box[1] &&
                 double_at(at) <= box[2] && double_at(at + 8) <= box[3];
    uint64_t offset = number_at(at + 32, 8);
    if (!meets)
        return;
    if (node >= n_upper) {
        const char *start = file->features.data + offset;
        const char *properties = follow(field(follow(start + 4), 1));
        size_t text_len = number_at(properties + 6, 4);
        found[-(int64_t)number_at(properties + 12 + text_len, 8)] = true;
        return;
    }
    while (*level_ends <= node)
        level_ends++;
    for (uint64_t i = offset; i < offset + GEO_FGB_NODE_ITEMS && i < level_ends[1]; i++)
        search(file, i, level_ends, box, found);
}

static int check_index(const struct file *file, size_t n)
{
    int failures = 0;
    uint64_t sizes[GEO_FGB_MAX_LEVELS], ends[GEO_FGB_MAX_LEVELS + 1], seed = 7;
    size_t n_levels = 0;
    uint64_t size = n;
    sizes[n_levels++] = size;
    do
        sizes[n_levels++] = size = (size + GEO_FGB_NODE_ITEMS - 1) / GEO_FGB_NODE_ITEMS;
    while (size != 1);
    for (size_t i = 0; i < n_levels; i++)
        ends[i] = (i ? ends[i - 1] : 0) + sizes[n_levels - 1 - i];
    CHECK(failures, "nodes", geo_fgb_index_n_upper(&file->index) == ends[n_levels - 2]);
    bool *found = calloc(n, sizeof *found);
    assert_non_null(found);
    for (int round = 0; round < 30 && failures == 0; round++) {
        double x = random_between(&seed, -5, 9), y = random_between(&seed, 41, 51);
        double half = random_between(&seed, 0, 3);
        const double box[4] = {x - half, y - half, x + half, y + half};
        memset(found, 0, n * sizeof *found);
        search(file, 0, ends, box, found);
        for (size_t i = 0; i < n; i++) {
            struct geo_fgb_place place = file->places[i];
            bool want = file->has_place[i] && place.x >= box[0] && place.y >= box[1] &&
                        place.x <= box[2] && place.y <= box[3];
            CHECK(failures, "found", found[i] == want);
        }
    }
    free(found);
    return failures;
}

static void reads_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 15, 16, 17, 255, 256, 257, 4096, 4097, 5000};
    int failures = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct file file;
        struct aro_error err = {0};
        size_t n = sizes[i], at = 0;
        file_make(&file, n);
        assert_true(write_file(&file, n, 20261126 + i, &err));
        failures += check_header(&file, n);
        for (size_t feature = 0; feature < n && failures == 0; feature++) {
            failures += check_feature(&file, file.features.data + at, feature);
            at += 4 + number_at(file.features.data + at, 4);
        }
        CHECK(failures, "features", at == file.features.len && at == file.index.feature_bytes);
        if (n > 0)
            failures += check_index(&file, n);
        if (failures > 0)
            fprintf(stderr, "with %zu features, seed %zu\n", n, 20261126 + i);
        file_clear(&file);
    }
    assert_int_equal(failures, 0);
}

/* Nodes written in parts are those written together. */
static void writes_nodes_in_parts(void **state)
{
    (void)state;
    struct file file;
    struct aro_buffer parts = {0};
    file_make(&file, 5000);
    assert_true(write_file(&file, 5000, 1, NULL));
    uint64_t n = geo_fgb_index_n_upper(&file.index);
    for (uint64_t first = 0; first < n; first += 7)
        geo_fgb_index_write(&file.index, first, first + 7, &parts);
    assert_int_equal(parts.len, n * GEO_FGB_NODE_BYTES);
    assert_memory_equal(parts.data, node_at(&file, 0), parts.len);
    aro_buffer_clear(&parts);
    file_clear(&file);
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    bool done = false;
    for (size_t allowed = 0; !done; allowed++) {
        struct file file;
        struct aro_error err = {0};
        file_make(&file, 300);
        allow_allocations(allowed);
        done = write_file(&file, 300, 3, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "status", done || err.status == ARO_NO_MEMORY);
        file_clear(&file);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back),
        cmocka_unit_test(writes_nodes_in_parts),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
