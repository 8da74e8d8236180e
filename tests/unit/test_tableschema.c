/*
 * The published descriptions of our files (schema/<kind>.tableschema.json) against what the
 * importer takes: the same columns, required where it requires them.
 */
#include "schema/import_inside.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static const struct import_kind *const kinds[] = {
    &import_regions,
    &import_departements,
    &import_epcis,
    &import_communes,
    &import_communes_anciennes,
    &import_contours,
    &import_themes,
    &import_labels,
    &import_initiatives,
};

/* Other ways to say what described columns say: a projected position, a place as one object; and,
 * in our own exports, that a position is the commune's. */
static const char *const undescribed[] = {"x", "y", "lieu", "position", NULL};

static bool listed(const char *const *names, const char *name)
{
    for (; *names; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

static const struct import_column *find_column(const struct import_kind *kind, const char *name)
{
    for (size_t i = 0; i < kind->n_columns; i++) {
        if (strcmp(kind->columns[i].name, name) == 0)
            return &kind->columns[i];
    }
    return NULL;
}

static const json_t *find_field(const json_t *fields, const char *name)
{
    size_t i;
    json_t *field;
    json_array_foreach(fields, i, field)
    {
        if (strcmp(json_string_value(json_object_get(field, "name")), name) == 0)
            return field;
    }
    return NULL;
}

static bool is_required(const json_t *field)
{
    return json_is_true(json_object_get(json_object_get(field, "constraints"), "required"));
}

static void same_columns(void **state)
{
    (void)state;
    int failures = 0;
    const char *root = getenv("AROBASE_SOURCE");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const struct import_kind *kind = kinds[k];
        char path[512];
        snprintf(path, sizeof path, "%s/schema/%s.tableschema.json", root ? root : "..",
                 kind->name);
        json_t *schema = json_load_file(path, 0, NULL);
        const json_t *fields = json_object_get(schema, "fields");
        CHECK(failures, path, json_array_size(fields) > 0);
        CHECK(failures, kind->name, strcmp(schema_import_kinds()[k], kind->name) == 0);
        for (size_t i = 0; i < json_array_size(fields); i++) {
            const json_t *field = json_array_get(fields, i);
            const char *name = json_string_value(json_object_get(field, "name"));
            CHECK(failures, name,
                  find_column(kind, name) || (kind->ignored && listed(kind->ignored, name)));
        }
        for (size_t i = 0; i < kind->n_columns; i++) {
            const struct import_column *column = &kind->columns[i];
            const json_t *field = find_field(fields, column->name);
            CHECK(failures, column->name, field || listed(undescribed, column->name));
            CHECK(failures, column->name, !column->required || is_required(field));
            /* Our own export of communes has no type: it holds those of today only. */
            CHECK(failures, column->name,
                  column->required || !is_required(field) || strcmp(column->name, "type") == 0);
        }
        json_decref(schema);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
