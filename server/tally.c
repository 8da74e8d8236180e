#include "server/tally.h"

#include <stdlib.h>

#include "geo/bits.h"
#include "geo/json.h"

enum { N_YEARS = 10000, N_NIVEAUX = 6 };

const char *const tally_names[N_TALLY_BY] = {
    "region", "departement", "epci", "commune", "axe", "enjeu", "usage", "annee", "niveau",
};

void tally_clear(struct tally *tally)
{
    free(tally->slots);
    *tally = (struct tally){0};
}

/* The level of the taxonomy that is counted by; 0 where it is something else. */
static int theme_niveau(enum tally_by by)
{
    return by == BY_AXE ? 1 : by == BY_ENJEU ? 2 : by == BY_USAGE ? 3 : 0;
}

bool tally_is_multiple(enum tally_by by)
{
    return theme_niveau(by) > 0;
}

static size_t count_slots(const struct snapshot *snapshot, enum tally_by by)
{
    switch (by) {
    case BY_REGION:
        return snapshot->n_regions;
    case BY_DEPARTEMENT:
        return snapshot->n_departements;
    case BY_EPCI:
        return snapshot->n_epcis;
    case BY_COMMUNE:
        return snapshot->communes.n;
    case BY_ANNEE:
        return N_YEARS;
    case BY_NIVEAU:
        return N_NIVEAUX;
    default:
        return snapshot->n_themes;
    }
}

/* ---- Counting ---- */

/* What is counted while the set is walked, a word of it at a time. */
struct counting {
    const struct snapshot *snapshot;
    const struct query_set *set;
    struct tally *tally;
    const uint32_t *column; /* of the communes: their territories; NULL: the communes themselves */
    const uint32_t *blocks; /* of 64 initiatives: the territory of all, or SNAPSHOT_MIXED */
};

typedef void word_fn(const struct counting *counting, uint32_t word, uint64_t which);

static void for_words_of(const struct counting *counting, struct geo_run run, word_fn *count)
{
    const uint64_t *bits = counting->set->bits;
    for (uint32_t word = run.first / 64; word <= (run.end - 1) / 64; word++) {
        uint64_t which = geo_bits_mask(run, word) & (bits ? bits[word] : UINT64_MAX);
        if (which)
            count(counting, word, which);
    }
}

static void for_words(const struct counting *counting, word_fn *count)
{
    for (size_t i = 0; i < counting->set->runs.n; i++)
        for_words_of(counting, counting->set->runs.items[i], count);
}

static uint32_t slot_of(const struct tally *tally, uint32_t number)
{
    return number < tally->n_slots ? number : (uint32_t)tally->n_slots;
}

static void count_each_territory(const struct counting *counting, uint32_t word, uint64_t which)
{
    const uint32_t *communes = counting->snapshot->initiative.communes + 64 * (size_t)word;
    for (; which; which &= which - 1) {
        uint32_t commune = communes[__builtin_ctzll(which)];
        uint32_t number = counting->column ? counting->column[commune] : commune;
        counting->tally->slots[slot_of(counting->tally, number)]++;
    }
}

/* How far the territory of the first block of 64 goes, all blocks behind it being in it too. */
static uint32_t stretch_end(const uint32_t *blocks, struct geo_run run)
{
    uint32_t block = run.first / 64, territory = blocks[block];
    while (++block * UINT64_C(64) < run.end && blocks[block] == territory)
        ;
    return block * UINT64_C(64) < run.end ? block * 64 : run.end;
}

/* Neighbours mostly lie in one territory: then all of a stretch count at once. */
static void count_territories(const struct counting *counting)
{
    const struct query_set *set = counting->set;
    const uint32_t *blocks = counting->blocks;
    for (size_t i = 0; i < set->runs.n; i++) {
        struct geo_run run = set->runs.items[i];
        while (run.first < run.end) {
            struct geo_run part = {run.first, blocks ? stretch_end(blocks, run) : run.end};
            uint32_t territory = blocks ? blocks[part.first / 64] : SNAPSHOT_MIXED;
            if (territory == SNAPSHOT_MIXED)
                for_words_of(counting, part, count_each_territory);
            else
                counting->tally->slots[slot_of(counting->tally, territory)] +=
                    set->bits ? geo_bits_count(set->bits, part) : part.end - part.first;
            run.first = part.end;
        }
    }
}

static void count_years(const struct counting *counting, uint32_t word, uint64_t which)
{
    const uint16_t *years = counting->snapshot->initiative.years + 64 * (size_t)word;
    for (; which; which &= which - 1)
        counting->tally->slots[years[__builtin_ctzll(which)]]++;
}

static void count_niveaux(const struct counting *counting, uint32_t word, uint64_t which)
{
    const struct snapshot *snapshot = counting->snapshot;
    const uint32_t *communes = snapshot->initiative.communes + 64 * (size_t)word;
    uint32_t counts[N_NIVEAUX] = {0};
    for (; which; which &= which - 1)
        counts[snapshot->commune.niveaux[communes[__builtin_ctzll(which)]]]++;
    for (int niveau = 1; niveau < N_NIVEAUX; niveau++)
        counting->tally->slots[niveau] += counts[niveau];
    counting->tally->slots[N_NIVEAUX] += counts[0];
}

/* Those of no theme are of no axe. */
static void count_themeless(const struct counting *counting, uint32_t word, uint64_t which)
{
    for (int axe = 0; axe < GEO_CLUSTER_GROUPS; axe++)
        which &= ~counting->snapshot->initiative.clustering.group_bits[axe][word];
    counting->tally->slots[counting->tally->n_slots] += geo_bits_of_word(which);
}

static bool count_themes(const struct counting *counting, struct query_set *set,
                         struct aro_error *err)
{
    const struct snapshot *snapshot = counting->snapshot;
    if (!query_set_fill(set, err))
        return false;
    for (size_t theme = 0; theme < snapshot->n_themes; theme++) {
        const uint64_t *row = snapshot_theme_bits(snapshot, theme);
        if (snapshot->themes[theme].niveau != theme_niveau(counting->tally->by))
            continue;
        for (size_t i = 0; i < set->runs.n; i++)
            counting->tally->slots[theme] +=
                geo_bits_count_both(set->bits, row, set->runs.items[i]);
    }
    for_words(counting, count_themeless);
    return true;
}

static bool count_set(const struct snapshot *snapshot, struct query_set *set, struct tally *tally,
                      struct aro_error *err)
{
    const struct initiative_columns *columns = &snapshot->initiative;
    struct counting counting = {.snapshot = snapshot, .set = set, .tally = tally};
    if (tally_is_multiple(tally->by))
        return count_themes(&counting, set, err);
    switch (tally->by) {
    case BY_REGION:
        counting.column = snapshot->commune.regions;
        counting.blocks = columns->block_regions;
        break;
    case BY_DEPARTEMENT:
        counting.column = snapshot->commune.departements;
        counting.blocks = columns->block_departements;
        break;
    case BY_EPCI:
        counting.column = snapshot->commune.epcis;
        counting.blocks = columns->block_epcis;
        break;
    default:
        break;
    }
    if (tally->by == BY_ANNEE || tally->by == BY_NIVEAU)
        for_words(&counting, tally->by == BY_ANNEE ? count_years : count_niveaux);
    else
        count_territories(&counting);
    return true;
}

bool tally_make(const struct snapshot *snapshot, enum tally_by by, struct query_set *set,
                struct tally *out_tally, struct aro_error *err)
{
    struct tally tally = {.by = by, .n_slots = count_slots(snapshot, by)};
    struct query_set all = {.n = snapshot->initiatives.n, .count = snapshot->initiatives.n};
    tally.slots = array_new(tally.n_slots, sizeof *tally.slots, err);
    bool ok = tally.slots && (set || geo_runs_add(&all.runs, 0, (uint32_t)all.n, err)) &&
              count_set(snapshot, set ? set : &all, &tally, err);
    query_set_clear(&all);
    if (ok)
        *out_tally = tally;
    else
        tally_clear(&tally);
    return ok;
}

/* ---- Writing ---- */

static void write_key(struct aro_buffer *out, const char *key, const char *label)
{
    aro_buffer_text(out, "{\"key\":");
    aro_json_text(out, key);
    aro_buffer_text(out, ",\"label\":");
    aro_json_text(out, label);
}

static void write_number_key(struct aro_buffer *out, size_t number, const char *unit)
{
    aro_buffer_printf(out, "{\"key\":\"%zu\",\"label\":\"%zu%s\"", number, number, unit);
}

static void name_slot(const struct snapshot *snapshot, enum tally_by by, size_t slot,
                      struct aro_buffer *out)
{
    switch (by) {
    case BY_REGION:
        write_key(out, snapshot->regions[slot].code, snapshot->regions[slot].nom);
        break;
    case BY_DEPARTEMENT:
        write_key(out, snapshot->departements[slot].code, snapshot->departements[slot].nom);
        break;
    case BY_EPCI:
        write_key(out, snapshot->epcis[slot].code, snapshot->epcis[slot].nom);
        break;
    case BY_ANNEE:
        write_number_key(out, slot, "");
        break;
    case BY_NIVEAU:
        write_number_key(out, slot, slot > 1 ? " arobases" : " arobase");
        break;
    default:
        write_key(out, snapshot->themes[slot].id, snapshot->themes[slot].libelle);
    }
}

void tally_write_commune(const struct snapshot *snapshot, uint32_t commune, struct aro_buffer *out)
{
    aro_buffer_char(out, ',');
    write_key(out, snapshot->commune.codes[commune], snapshot->commune.noms[commune]);
    aro_buffer_text(out, ",\"count\":");
}

/* They are many, and what stands before their counts is ready. Each initiative has one. */
static void write_communes(const struct snapshot *snapshot, const struct tally *tally,
                           struct aro_buffer *out)
{
    const struct text_block *texts = &snapshot->commune.counted;
    bool is_first = true;
    aro_buffer_char(out, '[');
    for (size_t i = 0; i < tally->n_slots; i++) {
        uint32_t count = tally->slots[snapshot->commune.by_code[i]];
        if (count == 0)
            continue;
        struct text_slice slice = text_block_at(texts, (uint32_t)i);
        aro_buffer_append(out, slice.text + is_first, slice.len - is_first);
        is_first = false;
        aro_json_integer(out, count);
        aro_buffer_char(out, '}');
    }
    aro_buffer_char(out, ']');
}

void tally_write(const struct snapshot *snapshot, const struct tally *tally, struct aro_buffer *out)
{
    const char *separator = "";
    if (tally->by == BY_COMMUNE) {
        write_communes(snapshot, tally, out);
        return;
    }
    aro_buffer_char(out, '[');
    for (size_t slot = 0; slot <= tally->n_slots; slot++) {
        if (tally->slots[slot] == 0)
            continue;
        aro_buffer_text(out, separator);
        if (slot == tally->n_slots)
            write_key(out, NULL, NULL);
        else
            name_slot(snapshot, tally->by, slot, out);
        aro_buffer_text(out, ",\"count\":");
        aro_json_integer(out, tally->slots[slot]);
        aro_buffer_char(out, '}');
        separator = ",";
    }
    aro_buffer_char(out, ']');
}
