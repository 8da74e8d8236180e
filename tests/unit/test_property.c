#include "server/property.h"
#include "tests/unit/check.h"
#include "tests/unit/random_snapshot.h"

#include <jansson.h>

#include "geo/instant.h"

enum { POSITIONS = 1000, MAX_CODES = 64 };

static const struct collection_case {
    const char *name;
    const struct property_table *table;
    size_t points; /* offset of the point_set in the snapshot */
} cases[] = {
    {"initiatives", &properties_of_initiatives, offsetof(struct snapshot, initiatives)},
    {"communes", &properties_of_communes, offsetof(struct snapshot, communes)},
    {"epcis", &properties_of_epcis, offsetof(struct snapshot, territories[SCHEMA_EPCI].points)},
    {"departements", &properties_of_departements,
     offsetof(struct snapshot, territories[SCHEMA_DEPARTEMENT].points)},
    {"regions", &properties_of_regions,
     offsetof(struct snapshot, territories[SCHEMA_REGION].points)},
    {"labels", &properties_of_labels, offsetof(struct snapshot, labels)},
};
enum { N_CASES = sizeof cases / sizeof *cases };

static const struct point_set *points_of(const struct collection_case *a_case,
                                         const struct snapshot *snapshot)
{
    return (const struct point_set *)((const char *)snapshot + a_case->points);
}

static json_t *load(const struct text_block *texts, uint32_t position)
{
    uint64_t from = texts->offsets[position] + 1, to = texts->offsets[position + 1];
    return json_loadb(texts->block + from, to - from, 0, NULL);
}

/* ---- The finished texts as the twin ---- */

static bool is_text(struct property_text text, const json_t *json)
{
    return json_is_string(json) && json_string_length(json) == text.len &&
           memcmp(json_string_value(json), text.bytes, text.len) == 0;
}

static bool is_set(const struct property *property, const struct snapshot *snapshot, uint64_t set,
                   const json_t *json)
{
    size_t at = 0;
    for (uint32_t i = 0; i < MAX_CODES; i++) {
        if (!(set >> i & 1))
            continue;
        if (i >= property->dictionary->n(snapshot) ||
            !is_text(property->dictionary->text(snapshot, i), json_array_get(json, at++)))
            return false;
    }
    return json_is_array(json) && json_array_size(json) == at;
}

static bool is_point(struct geo_coord coord, const json_t *json)
{
    const json_t *numbers = json_object_get(json, "coordinates");
    double lon = json_number_value(json_array_get(numbers, 0));
    double lat = json_number_value(json_array_get(numbers, 1));
    return lon == coord.lon_e7 / 1e7 && lat == coord.lat_e7 / 1e7;
}

static bool is_same(const struct property *property, const struct snapshot *snapshot,
                    uint32_t position, const json_t *json)
{
    struct property_value value = property_read(property, snapshot, position);
    char day[GEO_DAY_TEXT_BYTES];
    if (value.is_null)
        return json_is_null(json);
    switch (property->type) {
    case PROPERTY_INTEGER:
        return json_is_integer(json) && json_integer_value(json) == value.integer &&
               (property->max == 0 ||
                (value.integer >= property->min && value.integer <= property->max));
    case PROPERTY_TEXT:
        return is_text(value.text, json);
    case PROPERTY_DATE:
        geo_day_text(value.day, day);
        return is_text((struct property_text){day, strlen(day)}, json);
    case PROPERTY_TEXTS:
        return is_set(property, snapshot, value.set, json);
    case PROPERTY_GEOMETRY:
        return is_point(value.coord, json);
    case PROPERTY_NUMBER:
    case PROPERTY_INSTANT:
    case PROPERTY_JSON:
        break;
    }
    return false; /* of these there are no columns */
}

/* What is only in the text is at least of the type that the table says. */
static bool is_of_type(const struct property *property, const json_t *json)
{
    bool known = !property->values;
    switch (property->type) {
    case PROPERTY_INTEGER:
        return json_is_integer(json) || json_is_null(json);
    case PROPERTY_TEXT:
        for (size_t i = 0; !known && property->values[i] && json_is_string(json); i++)
            known = strcmp(property->values[i], json_string_value(json)) == 0;
        return json_is_null(json) || (json_is_string(json) && known);
    case PROPERTY_INSTANT:
        return json_is_string(json) && json_string_length(json) == strlen("2020-01-01T00:00:00Z");
    case PROPERTY_TEXTS:
        return json_is_array(json);
    case PROPERTY_JSON:
        return json_is_object(json) || json_is_array(json);
    case PROPERTY_NUMBER:
    case PROPERTY_DATE:
    case PROPERTY_GEOMETRY:
        break;
    }
    return false;
}

static void check_property(const struct property *property, const struct snapshot *snapshot,
                           uint32_t position, const json_t *json, int *failures)
{
    if (!json) /* long texts that are empty are left out */
        CHECK(*failures, property->name, !property_is_readable(property));
    else if (property_is_readable(property))
        CHECK(*failures, property->name, is_same(property, snapshot, position, json));
    else
        CHECK(*failures, property->name, is_of_type(property, json));
}

/* ---- Tests ---- */

static void says_what_the_text_says(void **state)
{
    const struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    int failures = 0;
    for (int c = 0; c < N_CASES; c++) {
        const struct property_table *table = cases[c].table;
        const struct point_set *points = points_of(&cases[c], snapshot);
        size_t step = points->n > POSITIONS ? points->n / POSITIONS : 1;
        for (uint32_t at = 0; at < points->n; at += (uint32_t)step) {
            json_t *feature = load(&points->full, at);
            const json_t *members = json_object_get(feature, "properties");
            for (size_t i = 0; i < table->n; i++)
                check_property(&table->items[i], snapshot, at,
                               json_object_get(members, table->items[i].name), &failures);
            check_property(table->id, snapshot, at, json_object_get(feature, "id"), &failures);
            check_property(table->geometry, snapshot, at, json_object_get(feature, "geometry"),
                           &failures);
            json_decref(feature);
        }
    }
    assert_int_equal(failures, 0);
}

/* True where the members are those of the first n items, in their order, some left out. */
static bool in_order(const struct property_table *table, size_t n, json_t *members)
{
    const char *name;
    json_t *value;
    size_t at = 0;
    json_object_foreach(members, name, value)
    {
        while (at < n && strcmp(table->items[at].name, name) != 0)
            at++;
        if (at++ >= n)
            return false;
    }
    return true;
}

static void comes_in_the_order_of_the_texts(void **state)
{
    const struct fixture *fixture = *state;
    int failures = 0;
    for (int c = 0; c < N_CASES; c++) {
        const struct property_table *table = cases[c].table;
        const struct point_set *points = points_of(&cases[c], fixture->snapshot);
        json_t *full = load(&points->full, 0);
        CHECK(failures, cases[c].name,
              in_order(table, table->n, json_object_get(full, "properties")));
        json_decref(full);
        CHECK(failures, cases[c].name, (table->n_compact > 0) == (points->compact.block != NULL));
        if (table->n_compact == 0)
            continue;
        json_t *compact = load(&points->compact, 0),
               *members = json_object_get(compact, "properties");
        CHECK(failures, cases[c].name, json_object_size(members) == table->n_compact);
        CHECK(failures, cases[c].name, in_order(table, table->n_compact, members));
        json_decref(compact);
    }
    assert_int_equal(failures, 0);
}

static void is_found_by_name(void **state)
{
    (void)state;
    int failures = 0;
    for (int c = 0; c < N_CASES; c++) {
        const struct property_table *table = cases[c].table;
        for (size_t i = 0; i < table->n; i++) {
            const struct property *item = &table->items[i];
            size_t len = strlen(item->name);
            CHECK(failures, item->name, property_find(table, item->name, len) == item);
            CHECK(failures, item->name, property_find(table, item->name, len - 1) != item);
            CHECK(failures, item->name, item->title && item->description);
            CHECK(failures, item->name, !item->code || (item->dictionary && !item->read));
            CHECK(failures, item->name,
                  item->type != PROPERTY_TEXTS ||
                      (item->read != NULL) == (item->dictionary != NULL));
        }
        CHECK(failures, cases[c].name,
              property_find(table, table->id->name, strlen(table->id->name)) == table->id);
        CHECK(failures, cases[c].name, property_find(table, "geometry", 8) == table->geometry);
        CHECK(failures, cases[c].name, !property_find(table, "", 0));
        CHECK(failures, cases[c].name, !property_find(table, "Titre", 5));
    }
    assert_int_equal(failures, 0);
}

static void sorts_by_what_has_an_order(void **state)
{
    (void)state;
    static const char *const not_sortable[] = {"axes", "themes", "sous_titre", "geometry", "lieu"};
    const struct property_table *table = &properties_of_initiatives;
    int failures = 0;
    for (size_t i = 0; i < sizeof not_sortable / sizeof *not_sortable; i++)
        CHECK(
            failures, not_sortable[i],
            !property_is_sortable(property_find(table, not_sortable[i], strlen(not_sortable[i]))));
    CHECK(failures, "date", property_is_sortable(property_find(table, "date", 4)));
    CHECK(failures, "commune_nom", property_is_sortable(property_find(table, "commune_nom", 11)));
    CHECK(failures, "id", property_is_sortable(table->id));
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_the_text_says),
        cmocka_unit_test(comes_in_the_order_of_the_texts),
        cmocka_unit_test(is_found_by_name),
        cmocka_unit_test(sorts_by_what_has_an_order),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
