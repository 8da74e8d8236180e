#include "server/lieu.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "geo/names.h"

/* "Martigues (13056)" and "13056" are codes, as the forms' own suggestions write them. */
static bool code_in(const char *text, char out_code[16])
{
    const char *open = strrchr(text, '(');
    const char *start = open ? open + 1 : text;
    size_t len = strspn(start, "0123456789ABab");
    bool ends = start[len] == '\0' || (open && strcmp(start + len, ")") == 0);
    if (len < 5 || len > 9 || !ends)
        return false;
    memcpy(out_code, start, len);
    out_code[len] = '\0';
    for (char *c = out_code; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return true;
}

bool lieu_find(const struct snapshot *snapshot, const char *text, struct lieu *out_lieu,
               struct aro_error *err)
{
    *out_lieu = (struct lieu){.param = PARAM_COUNT_OF_ALL};
    if (code_in(text, out_lieu->code)) {
        if (snapshot_commune(snapshot, out_lieu->code) != SNAPSHOT_NONE)
            out_lieu->param = PARAM_COMMUNE;
        else if (snapshot_territory(snapshot, SCHEMA_EPCI, out_lieu->code) != SNAPSHOT_NONE)
            out_lieu->param = PARAM_EPCI;
        if (out_lieu->param != PARAM_COUNT_OF_ALL)
            return true;
    }
    if (!geo_names_search(snapshot->commune_names, text, strlen(text), LIEU_MAX_FOUND,
                          out_lieu->found, &out_lieu->n_found, err))
        return false;
    if (out_lieu->n_found > 0) {
        out_lieu->param = PARAM_COMMUNE;
        snprintf(out_lieu->code, sizeof out_lieu->code, "%s",
                 snapshot->commune.codes[out_lieu->found[0]]);
    }
    return true;
}

void lieu_write(const struct snapshot *snapshot, const char *const *params, struct aro_buffer *out)
{
    const char *code = params[PARAM_COMMUNE], *epci = params[PARAM_EPCI];
    uint32_t commune = code ? snapshot_commune(snapshot, code) : SNAPSHOT_NONE;
    if (commune != SNAPSHOT_NONE)
        aro_buffer_printf(out, "%s (%s)", snapshot->commune.noms[commune],
                          snapshot->commune.codes[commune]);
    else if (epci)
        aro_buffer_text(out, epci);
}
