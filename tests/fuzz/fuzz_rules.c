/*
 * The rules of the model and the lists of a field: the first byte says which, the rest is the text.
 */
#include <stdlib.h>
#include <string.h>

#include "geo/utf8.h"
#include "schema/lists.h"
#include "schema/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count_item(void *context, const char *text, size_t text_len, struct aro_error *err)
{
    (void)err;
    if (text_len == 0 || text[0] == ' ' || text[text_len - 1] == ' ')
        abort(); /* items are handed on without blanks around them, and never empty */
    ++*(size_t *)context;
    return true;
}

static bool apply(uint8_t which, const char *text, size_t len, struct aro_error *err)
{
    int64_t integer;
    enum schema_statut statut;
    const char *one;
    size_t n = 0;
    switch (which % 12) {
    case 0:
        return schema_rule_line(text, len, SCHEMA_TITRE_MAX_CHARS, err);
    case 1:
        return schema_rule_prose(text, len, 50, err);
    case 2:
        return schema_rule_date(text, len, err);
    case 3:
        return schema_rule_url(text, len, err);
    case 4:
        return schema_rule_email(text, len, err);
    case 5:
        return schema_rule_telephone(text, len, err);
    case 6:
        return schema_rule_code(which / 12 % 6, text, len, err);
    case 7:
        return schema_rule_integer(text, len, 0, 1000000, &integer, err);
    case 8:
        return schema_rule_statut(text, len, &statut, err);
    case 9:
        return schema_rule_word(text, len, schema_zones, &one, err);
    default:
        if (!schema_list_each(text, len, count_item, &n, err))
            return false;
        if (n > SCHEMA_LIST_MAX_ITEMS)
            abort();
        return true;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || !geo_utf8_valid((const char *)data + 1, size - 1))
        return 0; /* readers hand on nothing else */
    /* A block of its own, without a terminator: reading on is found. */
    char *text = malloc(size);
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    struct aro_error err = {0};
    bool ok = apply(data[0], text, size - 1, &err);
    if (!ok && (err.status == ARO_OK || !err.message[0]))
        abort(); /* every refusal says why */
    free(text);
    return 0;
}
