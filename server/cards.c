#include "server/cards.h"

#include <math.h>
#include <string.h>

#include "server/collections.h"

enum { RESUME_BYTES = 220 };

json_t *card_feature(const struct snapshot *snapshot, uint32_t position)
{
    struct text_slice slice = text_block_at(&snapshot->initiatives.full, position);
    return json_loadb(slice.text + 1, slice.len - 1, 0, NULL); /* without the comma */
}

json_t *card_beginning(const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (len <= RESUME_BYTES)
        return json_stringn(text ? text : "", len);
    len = RESUME_BYTES;
    while (len > 0 && text[len] != ' ')
        len--;
    while (len > 0 && strchr(" ,;:", text[len - 1]))
        len--;
    if (len == 0) /* one long word: between two characters of it */
        for (len = RESUME_BYTES; len > 0 && (text[len] & 0xc0) == 0x80;)
            len--;
    return json_sprintf("%.*s…", (int)len, text);
}

json_t *card_theme(const struct snapshot *snapshot, uint32_t theme)
{
    uint32_t axe = theme;
    while (snapshot->themes[axe].parent != SNAPSHOT_NONE)
        axe = snapshot->themes[axe].parent;
    return json_pack("{s:s, s:s, s:s}", "id", snapshot->themes[theme].id, "libelle",
                     snapshot->themes[theme].libelle, "axe", snapshot->themes[axe].id);
}

json_t *card_themes(const struct snapshot *snapshot, const json_t *ids)
{
    size_t i;
    json_t *id, *list = json_array();
    json_array_foreach(ids, i, id)
    {
        uint32_t theme = snapshot_theme(snapshot, json_string_value(id));
        if (theme != SNAPSHOT_NONE)
            json_array_append_new(list, card_theme(snapshot, theme));
    }
    return list;
}

/* As one says it: in metres, or in kilometres from one on. */
static json_t *distance(double distance_m)
{
    if (distance_m < 1)
        return json_pack("{s:b}", "same", 1);
    if (distance_m < 1000)
        return json_pack("{s:I}", "m", (json_int_t)round(distance_m));
    return json_pack("{s:f}", "km", distance_m / 1000);
}

json_t *card_new(const struct snapshot *snapshot, uint32_t position, double distance_m)
{
    json_t *feature = card_feature(snapshot, position);
    json_t *properties = json_object_get(feature, "properties");
    uint32_t commune = snapshot->initiative.communes[position];
    json_t *card =
        feature
            ? json_pack("{s:O, s:O, s:o, s:O, s:{s:s, s:s}, s:o, s:o}", "id",
                        json_object_get(feature, "id"), "titre",
                        json_object_get(properties, "titre"), "resume",
                        card_beginning(json_string_value(json_object_get(properties, "actions"))),
                        "date", json_object_get(properties, "date"), "commune", "code",
                        snapshot->commune.codes[commune], "nom", snapshot->commune.noms[commune],
                        "axes", card_themes(snapshot, json_object_get(properties, "axes")),
                        "usages", card_themes(snapshot, json_object_get(properties, "themes")))
            : NULL;
    if (card && !isnan(distance_m))
        json_object_set_new(card, "distance", distance(distance_m));
    json_decref(feature);
    return card;
}

json_t *cards_of_page(const struct snapshot *snapshot, const struct query_page *page)
{
    struct query_walk walk = {.page = page};
    uint32_t position;
    double distance_m;
    json_t *list = json_array();
    while (list && query_next(&walk, &position, &distance_m))
        if (json_array_append_new(list, card_new(snapshot, position, distance_m)) != 0) {
            json_decref(list);
            list = NULL;
        }
    return list;
}

static int append(const char *text, size_t len, void *out)
{
    aro_buffer_append(out, text, len);
    return 0;
}

void cards_write(json_t *value, struct aro_buffer *out)
{
    enum { DIGITS = 12 }; /* of coordinates, all that they have */
    out->failed |= !value || json_dump_callback(value, append, out,
                                                JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(value);
}

bool cards_answer(struct response *response, json_t *value, struct aro_error *err)
{
    struct aro_buffer *out = response_buffer(response);
    cards_write(value, out);
    aro_buffer_char(out, '\n');
    return aro_buffer_ok(out, err);
}

json_t *card_territory(const struct snapshot *snapshot, enum schema_territory_kind kind,
                       uint32_t number)
{
    static const char *const paths[] = {
        [SCHEMA_REGION] = "region", [SCHEMA_DEPARTEMENT] = "departement", [SCHEMA_EPCI] = "epci"};
    size_t n;
    const struct snapshot_territory *territory = &snapshot_territories(snapshot, kind, &n)[number];
    return json_pack("{s:s, s:s, s:o, s:I}", "code", territory->code, "nom", territory->nom, "href",
                     json_sprintf("territoires/%s/%s", paths[kind], territory->code), "count",
                     (json_int_t)territory->n_initiatives);
}

json_t *card_commune(const struct snapshot *snapshot, uint32_t commune)
{
    const struct commune_columns *columns = &snapshot->commune;
    return json_pack("{s:s, s:s, s:o, s:I}", "code", columns->codes[commune], "nom",
                     columns->noms[commune], "href",
                     json_sprintf("territoires/commune/%s", columns->codes[commune]), "count",
                     (json_int_t)columns->n_initiatives[commune]);
}

json_t *cards_newest(const struct request *request, const char *const *params, const char *limit,
                     struct query_set *out_set, struct aro_error *err)
{
    const char *asked_params[PARAM_COUNT_OF_ALL];
    struct request asked = *request;
    struct query_page page = {0};
    json_t *cards = NULL;
    memcpy(asked_params, params, sizeof asked_params);
    asked_params[PARAM_SORTBY] = "-date";
    asked_params[PARAM_LIMIT] = limit;
    asked.params = asked_params;
    struct query *query = query_new(&asked, &collections[COLLECTION_INITIATIVES], err);
    if (query && query_page(query, &page, err) && query_find(query, NULL, out_set, err)) {
        cards = cards_of_page(request->snapshot, &page);
        if (!cards) {
            query_set_clear(out_set);
            aro_error_no_memory(err);
        }
    }
    query_page_clear(&page);
    query_free(query);
    return cards;
}

json_t *cards_crumbs(const json_t *links, const char *title)
{
    size_t i;
    json_t *link, *crumbs = json_array();
    json_array_foreach(links, i, link)
        json_array_append_new(crumbs, json_pack("{s:O, s:O}", "href", json_object_get(link, "href"),
                                                "title", json_object_get(link, title)));
    return crumbs;
}
