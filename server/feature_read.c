#include "server/feature_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/bits.h"
#include "geo/json.h"

enum { BLOCK_ROWS = 256, NO_COLUMN = -1, MAX_MEMBERS = 5 };

/* Objects whose members are columns, named as an import knows them. */
static const struct {
    const char *property;
    const char *members[MAX_MEMBERS];
} spread[] = {
    {"lieu", {"nom", "adresse", "code_postal", "telephone", "type"}},
};

struct feature_reader {
    const struct snapshot *snapshot;
    const struct point_set *points;
    struct items_page items;
    struct query_walk walk;
    uint64_t *wanted; /* positions, for feature_reader_by_key(): taken in the order of by_id */
    size_t next_by_id;
    struct feature_column columns[FEATURE_MAX_COLUMNS];
    size_t n_columns;
    int id_column, distance_column, counts_column; /* or NO_COLUMN */
    int16_t first_column[FEATURE_MAX_COLUMNS];     /* by property of the table; or NO_COLUMN */
    struct feature_row rows[BLOCK_ROWS];
    size_t n_rows, next_row;
    struct schema_json_slice values[FEATURE_MAX_COLUMNS];
    struct aro_buffer made; /* the text of values that do not stand ready */
};

/* ---- Columns ---- */

static int add_column(struct feature_reader *reader, const struct property *property,
                      const char *member)
{
    struct feature_column *column = &reader->columns[reader->n_columns];
    *column =
        (struct feature_column){property, member, "", member ? PROPERTY_TEXT : property->type};
    snprintf(column->name, sizeof column->name, "%s%s%s", property->name, member ? "_" : "",
             member ? member : "");
    return (int)reader->n_columns++;
}

static const char *const *find_members(const struct property *property)
{
    for (size_t i = 0; i < sizeof spread / sizeof *spread; i++)
        if (strcmp(property->name, spread[i].property) == 0)
            return spread[i].members;
    return NULL;
}

static void add_columns_of(struct feature_reader *reader, size_t item)
{
    const struct property *property = &reader->items.collection->properties->items[item];
    const char *const *members = find_members(property);
    reader->first_column[item] = (int16_t)reader->n_columns;
    if (!members)
        add_column(reader, property, NULL);
    for (size_t i = 0; members && i < MAX_MEMBERS; i++)
        add_column(reader, property, members[i]);
}

static bool stands_beside(const struct property_table *table)
{
    return table->id < table->items || table->id >= table->items + table->n;
}

static void make_columns(struct feature_reader *reader)
{
    const struct property_table *table = reader->items.collection->properties;
    const struct selection *selection = &reader->items.selection;
    bool is_compact = reader->items.texts == &reader->points->compact;
    reader->id_column = reader->distance_column = reader->counts_column = NO_COLUMN;
    if (stands_beside(table))
        reader->id_column = add_column(reader, table->id, NULL);
    for (size_t i = 0; i < table->n; i++) {
        bool is_chosen =
            selection->table ? selection->chosen >> i & 1 : !is_compact || i < table->n_compact;
        reader->first_column[i] = NO_COLUMN;
        if (is_chosen)
            add_columns_of(reader, i);
        if (is_chosen && selection->table && selection->initiatives &&
            strcmp(table->items[i].name, "initiatives") == 0)
            reader->counts_column = reader->first_column[i];
    }
    if (reader->items.page.by_distance)
        reader->distance_column = add_column(reader, &property_distance_m, NULL);
}

struct feature_reader *feature_reader_new(const struct snapshot *snapshot, struct items_page *items,
                                          struct aro_error *err)
{
    struct feature_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        aro_error_no_memory(err);
        return NULL;
    }
    reader->snapshot = snapshot;
    reader->points = collection_points(items->collection, snapshot);
    reader->items = *items;
    items->page = (struct query_page){0};
    items->initiatives = NULL;
    items->selection.crs = (struct crs_view){0};
    reader->items.selection.points = reader->points;
    reader->walk.page = &reader->items.page;
    make_columns(reader);
    return reader;
}

void feature_reader_free(struct feature_reader *reader)
{
    if (!reader)
        return;
    query_page_clear(&reader->items.page);
    free(reader->items.initiatives);
    selection_clear(&reader->items.selection);
    aro_buffer_clear(&reader->made);
    free(reader->wanted);
    free(reader);
}

const struct feature_column *feature_reader_columns(const struct feature_reader *reader,
                                                    size_t *out_n)
{
    *out_n = reader->n_columns;
    return reader->columns;
}

bool feature_reader_has_key(const struct feature_reader *reader)
{
    return reader->id_column != NO_COLUMN &&
           reader->columns[reader->id_column].type == PROPERTY_INTEGER;
}

const struct crs *feature_reader_crs(const struct feature_reader *reader)
{
    const struct crs *crs = reader->items.selection.crs.crs;
    return crs ? crs : &crs_systems[0];
}

const struct items_page *feature_reader_items(const struct feature_reader *reader)
{
    return &reader->items;
}

/* ---- Rows ---- */

static int compare_keys(const void *one, const void *other, void *context)
{
    const int64_t *ids = context;
    int64_t a = ids[((const struct geo_hit *)one)->position];
    int64_t b = ids[((const struct geo_hit *)other)->position];
    return (a > b) - (a < b);
}

bool feature_reader_by_key(struct feature_reader *reader, struct aro_error *err)
{
    struct query_page *page = &reader->items.page;
    if (page->in_hits) {
        qsort_r(page->hits.items, page->hits.n, sizeof *page->hits.items, compare_keys,
                reader->points->ids);
        return true;
    }
    reader->wanted = calloc(geo_bits_words(reader->points->n), sizeof *reader->wanted);
    if (!reader->wanted)
        return aro_error_no_memory(err);
    for (size_t i = 0; i < page->runs.n; i++)
        geo_bits_set(reader->wanted, page->runs.items[i]);
    return true;
}

/* Those wanted, in the order of their keys. */
static bool next_by_key(struct feature_reader *reader, struct feature_row *row)
{
    const uint32_t *by_id = reader->snapshot->initiative.by_id;
    while (reader->next_by_id < reader->points->n) {
        row->position = by_id[reader->next_by_id++];
        row->distance_m = NAN;
        if (geo_bits_has(reader->wanted, row->position))
            return true;
    }
    return false;
}

static bool next_row(struct feature_reader *reader, struct feature_row *row)
{
    return reader->wanted ? next_by_key(reader, row)
                          : query_next(&reader->walk, &row->position, &row->distance_m);
}

bool feature_reader_next(struct feature_reader *reader, struct feature_row *out_row)
{
    if (reader->next_row == reader->n_rows) {
        struct feature_row *rows = reader->rows;
        size_t n = 0;
        while (n < BLOCK_ROWS && next_row(reader, &rows[n]))
            n++;
        reader->n_rows = n;
        reader->next_row = 0;
        selection_place(&reader->items.selection, rows, n);
    }
    if (reader->next_row == reader->n_rows)
        return false;
    *out_row = reader->rows[reader->next_row++];
    return true;
}

/* ---- Values of a row ---- */

static bool is_null(struct schema_json_slice value)
{
    return value.len == 4 && memcmp(value.text, "null", 4) == 0;
}

static void set_value(struct feature_reader *reader, int column, struct schema_json_slice value)
{
    if (!is_null(value))
        reader->values[column] = value;
}

static void set_members(struct feature_reader *reader, int column, struct schema_json_slice object)
{
    const struct property *property = reader->columns[column].property;
    struct schema_json_walk walk = {.text = object.text, .len = object.len};
    struct schema_json_slice key, value;
    if (object.len == 0 || *object.text != '{')
        return;
    while (schema_json_key(&walk, &key) == SCHEMA_JSON_FOUND &&
           schema_json_value(&walk, &value) == SCHEMA_JSON_FOUND)
        for (int i = column; i < (int)reader->n_columns; i++) {
            if (reader->columns[i].property != property)
                break;
            if (schema_json_is(key, reader->columns[i].member))
                set_value(reader, i, value);
        }
}

/* Members stand in the table's order, some of them left out. */
static void set_properties(struct feature_reader *reader, struct schema_json_walk *walk)
{
    const struct property_table *table = reader->items.collection->properties;
    struct schema_json_slice key, value;
    size_t item = 0;
    while (schema_json_key(walk, &key) == SCHEMA_JSON_FOUND &&
           schema_json_value(walk, &value) == SCHEMA_JSON_FOUND) {
        while (item < table->n && !schema_json_is(key, table->items[item].name))
            item++;
        if (item == table->n)
            return;
        int column = reader->first_column[item];
        if (column == NO_COLUMN)
            continue;
        if (reader->columns[column].member)
            set_members(reader, column, value);
        else
            set_value(reader, column, value);
    }
}

/* What was appended to `made` from there on; as in the features' texts, something that is no part
 * of a number stands behind it. */
static void set_made(struct feature_reader *reader, int column, size_t from)
{
    aro_buffer_char(&reader->made, ',');
    if (!reader->made.failed)
        reader->values[column] =
            (struct schema_json_slice){reader->made.data + from, reader->made.len - 1 - from};
}

/* Numbers that do not stand in the text. */
static void set_numbers(struct feature_reader *reader, const struct feature_row *row)
{
    struct aro_buffer *made = &reader->made;
    made->len = 0;
    aro_buffer_reserve(made, 64); /* both: what was made does not move */
    if (reader->counts_column != NO_COLUMN) {
        aro_json_integer(made, reader->items.selection.initiatives[row->position]);
        set_made(reader, reader->counts_column, 0);
    }
    if (reader->distance_column != NO_COLUMN) {
        size_t from = made->len;
        aro_json_number(made, row->distance_m, 1);
        set_made(reader, reader->distance_column, from);
    }
}

const struct schema_json_slice *feature_reader_values(struct feature_reader *reader,
                                                      const struct feature_row *row)
{
    static const char before_id[] = ",{\"type\":\"Feature\",\"id\":";
    struct text_slice slice = text_block_at(reader->items.texts, row->position);
    struct schema_json_walk walk = {
        .text = slice.text, .len = slice.len, .at = sizeof before_id - 1};
    struct schema_json_slice id;
    memset(reader->values, 0, reader->n_columns * sizeof *reader->values);
    bool has_id = schema_json_value(&walk, &id) == SCHEMA_JSON_FOUND;
    if (has_id && reader->id_column != NO_COLUMN)
        set_value(reader, reader->id_column, id);
    walk = feature_value_properties(slice.text, slice.len);
    set_properties(reader, &walk);
    set_numbers(reader, row);
    return reader->values;
}
