#include <stdlib.h>
#include <string.h>

#include "geo/json.h"
#include "server/answer.h"
#include "server/handlers.h"
#include "server/query.h"

enum { SEARCH_DEFAULT = 5, SEARCH_MAX = 20 };

/** What is looked for. */
struct search {
    const struct snapshot *snapshot;
    const char *q;
    size_t limit;
};

/* Appends ,"lon":…,"lat":… or nulls. */
static void write_position(const struct point_set *points, uint32_t position,
                           struct aro_buffer *out)
{
    if (position >= points->n_placed) {
        aro_buffer_text(out, ",\"lon\":null,\"lat\":null");
        return;
    }
    aro_buffer_text(out, ",\"lon\":");
    geo_coord_write(out, points->coords[position].lon_e7);
    aro_buffer_text(out, ",\"lat\":");
    geo_coord_write(out, points->coords[position].lat_e7);
}

static void write_member(struct aro_buffer *out, const char *separator_and_name, const char *text)
{
    aro_buffer_text(out, separator_and_name);
    aro_json_text(out, text);
}

static void write_population(int64_t population, struct aro_buffer *out)
{
    aro_buffer_text(out, ",\"population\":");
    if (population == SCHEMA_POPULATION_UNKNOWN)
        aro_buffer_text(out, "null");
    else
        aro_json_integer(out, population);
}

/* ---- Communes ---- */

static void write_commune(const struct snapshot *snapshot, uint32_t position,
                          struct aro_buffer *out)
{
    const struct commune_columns *columns = &snapshot->commune;
    uint32_t departement = columns->departements[position];
    int64_t population = columns->populations[position];
    write_member(out, "{\"code\":", columns->codes[position]);
    write_member(out, ",\"nom\":", columns->noms[position]);
    write_member(out, ",\"departement\":",
                 departement == SNAPSHOT_NONE ? NULL : snapshot->departements[departement].code);
    write_population(population, out);
    write_position(&snapshot->communes, position, out);
    if (columns->niveaux[position] > 0)
        aro_buffer_printf(out, ",\"niveau\":%d", columns->niveaux[position]);
    else
        aro_buffer_text(out, ",\"niveau\":null");
    aro_buffer_printf(out, ",\"initiatives\":%u}", (unsigned)columns->n_initiatives[position]);
}

static bool is_among(const uint32_t *items, size_t n, uint32_t item)
{
    for (size_t i = 0; i < n; i++)
        if (items[i] == item)
            return true;
    return false;
}

/* Behind what is called so today comes what was. Where there is no room, the last place is given to
 * what had exactly this name or code. */
static bool add_former(const struct search *search, uint32_t found[SEARCH_MAX], size_t *n,
                       struct aro_error *err)
{
    struct geo_name_matches matches;
    bool had_room = *n < search->limit, replaced = false;
    if (!geo_names_match(search->snapshot->former_names, search->q, strlen(search->q),
                         2 * search->limit, &matches, err))
        return false;
    for (size_t i = 0; i < matches.n; i++) {
        struct geo_name_match match = matches.items[i];
        if (is_among(found, *n, match.item))
            continue;
        if (*n < search->limit) {
            found[(*n)++] = match.item;
        } else if (match.rank == GEO_NAME_WHOLE && !had_room && !replaced) {
            found[*n - 1] = match.item;
            replaced = true;
        }
    }
    geo_name_matches_clear(&matches);
    return true;
}

static bool search_communes(const struct search *search, struct aro_buffer *out,
                            struct aro_error *err)
{
    uint32_t found[SEARCH_MAX];
    size_t n;
    if (!geo_names_search(search->snapshot->commune_names, search->q, strlen(search->q),
                          search->limit, found, &n, err) ||
        !add_former(search, found, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            aro_buffer_char(out, ',');
        write_commune(search->snapshot, found[i], out);
    }
    return true;
}

/* ---- Arrondissements of Paris, Lyon and Marseille ---- */

static bool search_arrondissements(const struct search *search, struct aro_buffer *out,
                                   struct aro_error *err)
{
    const struct snapshot *snapshot = search->snapshot;
    uint32_t found[SEARCH_MAX];
    size_t n;
    if (!geo_names_search(snapshot->registry.arrondissement_names, search->q, strlen(search->q),
                          search->limit, found, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct snapshot_part *part = &snapshot->registry.parts[found[i]];
        write_member(out, i > 0 ? ",{\"code\":" : "{\"code\":", part->code);
        write_member(out, ",\"nom\":", part->nom);
        write_member(out, ",\"commune\":", snapshot->commune.codes[part->commune]);
        write_member(out, ",\"commune_nom\":", snapshot->commune.noms[part->commune]);
        write_population(part->population, out);
        aro_buffer_char(out, '}');
    }
    return true;
}

/* ---- Themes ---- */

static bool search_themes(const struct search *search, struct aro_buffer *out,
                          struct aro_error *err)
{
    uint32_t found[SEARCH_MAX];
    size_t n;
    if (!geo_names_search(search->snapshot->theme_names, search->q, strlen(search->q),
                          search->limit, found, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct snapshot_theme *theme = &search->snapshot->themes[found[i]];
        write_member(out, i > 0 ? ",{\"id\":" : "{\"id\":", theme->id);
        write_member(out, ",\"libelle\":", theme->libelle);
        aro_buffer_printf(out, ",\"niveau\":%d}", theme->niveau);
    }
    return true;
}

/* ---- Initiatives ---- */

/* The newest of the matches, best first; among those of one day the last entered. */
struct newest {
    uint32_t positions[SEARCH_MAX];
    size_t n;
};

static bool is_newer(const struct snapshot *snapshot, uint32_t a, uint32_t b)
{
    const int32_t *days = snapshot->initiative.days;
    return days[a] != days[b] ? days[a] > days[b]
                              : snapshot->initiatives.ids[a] > snapshot->initiatives.ids[b];
}

static void offer(const struct search *search, uint32_t position, struct newest *newest)
{
    size_t at = newest->n;
    while (at > 0 && is_newer(search->snapshot, position, newest->positions[at - 1]))
        at--;
    if (at == search->limit)
        return;
    if (newest->n < search->limit)
        newest->n++;
    for (size_t i = newest->n - 1; i > at; i--)
        newest->positions[i] = newest->positions[i - 1];
    newest->positions[at] = position;
}

/* Title, date and commune stand one after another in the compact text, from the beginning of the
 * properties to the axes; no text within holds a bare quote. */
static void write_initiative(const struct snapshot *snapshot, uint32_t position,
                             struct aro_buffer *out)
{
    static const char before[] = "\"properties\":{", behind[] = ",\"axes\":";
    struct text_slice slice = text_block_at(&snapshot->initiatives.compact, position);
    const char *end = slice.text + slice.len;
    const char *from = memmem(slice.text, slice.len, before, sizeof before - 1);
    const char *to = from ? memmem(from, (size_t)(end - from), behind, sizeof behind - 1) : NULL;
    aro_buffer_text(out, "{\"id\":");
    aro_json_integer(out, snapshot->initiatives.ids[position]);
    if (to) {
        from += sizeof before - 1;
        aro_buffer_char(out, ',');
        aro_buffer_append(out, from, (size_t)(to - from));
    }
    write_position(&snapshot->initiatives, position, out);
    aro_buffer_char(out, '}');
}

/* A query may be the beginning of a name and hold no word yet: then there are none. */
static bool match_words(const struct search *search, uint64_t *out_bits, struct aro_error *err)
{
    struct aro_error why = {0};
    if (geo_words_search(search->snapshot->initiative.words, search->q, strlen(search->q), out_bits,
                         &why) ||
        why.status == ARO_BAD_INPUT)
        return true;
    return aro_error_set(err, why.status, "%s", why.message);
}

static bool search_initiatives(const struct search *search, struct aro_buffer *out,
                               size_t *out_total, struct aro_error *err)
{
    size_t n_words = geo_bits_words(search->snapshot->initiatives.n), total = 0;
    struct newest newest = {0};
    uint64_t *bits = array_new(n_words, sizeof *bits, err);
    bool ok = bits && match_words(search, bits, err);
    for (size_t word = 0; ok && word < n_words; word++) {
        for (uint64_t left = bits[word]; left; left &= left - 1, total++)
            offer(search, (uint32_t)(64 * word) + (uint32_t)__builtin_ctzll(left), &newest);
    }
    free(bits);
    for (size_t i = 0; i < newest.n; i++) {
        if (i > 0)
            aro_buffer_char(out, ',');
        write_initiative(search->snapshot, newest.positions[i], out);
    }
    *out_total = total;
    return ok;
}

/* ---- The answer ---- */

static bool write_answer(const struct request *request, const struct search *search,
                         struct aro_buffer *out, struct aro_error *err)
{
    size_t n_initiatives;
    aro_buffer_text(out, "{\"communes\":[");
    if (!search_communes(search, out, err))
        return false;
    aro_buffer_text(out, "],\"arrondissements\":[");
    if (!search_arrondissements(search, out, err))
        return false;
    aro_buffer_text(out, "],\"themes\":[");
    if (!search_themes(search, out, err))
        return false;
    aro_buffer_text(out, "],\"initiatives\":[");
    if (!search_initiatives(search, out, &n_initiatives, err))
        return false;
    aro_buffer_printf(out, "],\"totals\":{\"initiatives\":%zu},", n_initiatives);
    answer_self_link(request, ANSWER_TYPE_JSON, out);
    aro_buffer_text(out, "]}");
    return true;
}

bool handle_search(const struct request *request, struct response *response, struct aro_error *err)
{
    struct search search = {.snapshot = request->snapshot, .q = request_param(request, PARAM_Q)};
    if (!search.q || search.q[strspn(search.q, " \t\r\n")] == '\0')
        return aro_error_set_for(err, "q", ARO_BAD_INPUT,
                                 "q is %s: wanted a name, a code or words to look for",
                                 search.q ? "empty" : "missing");
    return query_limit(request, SEARCH_DEFAULT, SEARCH_MAX, &search.limit, err) &&
           write_answer(request, &search, response_buffer(response), err);
}
