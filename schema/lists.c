#include "schema/lists.h"

#include <string.h>

#include <jansson.h>

#include "schema/rules.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Hands on one item without the blanks around it; an empty one is no item. */
static bool hand_on(const char *text, size_t len, size_t *n, schema_item_fn *item, void *context,
                    struct aro_error *err)
{
    while (len > 0 && is_blank(*text)) {
        text++;
        len--;
    }
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    if (len == 0)
        return true;
    if (++*n > SCHEMA_LIST_MAX_ITEMS)
        return aro_error_set(err, ARO_BAD_INPUT, "more than %d items", SCHEMA_LIST_MAX_ITEMS);
    return item(context, text, len, err);
}

static bool each_json(const char *text, size_t len, schema_item_fn *item, void *context,
                      struct aro_error *err)
{
    json_t *list = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_array(list);
    size_t n = 0;
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        json_t *value = json_array_get(list, i);
        ok = json_is_string(value) &&
             hand_on(json_string_value(value), json_string_length(value), &n, item, context, err);
    }
    json_decref(list);
    /* Where an item was refused, its own error stays. */
    return ok || aro_error_set(err, ARO_BAD_INPUT, "a list of texts was wanted");
}

bool schema_list_each(const char *text, size_t text_len, schema_item_fn *item, void *context,
                      struct aro_error *err)
{
    if (text_len > 0 && *text == '[')
        return each_json(text, text_len, item, context, err);
    size_t n = 0;
    for (const char *end = text + text_len; text < end;) {
        const char *bar = memchr(text, '|', (size_t)(end - text));
        const char *stop = bar ? bar : end;
        if (!hand_on(text, (size_t)(stop - text), &n, item, context, err))
            return false;
        text = stop + 1;
    }
    return true;
}
