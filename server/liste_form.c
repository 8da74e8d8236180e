#include "server/liste.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cards.h"
#include "server/params.h"

/* ---- Values in words ---- */

static const char *territory_name(const struct snapshot *snapshot, enum param param,
                                  const char *code)
{
    enum schema_territory_kind kind = param == PARAM_EPCI          ? SCHEMA_EPCI
                                      : param == PARAM_DEPARTEMENT ? SCHEMA_DEPARTEMENT
                                                                   : SCHEMA_REGION;
    size_t n;
    uint32_t number;
    if (param == PARAM_COMMUNE) {
        number = snapshot_commune(snapshot, code);
        return number == SNAPSHOT_NONE ? NULL : snapshot->commune.noms[number];
    }
    number = snapshot_territory(snapshot, kind, code);
    return number == SNAPSHOT_NONE ? NULL : snapshot_territories(snapshot, kind, &n)[number].nom;
}

/* What one value of a list is called; NULL where it has no name. */
static const char *name_of(const struct snapshot *snapshot, enum param param, const char *value)
{
    uint32_t theme;
    switch (param) {
    case PARAM_COMMUNE:
    case PARAM_EPCI:
    case PARAM_DEPARTEMENT:
    case PARAM_REGION:
        return territory_name(snapshot, param, value);
    case PARAM_AXE:
    case PARAM_ENJEU:
    case PARAM_USAGE:
        theme = snapshot_theme(snapshot, value);
        return theme == SNAPSHOT_NONE ? NULL : snapshot->themes[theme].libelle;
    default:
        return NULL;
    }
}

/* "Martigues, Istres": a list's values by their names, anything else as it is. */
static json_t *in_words(const struct snapshot *snapshot, enum param param, const char *text)
{
    struct aro_buffer words = {0};
    while (*text) {
        char value[64];
        size_t len = strcspn(text, ",");
        snprintf(value, sizeof value, "%.*s", (int)(len < sizeof value ? len : sizeof value), text);
        const char *name = name_of(snapshot, param, value);
        aro_buffer_text(&words, words.len ? ", " : "");
        if (name)
            aro_buffer_text(&words, name);
        else
            aro_buffer_append(&words, text, len);
        text += len + (text[len] == ',');
    }
    json_t *value = words.failed ? NULL : json_stringn(words.data ? words.data : "", words.len);
    aro_buffer_clear(&words);
    return value;
}

/* The year of one end of an interval: 2018 of "2018-01-01" where `day` is "-01-01"; 0 of "..", an
 * open one; -1 where it is no whole year. */
static int year_of(const char *text, size_t len, const char *day)
{
    enum { YEAR_DIGITS = 4, DATE_BYTES = 10 };
    int year = 0;
    if (len == 2 && memcmp(text, "..", 2) == 0)
        return 0;
    if (len != DATE_BYTES || memcmp(text + YEAR_DIGITS, day, DATE_BYTES - YEAR_DIGITS) != 0)
        return -1;
    for (int i = 0; i < YEAR_DIGITS; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        year = 10 * year + (text[i] - '0');
    }
    return year;
}

/* What datetime= says in whole years: "2018-01-01/2020-12-31", or open to one side. */
static bool whole_years(const char *text, int *out_from, int *out_to)
{
    const char *slash = text ? strchr(text, '/') : NULL;
    if (!slash)
        return false;
    *out_from = year_of(text, (size_t)(slash - text), "-01-01");
    *out_to = year_of(slash + 1, strlen(slash + 1), "-12-31");
    return *out_from >= 0 && *out_to >= 0 && *out_from + *out_to > 0;
}

/* Whole years as their numbers; anything else as it is. */
static json_t *years_in_words(const char *text)
{
    int from, to;
    if (!whole_years(text, &from, &to))
        return json_string(text);
    if (from == to)
        return json_sprintf("%d", from);
    if (from == 0)
        return json_sprintf("…–%d", to);
    return to == 0 ? json_sprintf("%d–…", from) : json_sprintf("%d–%d", from, to);
}

static json_t *value_in_words(const struct snapshot *snapshot, enum param param, const char *value)
{
    if (param == PARAM_DATETIME)
        return years_in_words(value);
    bool is_list = PARAM_BIT(param) &
                   (PARAM_BIT(PARAM_COMMUNE) | PARAM_BIT(PARAM_EPCI) |
                    PARAM_BIT(PARAM_DEPARTEMENT) | PARAM_BIT(PARAM_REGION) | PARAM_BIT(PARAM_AXE) |
                    PARAM_BIT(PARAM_ENJEU) | PARAM_BIT(PARAM_USAGE) | PARAM_BIT(PARAM_NIVEAU));
    return is_list ? in_words(snapshot, param, value) : json_string(value);
}

/* ---- Chips ---- */

/* What goes with a parameter that is left out: it says nothing alone. */
static param_set with_its_own(enum param param)
{
    switch (param) {
    case PARAM_NEAR:
        return PARAM_BIT(PARAM_NEAR) | PARAM_BIT(PARAM_RADIUS);
    case PARAM_BBOX:
        return QUERY_BBOX_PARAMS;
    case PARAM_FILTER:
        return QUERY_CQL2_PARAMS;
    default:
        return PARAM_BIT(param);
    }
}

json_t *liste_chips(const struct snapshot *snapshot, const struct liste_wish *wish)
{
    static const enum param filters[] = {
        PARAM_Q,    PARAM_AXE,         PARAM_ENJEU,  PARAM_USAGE,    PARAM_COMMUNE,
        PARAM_EPCI, PARAM_DEPARTEMENT, PARAM_REGION, PARAM_DATETIME, PARAM_NIVEAU,
        PARAM_NEAR, PARAM_BBOX,        PARAM_FILTER,
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const char *value = wish->params[filters[i]];
        if (value)
            json_array_append_new(
                list, json_pack("{s:s, s:o, s:o}", "param", param_infos[filters[i]].name, "value",
                                value_in_words(snapshot, filters[i], value), "href",
                                facets_link("liste", wish->params, with_its_own(filters[i]),
                                            PARAM_COUNT_OF_ALL, NULL)));
    }
    return list;
}

/* ---- The form ---- */

static void add_option(json_t *options, const char *value, json_t *label, const char *chosen)
{
    json_t *option = json_pack("{s:s, s:o}", "value", value, "label", label);
    if (option && chosen && strcmp(chosen, value) == 0)
        json_object_set_new(option, "selected", json_true());
    json_array_append_new(options, option);
}

/* What is chosen and none of the options is one more of them, lest it be lost. */
static json_t *with_chosen(const struct snapshot *snapshot, enum param param, const char *chosen,
                           json_t *options)
{
    size_t i;
    json_t *option;
    json_array_foreach(options, i, option) if (json_object_get(option, "selected")) return options;
    if (chosen)
        add_option(options, chosen, value_in_words(snapshot, param, chosen), chosen);
    return options;
}

static json_t *territory_options(const struct snapshot *snapshot, enum schema_territory_kind kind,
                                 enum param param, const char *chosen)
{
    size_t n;
    const struct snapshot_territory *all = snapshot_territories(snapshot, kind, &n);
    json_t *options = json_array();
    for (size_t i = 0; i < n; i++)
        if (all[i].n_initiatives > 0 || (chosen && strcmp(chosen, all[i].code) == 0))
            add_option(options, all[i].code,
                       kind == SCHEMA_DEPARTEMENT ? json_sprintf("%s (%s)", all[i].nom, all[i].code)
                                                  : json_string(all[i].nom),
                       chosen);
    return with_chosen(snapshot, param, chosen, options);
}

static json_t *axe_options(const struct snapshot *snapshot, const char *chosen)
{
    json_t *options = json_array();
    for (size_t i = 0; i < snapshot->n_themes; i++)
        if (snapshot->themes[i].niveau == 1)
            add_option(options, snapshot->themes[i].id, json_string(snapshot->themes[i].libelle),
                       chosen);
    return with_chosen(snapshot, PARAM_AXE, chosen, options);
}

/* Usages in the groups of their axes: [{libelle, usages}]. */
static json_t *usage_groups(const struct snapshot *snapshot, const char *chosen)
{
    json_t *groups = json_array(), *usages = NULL;
    bool is_there = !chosen;
    for (size_t i = 0; i < snapshot->n_themes; i++) {
        const struct snapshot_theme *theme = &snapshot->themes[i];
        if (theme->niveau == 1) {
            usages = json_array();
            json_array_append_new(
                groups, json_pack("{s:s, s:o}", "libelle", theme->libelle, "usages", usages));
        } else if (theme->niveau == 3 && usages) {
            add_option(usages, theme->id, json_string(theme->libelle), chosen);
            is_there |= chosen && strcmp(chosen, theme->id) == 0;
        }
    }
    if (!is_there && usages)
        add_option(usages, chosen, value_in_words(snapshot, PARAM_USAGE, chosen), chosen);
    return groups;
}

static json_t *year_options(const struct snapshot *snapshot, const char *chosen,
                            struct aro_error *err)
{
    struct tally tally = {0};
    json_t *options = json_array();
    if (!tally_make(snapshot, BY_ANNEE, NULL, &tally, err)) {
        json_decref(options);
        return NULL;
    }
    for (size_t year = tally.n_slots; year-- > 0;) {
        char value[64];
        if (tally.slots[year] == 0)
            continue;
        snprintf(value, sizeof value, "%04zu-01-01/%04zu-12-31", year, year);
        add_option(options, value, json_sprintf("%zu", year), chosen);
    }
    tally_clear(&tally);
    return with_chosen(snapshot, PARAM_DATETIME, chosen, options);
}

static json_t *niveau_options(const struct snapshot *snapshot, const char *chosen)
{
    json_t *options = json_array();
    for (int niveau = 1; niveau <= 5; niveau++) {
        const char value[2] = {(char)('0' + niveau), '\0'};
        add_option(options, value, json_stringn("@@@@@", (size_t)niveau), chosen);
    }
    return with_chosen(snapshot, PARAM_NIVEAU, chosen, options);
}

/* Orders are words of the page: their keys stand for "-date" and so on. */
static json_t *order_options(const char *chosen)
{
    static const char *const orders[][2] = {
        {"-date", "newest"}, {"date", "oldest"}, {"titre", "title"}, {"commune_nom", "commune"}};
    json_t *options = json_array();
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        add_option(options, orders[i][0], json_string(orders[i][1]), chosen);
    return options;
}

/* What the form has no field for goes with it as it is. */
static json_t *hidden_fields(const struct liste_wish *wish)
{
    static const param_set shown = PARAM_BIT(PARAM_Q) | PARAM_BIT(PARAM_AXE) |
                                   PARAM_BIT(PARAM_USAGE) | PARAM_BIT(PARAM_DEPARTEMENT) |
                                   PARAM_BIT(PARAM_REGION) | PARAM_BIT(PARAM_DATETIME) |
                                   PARAM_BIT(PARAM_NIVEAU) | PARAM_BIT(PARAM_SORTBY) |
                                   PARAM_BIT(PARAM_COMMUNE) | PARAM_BIT(PARAM_EPCI);
    json_t *list = json_array();
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        if (FACETS_PARAMS & ~shown & PARAM_BIT(i) && wish->params[i])
            json_array_append_new(list, json_pack("{s:s, s:s}", "name", param_infos[i].name,
                                                  "value", wish->params[i]));
    return list;
}

static json_t *place_field(const struct snapshot *snapshot, const struct liste_wish *wish)
{
    struct aro_buffer text = {0};
    lieu_write(snapshot, wish->params, &text);
    const char *several = wish->params[PARAM_COMMUNE];
    if (text.len == 0 && several)
        aro_buffer_text(&text, several);
    json_t *value = text.failed ? NULL : json_stringn(text.data ? text.data : "", text.len);
    aro_buffer_clear(&text);
    return value;
}

json_t *liste_form(const struct snapshot *snapshot, const struct liste_wish *wish,
                   struct aro_error *err)
{
    const char *const *params = wish->params;
    const char *order = params[PARAM_SORTBY];
    bool more = params[PARAM_DEPARTEMENT] || params[PARAM_REGION] || params[PARAM_AXE] ||
                params[PARAM_USAGE] || params[PARAM_DATETIME] || params[PARAM_NIVEAU] || order;
    return json_pack(
        "{s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "more", more, "q",
        params[PARAM_Q] ? params[PARAM_Q] : "", "lieu", place_field(snapshot, wish), "departements",
        territory_options(snapshot, SCHEMA_DEPARTEMENT, PARAM_DEPARTEMENT,
                          params[PARAM_DEPARTEMENT]),
        "regions", territory_options(snapshot, SCHEMA_REGION, PARAM_REGION, params[PARAM_REGION]),
        "axes", axe_options(snapshot, params[PARAM_AXE]), "usage_groups",
        usage_groups(snapshot, params[PARAM_USAGE]), "annees",
        year_options(snapshot, params[PARAM_DATETIME], err), "niveaux",
        niveau_options(snapshot, params[PARAM_NIVEAU]), "orders",
        order_options(order                ? order
                      : params[PARAM_NEAR] ? ""
                                           : "-date"),
        "hidden", hidden_fields(wish));
}

/* ---- The map ---- */

/* The map's own names, which its page keeps in its address (server/web/js/state.js). */
json_t *liste_map_link(const struct liste_wish *wish)
{
    static const enum param themes[] = {PARAM_AXE, PARAM_ENJEU, PARAM_USAGE};
    static const enum param places[] = {PARAM_COMMUNE, PARAM_EPCI, PARAM_DEPARTEMENT, PARAM_REGION};
    const char *const *params = wish->params;
    struct aro_buffer link = {0};
    int from, to;
    for (size_t i = 0; i < 3; i++)
        if (params[themes[i]])
            aro_buffer_printf(&link, "%s%s", link.len ? "," : "?theme=", params[themes[i]]);
#define NEXT (link.len ? "&" : "?")
    if (whole_years(params[PARAM_DATETIME], &from, &to)) {
        if (from > 0)
            aro_buffer_printf(&link, "%sde=%d", NEXT, from);
        if (to > 0)
            aro_buffer_printf(&link, "%sa=%d", NEXT, to);
    }
    if (params[PARAM_NIVEAU])
        aro_buffer_printf(&link, "%slabel=%s", NEXT, params[PARAM_NIVEAU]);
    for (size_t i = 0; i < 4; i++)
        if (params[places[i]] && !strchr(params[places[i]], ',')) {
            aro_buffer_printf(&link, "%s%s=%s", NEXT, param_infos[places[i]].name,
                              params[places[i]]);
            break;
        }
    if (params[PARAM_Q]) {
        const char *words[PARAM_COUNT_OF_ALL] = {[PARAM_Q] = params[PARAM_Q]};
        aro_buffer_text(&link, NEXT);
        params_write(&link, words, 0);
    }
    if (params[PARAM_LANG])
        aro_buffer_printf(&link, "%slang=%s", NEXT, params[PARAM_LANG]);
#undef NEXT
    json_t *value = link.failed ? NULL : json_stringn(link.data ? link.data : "", link.len);
    aro_buffer_clear(&link);
    return value;
}
