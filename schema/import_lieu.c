#include "schema/import_lieu.h"

#include <string.h>

#include <jansson.h>

#include "geo/json.h"

enum part { NOM, ADRESSE, CODE_POSTAL, TELEPHONE, TYPE, N_PARTS };

static const char *const types[] = {"ville", "autre", NULL};

static bool check_type(const char *text, size_t text_len, struct aro_error *err)
{
    const char *one;
    return schema_rule_word(text, text_len, types, &one, err);
}

static const struct {
    const char *name;
    bool (*check)(const char *text, size_t text_len, struct aro_error *err);
} parts[N_PARTS] = {
    [NOM] = {"nom", import_name},
    [ADRESSE] = {"adresse", import_line},
    [CODE_POSTAL] = {"code_postal", import_postal_code},
    [TELEPHONE] = {"telephone", schema_rule_telephone},
    [TYPE] = {"type", check_type},
};

static void write_part(struct import_row *row, size_t column, enum part part, const char *text,
                       size_t len, struct aro_buffer *out)
{
    struct aro_error why = {0};
    if (len == 0)
        return;
    if (!parts[part].check(text, len, &why)) {
        import_problem_at(row, column, text, len, why.message);
        return;
    }
    aro_buffer_char(out, out->len ? ',' : '{');
    aro_json_text(out, parts[part].name);
    aro_buffer_char(out, ':');
    aro_json_string(out, text, len);
}

static bool known_part(const char *name)
{
    for (size_t i = 0; i < N_PARTS; i++) {
        if (strcmp(parts[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool is_lieu(json_t *object)
{
    const char *key;
    json_t *value;
    bool ok = json_is_object(object);
    json_object_foreach(object, key, value) ok =
        ok && known_part(key) && (json_is_string(value) || json_is_null(value));
    return ok;
}

static void read_object(struct import_row *row, size_t column, struct aro_buffer *out)
{
    struct import_text field = row->values[column];
    json_t *object = json_loadb(field.text, field.len, JSON_REJECT_DUPLICATES, NULL);
    if (!is_lieu(object)) {
        import_problem(row, column,
                       "{\"nom\", \"adresse\", \"code_postal\", \"telephone\", \"type\"} with "
                       "texts was wanted");
    } else {
        for (size_t i = 0; i < N_PARTS; i++) {
            const json_t *value = json_object_get(object, parts[i].name);
            write_part(row, column, (enum part)i, json_string_value(value),
                       json_string_length(value), out);
        }
    }
    json_decref(object);
}

struct schema_value import_lieu_read(struct import_row *row,
                                     const struct import_lieu_columns *columns,
                                     struct aro_buffer *out)
{
    const size_t texts[N_PARTS] = {
        [NOM] = columns->nom,
        [ADRESSE] = columns->adresse,
        [CODE_POSTAL] = columns->code_postal,
        [TELEPHONE] = columns->telephone,
        [TYPE] = columns->type,
    };
    out->len = 0;
    for (size_t i = 0; i < N_PARTS; i++)
        write_part(row, texts[i], (enum part)i, row->values[texts[i]].text,
                   row->values[texts[i]].len, out);
    if (row->values[columns->object].text) {
        if (out->len > 0)
            import_problem(row, columns->object, "the place is given twice; lieu or lieu_… wanted");
        else
            read_object(row, columns->object, out);
    }
    if (out->len == 0)
        return (struct schema_value){0};
    aro_buffer_char(out, '}');
    return schema_value_text(out->data, out->len);
}
