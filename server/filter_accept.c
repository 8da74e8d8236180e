#include "server/filter.h"

#include <string.h>

#include "geo/bits.h"

/* Below this many positions in a word they are looked at one by one: measured to break even. */
enum { FEW = 8 };

bool filter_is_set(const struct filter *filter)
{
    return filter->on_commune || filter->on_days || filter->themes[0].n > 0 ||
           filter->themes[1].n > 0 || filter->themes[2].n > 0;
}

/* ---- One position ---- */

/* A number of none (SNAPSHOT_NONE) is in no set: it is above all others. */
static inline uint8_t set_has(const struct number_set *set, uint32_t number)
{
    return set->has[number < set->n ? number : set->n];
}

static inline bool accepts_niveau(const struct filter *filter, uint8_t niveau)
{
    return !filter->niveaux || (filter->niveaux >> niveau & 1);
}

static bool accepts_territories(const struct filter *filter, uint32_t commune)
{
    const struct commune_columns *columns = &filter->snapshot->commune;
    return (!filter->communes.has || set_has(&filter->communes, commune)) &&
           (!filter->epcis.has || set_has(&filter->epcis, columns->epcis[commune])) &&
           (!filter->departements.has ||
            set_has(&filter->departements, columns->departements[commune])) &&
           (!filter->regions.has || set_has(&filter->regions, columns->regions[commune]));
}

bool filter_accepts_commune(const struct filter *filter, uint32_t commune)
{
    return accepts_territories(filter, commune) &&
           accepts_niveau(filter, filter->snapshot->commune.niveaux[commune]);
}

/* Through its commune, or where it is a territory through any. */
static bool accepts_place(const struct filter *filter, uint32_t position)
{
    if (filter->positions.has)
        return set_has(&filter->positions, position);
    uint32_t commune = filter->commune_of ? filter->commune_of[position] : position;
    if (filter->niveau_of)
        return accepts_territories(filter, commune) &&
               accepts_niveau(filter, filter->niveau_of[position]);
    return filter_accepts_commune(filter, commune);
}

static bool accepts_initiative(const struct filter *filter, uint32_t position)
{
    const struct initiative_columns *columns = &filter->snapshot->initiative;
    uint64_t usages = columns->usages[position];
    int32_t day = columns->days[position];
    for (int level = 0; level < 3; level++)
        if (filter->themes[level].n > 0 && !(usages & filter->themes[level].usages))
            return false;
    return !filter->on_days || (day >= filter->days.first && day <= filter->days.last);
}

static bool accepts_year(const struct filter *filter, uint16_t year)
{
    return year >= filter->first_year && year <= filter->last_year;
}

bool filter_accepts(const struct filter *filter, uint32_t position)
{
    return (!filter->of_initiatives || accepts_initiative(filter, position)) &&
           (!filter->on_days || !filter->year_of ||
            accepts_year(filter, filter->year_of[position])) &&
           (!filter->on_commune || accepts_place(filter, position));
}

/* ---- 64 positions ---- */

static uint64_t days_of_word(const struct filter *filter, uint32_t word)
{
    const int32_t *days = filter->snapshot->initiative.days + 64 * (size_t)word;
    const struct day_range range = filter->days;
    uint8_t accepted[64];
    for (int i = 0; i < 64; i++)
        accepted[i] = (days[i] >= range.first) & (days[i] <= range.last);
    return geo_bits_pack(accepted);
}

/* A territory that a filter names, and where that of 64 positions together is known. */
struct territory_filter {
    const struct number_set *set;
    const uint32_t *column, *blocks;
};

/* What the communes say of 64 positions, by a column of theirs; NULL: by themselves. */
static void keep_by_column(const struct number_set *set, const uint32_t *column,
                           const uint32_t communes[64], uint8_t accepted[64])
{
    for (int i = 0; i < 64; i++)
        accepted[i] &= set_has(set, column ? column[communes[i]] : communes[i]);
}

/* Neighbours mostly lie in one territory: only where they do not is each looked at. */
static uint64_t communes_of_word(const struct filter *filter, uint32_t word)
{
    const struct commune_columns *columns = &filter->snapshot->commune;
    const struct initiative_columns *initiative = &filter->snapshot->initiative;
    const struct territory_filter territories[] = {
        {&filter->regions, columns->regions, initiative->block_regions},
        {&filter->departements, columns->departements, initiative->block_departements},
        {&filter->epcis, columns->epcis, initiative->block_epcis},
    };
    const uint32_t *communes = initiative->communes + 64 * (size_t)word;
    uint8_t accepted[64];
    memset(accepted, 1, sizeof accepted);
    for (size_t i = 0; i < sizeof territories / sizeof *territories; i++) {
        const struct territory_filter *by = &territories[i];
        if (!by->set->has)
            continue;
        if (by->blocks[word] == SNAPSHOT_MIXED)
            keep_by_column(by->set, by->column, communes, accepted);
        else if (!set_has(by->set, by->blocks[word]))
            return 0;
    }
    if (filter->communes.has)
        keep_by_column(&filter->communes, NULL, communes, accepted);
    for (int i = 0; filter->niveaux && i < 64; i++)
        accepted[i] &= filter->niveaux >> columns->niveaux[communes[i]] & 1;
    return geo_bits_pack(accepted);
}

/* Sets of themes are ready: joining those of one parameter is all there is to do. */
static void keep_by_themes(const struct filter *filter, struct geo_run run, uint64_t *words)
{
    for (int level = 0; level < 3; level++) {
        const struct theme_choice *choice = &filter->themes[level];
        if (choice->n == 1)
            geo_bits_keep(words, run, choice->rows[0]);
        if (choice->n < 2)
            continue;
        for (uint32_t word = run.first / 64; word <= (run.end - 1) / 64; word++) {
            uint64_t any = ~geo_bits_mask(run, word);
            for (size_t i = 0; i < choice->n; i++)
                any |= choice->rows[i][word];
            words[word] &= any;
        }
    }
}

static uint64_t accepted_one_by_one(const struct filter *filter, uint32_t word, uint64_t which)
{
    uint64_t accepted = 0;
    for (uint64_t left = which; left; left &= left - 1)
        if (filter_accepts(filter, 64 * word + (uint32_t)__builtin_ctzll(left)))
            accepted |= left & -left;
    return accepted;
}

static uint64_t accepted_of(const struct filter *filter, uint32_t word, uint64_t which)
{
    if (!filter->of_initiatives || geo_bits_of_word(which) < FEW)
        return accepted_one_by_one(filter, word, which);
    if (filter->on_days)
        which &= days_of_word(filter, word);
    if (filter->on_commune && which)
        which &= communes_of_word(filter, word);
    return which;
}

void filter_keep(const struct filter *filter, struct geo_run run, uint64_t *words)
{
    if (run.first >= run.end)
        return;
    if (filter->of_initiatives)
        keep_by_themes(filter, run, words);
    if (filter->of_initiatives && !filter->on_days && !filter->on_commune)
        return;
    for (uint32_t word = run.first / 64; word <= (run.end - 1) / 64; word++) {
        uint64_t which = words[word] & geo_bits_mask(run, word);
        if (which)
            words[word] ^= which ^ accepted_of(filter, word, which);
    }
}
