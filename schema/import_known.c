/*
 * What an import checks its rows against: the territories and communes in the store.
 */
#include <string.h>

#include "schema/import_inside.h"

static bool add_territory(void *context, const struct schema_territory *row, struct aro_error *err)
{
    uint32_t existing;
    return schema_keymap_put(context, row->code, strlen(row->code), 0, &existing, err);
}

bool import_known_territories(struct schema_store *store, enum schema_territory_kind kind,
                              struct schema_keymap *known, struct aro_error *err)
{
    return schema_read_territories(store, kind, add_territory, known, err);
}

void import_check_known(struct import_row *row, size_t column, const struct schema_keymap *known,
                        const char *reason)
{
    struct import_text value = row->values[column];
    if (value.text && schema_keymap_find(known, value.text, value.len) == SCHEMA_KEYMAP_NONE)
        import_problem(row, column, reason);
}

const struct schema_place *import_place(struct import_row *row, size_t column,
                                        const struct schema_places *places)
{
    struct import_text code = row->values[column];
    const struct schema_place *place =
        code.text ? schema_places_find(places, code.text, code.len) : NULL;
    if (code.text && !place)
        import_problem(row, column,
                       "no commune has or had this code in the store; import communes and "
                       "communes-anciennes first");
    return place;
}

struct schema_value import_given_code(const struct import_row *row, size_t column,
                                      const struct schema_place *place)
{
    const struct import_text *code = &row->values[column];
    bool of_today =
        strlen(place->code) == code->len && memcmp(place->code, code->text, code->len) == 0;
    return of_today ? (struct schema_value){0} : import_value(row, column);
}
