/*
 * What is known of many initiatives at once: sets of themes, 64 neighbours together, counts of all.
 */
#include "geo/instant.h"
#include "server/snapshot_build.h"
#include "server/tally.h"

/* A row of bits for each theme, and an empty one behind them. */
static bool fill_theme_bits(struct snapshot *snapshot, struct aro_error *err)
{
    struct initiative_columns *columns = &snapshot->initiative;
    size_t n_words = geo_bits_words(snapshot->initiatives.n);
    columns->theme_bits =
        array_new((snapshot->n_themes + 1) * n_words, sizeof *columns->theme_bits, err);
    if (!columns->theme_bits)
        return false;
    for (size_t i = 0; i < snapshot->initiatives.n; i++)
        for (size_t theme = 0; theme < snapshot->n_themes; theme++)
            if (columns->usages[i] & snapshot->themes[theme].usages)
                columns->theme_bits[theme * n_words + i / 64] |= UINT64_C(1) << i % 64;
    return true;
}

/* What clusters are made from: those of the axes are their groups. */
static bool fill_clustering(struct snapshot *snapshot, struct aro_error *err)
{
    struct initiative_columns *columns = &snapshot->initiative;
    struct geo_cluster_points *clustering = &columns->clustering;
    uint32_t n = (uint32_t)snapshot->initiatives.n_placed;
    size_t axe = 0;
    columns->blocks = array_new(geo_bits_words(n), sizeof *columns->blocks, err);
    if (!columns->blocks)
        return false;
    geo_cluster_blocks_fill(snapshot->initiatives.places, n, columns->blocks);
    *clustering = (struct geo_cluster_points){.n = n,
                                              .keys = snapshot->initiatives.hilbert_keys,
                                              .places = snapshot->initiatives.places,
                                              .blocks = columns->blocks};
    for (size_t theme = 0; theme < snapshot->n_themes; theme++)
        if (snapshot->themes[theme].niveau == 1)
            clustering->group_bits[axe++] = snapshot_theme_bits(snapshot, theme);
    while (axe < GEO_CLUSTER_GROUPS)
        clustering->group_bits[axe++] = snapshot_theme_bits(snapshot, snapshot->n_themes);
    return true;
}

/* The territory that all of 64 positions are in, by a column of the communes. */
static uint32_t *blocks_of(const struct snapshot *snapshot, const uint32_t *column,
                           struct aro_error *err)
{
    size_t n = snapshot->initiatives.n;
    const uint32_t *communes = snapshot->initiative.communes;
    uint32_t *blocks = array_new(geo_bits_words(n), sizeof *blocks, err);
    for (size_t i = 0; blocks && i < n; i++) {
        uint32_t number = column[communes[i]], *block = &blocks[i / 64];
        if (i % 64 == 0)
            *block = number;
        else if (*block != number)
            *block = SNAPSHOT_MIXED;
    }
    return blocks;
}

static bool fill_blocks(struct snapshot *snapshot, struct aro_error *err)
{
    struct initiative_columns *columns = &snapshot->initiative;
    columns->block_regions = blocks_of(snapshot, snapshot->commune.regions, err);
    columns->block_departements = blocks_of(snapshot, snapshot->commune.departements, err);
    columns->block_epcis = blocks_of(snapshot, snapshot->commune.epcis, err);
    return columns->block_regions && columns->block_departements && columns->block_epcis;
}

static bool fill_years(struct snapshot *snapshot, struct aro_error *err)
{
    struct initiative_columns *columns = &snapshot->initiative;
    columns->years = array_new(snapshot->initiatives.n, sizeof *columns->years, err);
    for (size_t i = 0; columns->years && i < snapshot->initiatives.n; i++)
        columns->years[i] = (uint16_t)geo_day_year(columns->days[i]);
    return columns->years != NULL;
}

static bool write_counted_communes(struct snapshot *snapshot, struct aro_error *err)
{
    struct text_block *counted = &snapshot->commune.counted;
    struct aro_buffer text = {0};
    size_t n = snapshot->communes.n;
    counted->offsets = array_new(n + 1, sizeof *counted->offsets, err);
    for (size_t i = 0; counted->offsets && i < n; i++) {
        tally_write_commune(snapshot, snapshot->commune.by_code[i], &text);
        counted->offsets[i + 1] = text.len;
    }
    counted->block = counted->offsets ? aro_buffer_take_text(&text, err) : NULL;
    aro_buffer_clear(&text);
    return counted->block != NULL;
}

/* The counts of all, as /counts gives them. */
static bool write_counts(struct snapshot *snapshot, struct aro_error *err)
{
    struct text_block *counts = &snapshot->counts;
    struct aro_buffer text = {0};
    bool ok = true;
    counts->offsets = array_new(N_TALLY_BY + 1, sizeof *counts->offsets, err);
    for (int by = 0; ok && by < N_TALLY_BY; by++) {
        struct tally tally = {0};
        ok = counts->offsets && tally_make(snapshot, (enum tally_by)by, NULL, &tally, err);
        if (ok) {
            tally_write(snapshot, &tally, &text);
            counts->offsets[by + 1] = text.len;
        }
        tally_clear(&tally);
    }
    counts->block = ok ? aro_buffer_take_text(&text, err) : NULL;
    aro_buffer_clear(&text);
    return counts->block != NULL;
}

bool snapshot_group(struct snapshot *snapshot, struct aro_error *err)
{
    return fill_clustering(snapshot, err) && fill_blocks(snapshot, err);
}

bool draft_build_sets(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot *snapshot = draft->snapshot;
    return fill_theme_bits(snapshot, err) && snapshot_group(snapshot, err) &&
           fill_years(snapshot, err) && write_counted_communes(snapshot, err) &&
           write_counts(snapshot, err);
}
