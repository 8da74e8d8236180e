#include "server/initiative_row.h"

#include <stdio.h>
#include <string.h>

#include "geo/instant.h"
#include "server/feature_text.h"
#include "server/snapshot_build.h"

/* ---- Facts ---- */

/* The bit of a usage by its id; 0 when there is no such usage. */
static uint64_t usage_bit(const struct snapshot *snapshot, const char *id, size_t len)
{
    for (size_t i = 0; i < snapshot->n_usages; i++) {
        const char *known = snapshot->themes[snapshot->usage_themes[i]].id;
        if (strncmp(known, id, len) == 0 && known[len] == '\0')
            return UINT64_C(1) << i;
    }
    return 0;
}

static bool read_usages(const struct snapshot *snapshot, const struct schema_initiative *row,
                        uint64_t *out_usages, struct aro_error *err)
{
    uint64_t usages = 0;
    const char *cursor = row->themes ? row->themes : "[]", *id;
    size_t len;
    while (next_code(&cursor, &id, &len)) {
        uint64_t bit = usage_bit(snapshot, id, len);
        if (bit == 0)
            return broken_store(err, "an initiative of a theme that is not there:", row->themes);
        usages |= bit;
    }
    *out_usages = usages;
    return true;
}

bool initiative_read(const struct snapshot *snapshot, const struct schema_initiative *row,
                     struct initiative_facts *out_facts, struct aro_error *err)
{
    struct initiative_facts facts = {.commune = snapshot_commune(snapshot, row->commune)};
    if (facts.commune == SNAPSHOT_NONE)
        return broken_store(err, "an initiative of a commune that is not there:", row->commune);
    if (!geo_day_parse(row->date, strlen(row->date), &facts.day))
        return broken_store(err, "an initiative of a day that does not exist:", row->date);
    if (!read_usages(snapshot, row, &facts.usages, err))
        return false;
    *out_facts = facts;
    return true;
}

/* The axes that the usages belong to: bit g for the g-th axe; and their ids. */
static uint8_t axes_of(const struct snapshot *snapshot, uint64_t usages, const char **out_ids,
                       size_t *out_n)
{
    uint8_t axes = 0;
    size_t axe = 0;
    *out_n = 0;
    for (size_t i = 0; i < snapshot->n_themes; i++) {
        const struct snapshot_theme *theme = &snapshot->themes[i];
        if (theme->niveau != 1)
            continue;
        if (theme->usages & usages) {
            axes |= (uint8_t)(1U << axe);
            out_ids[(*out_n)++] = theme->id;
        }
        axe++;
    }
    return axes;
}

uint8_t initiative_axes(const struct snapshot *snapshot, uint64_t usages)
{
    const char *ids[SNAPSHOT_AXES];
    size_t n;
    return axes_of(snapshot, usages, ids, &n);
}

/* ---- Texts ---- */

void initiative_write_texts(const struct snapshot *snapshot, const struct schema_initiative *row,
                            const struct initiative_facts *facts, struct aro_buffer *compact,
                            struct aro_buffer *full)
{
    const struct commune_columns *columns = &snapshot->commune;
    const char *axes[SNAPSHOT_AXES];
    uint32_t commune = facts->commune;
    struct feature_initiative feature = {
        .row = row,
        .commune_nom = columns->noms[commune],
        .niveau = columns->niveaux[commune],
        .axes = axes,
        .epci = territory_code(snapshot->epcis, columns->epcis[commune]),
        .departement = territory_code(snapshot->departements, columns->departements[commune]),
        .region = territory_code(snapshot->regions, columns->regions[commune]),
    };
    axes_of(snapshot, facts->usages, axes, &feature.n_axes);
    size_t start = compact->len;
    feature_initiative_compact(compact, &feature);
    if (!compact->failed) /* else nothing of this is kept */
        feature_initiative_full(full, &feature, compact->data + start, compact->len - start);
}

static void add_words(struct aro_buffer *words, const char *text)
{
    if (!text)
        return;
    aro_buffer_text(words, text);
    aro_buffer_char(words, '\n');
}

void initiative_write_words(const struct snapshot *snapshot, const struct schema_initiative *row,
                            const struct initiative_facts *facts, struct aro_buffer *out)
{
    add_words(out, row->titre);
    add_words(out, row->sous_titre);
    add_words(out, snapshot->commune.noms[facts->commune]);
    add_words(out, row->actions);
    add_words(out, row->synthese);
    add_words(out, row->outils);
    add_words(out, row->prestataires);
    add_words(out, row->recommandations);
    add_words(out, row->resultats);
}

/* ---- All together ---- */

/* What the demo's generator (fixtures/) gives as source. */
static bool is_synthetic(const struct schema_initiative *row)
{
    return row->source && strcmp(row->source, "synthetique") == 0;
}

void initiative_note(struct snapshot *snapshot, const struct schema_initiative *row)
{
    snapshot->headline.synthetic |= is_synthetic(row);
    if (row->updated_at && strcmp(row->updated_at, snapshot->last_change) > 0)
        snprintf(snapshot->last_change, sizeof snapshot->last_change, "%s", row->updated_at);
}
