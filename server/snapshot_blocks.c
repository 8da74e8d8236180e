#include "server/snapshot.h"
#include "server/tally.h"

/* An array of n items behind a pointer. */
#define LIST(out, array, n) geo_blocks_own((out), &(array), (n) * sizeof *(array))

static void list_texts(const struct text_block *texts, size_t n, struct geo_blocks *out)
{
    if (!texts->block)
        return;
    geo_blocks_own_bulk(out, &texts->block, texts->offsets[n]);
    LIST(out, texts->offsets, n + 1);
    if (text_block_packed(texts))
        packed_blocks((struct packed *const *)&texts->packed, out);
}

static void list_points(const struct point_set *points, struct geo_blocks *out)
{
    LIST(out, points->coords, points->n_placed);
    LIST(out, points->places, points->n_placed);
    LIST(out, points->hilbert_keys, points->n);
    LIST(out, points->ids, points->n);
    geo_index_blocks(&points->index, out);
    list_texts(&points->compact, points->n, out);
    list_texts(&points->full, points->n, out);
}

/* Pointers into the texts. */
static void list_pointers(char *const *pointers, size_t n, struct geo_blocks *out)
{
    for (size_t i = 0; i < n; i++)
        geo_blocks_pointer(out, &pointers[i]);
}

static void list_initiatives(const struct snapshot *snapshot, struct geo_blocks *out)
{
    const struct initiative_columns *columns = &snapshot->initiative;
    size_t n = snapshot->initiatives.n, n_words = geo_bits_words(n), room = 64 * n_words;
    LIST(out, columns->communes, room);
    LIST(out, columns->usages, n);
    LIST(out, columns->axes, n);
    LIST(out, columns->days, room);
    LIST(out, columns->years, n);
    LIST(out, columns->block_regions, n_words);
    LIST(out, columns->block_departements, n_words);
    LIST(out, columns->block_epcis, n_words);
    LIST(out, columns->theme_bits, (snapshot->n_themes + 1) * n_words);
    LIST(out, columns->blocks, geo_bits_words(snapshot->initiatives.n_placed));
    LIST(out, columns->by_id, n);
    list_texts(&columns->titres, n, out);
    geo_words_blocks(&columns->words, out);
    geo_blocks_pointer(out, &columns->clustering.keys);
    geo_blocks_pointer(out, &columns->clustering.places);
    geo_blocks_pointer(out, &columns->clustering.blocks);
    for (int group = 0; group < GEO_CLUSTER_GROUPS; group++)
        geo_blocks_pointer(out, &columns->clustering.group_bits[group]);
}

static void list_communes(const struct snapshot *snapshot, struct geo_blocks *out)
{
    const struct commune_columns *columns = &snapshot->commune;
    size_t n = snapshot->communes.n;
    LIST(out, columns->codes, n);
    LIST(out, columns->noms, n);
    list_pointers(columns->noms, n, out);
    LIST(out, columns->populations, n);
    LIST(out, columns->epcis, n);
    LIST(out, columns->departements, n);
    LIST(out, columns->regions, n);
    LIST(out, columns->niveaux, n);
    LIST(out, columns->n_initiatives, n);
    LIST(out, columns->codes_postaux, n);
    list_pointers(columns->codes_postaux, n, out);
    LIST(out, columns->sirens, n);
    list_pointers(columns->sirens, n, out);
    LIST(out, columns->zones, n);
    LIST(out, columns->by_code, n);
    list_texts(&columns->counted, n, out);
}

static void list_labels(const struct snapshot *snapshot, struct geo_blocks *out)
{
    const struct label_columns *columns = &snapshot->label;
    size_t n = snapshot->labels.n;
    LIST(out, columns->ids, n);
    LIST(out, columns->communes, n);
    LIST(out, columns->annees, n);
    LIST(out, columns->niveaux, n);
    LIST(out, columns->by_id, n);
}

static void list_territories(struct snapshot_territory *const *territories, size_t n,
                             struct geo_blocks *out)
{
    geo_blocks_own(out, territories, n * sizeof **territories);
    for (size_t i = 0; i < n; i++) {
        geo_blocks_pointer(out, &(*territories)[i].nom);
        geo_blocks_pointer(out, &(*territories)[i].type);
    }
}

static void list_territory_points(const struct territory_points *territories,
                                  struct geo_blocks *out)
{
    list_points(&territories->points, out);
    LIST(out, territories->numbers, territories->points.n);
    LIST(out, territories->positions, territories->points.n);
    geo_names_blocks(&territories->names, out);
}

static void list_themes(const struct snapshot *snapshot, struct geo_blocks *out)
{
    LIST(out, snapshot->themes, snapshot->n_themes);
    for (size_t i = 0; i < snapshot->n_themes; i++)
        geo_blocks_pointer(out, &snapshot->themes[i].libelle);
    LIST(out, snapshot->usage_themes, snapshot->n_usages);
    geo_names_blocks(&snapshot->theme_names, out);
}

static void list_registry(const struct snapshot *snapshot, struct geo_blocks *out)
{
    const struct snapshot_registry *reg = &snapshot->registry;
    LIST(out, reg->parts, reg->n_parts);
    for (size_t i = 0; i < reg->n_parts; i++) {
        geo_blocks_pointer(out, &reg->parts[i].nom);
        geo_blocks_pointer(out, &reg->parts[i].codes_postaux);
    }
    LIST(out, reg->parts_of, reg->n_parts);
    LIST(out, reg->anciens, reg->n_anciens);
    LIST(out, reg->postal_codes, reg->n_postal_codes);
    LIST(out, reg->members, snapshot->communes.n);
    LIST(out, reg->member_starts, snapshot->n_epcis + 1);
    geo_names_blocks(&reg->names, out);
    geo_names_blocks(&reg->arrondissement_names, out);
}

static void list_contours(const struct snapshot *snapshot, struct geo_blocks *out)
{
    const struct snapshot_contours *contours = &snapshot->contours;
    geo_rings_blocks(&contours->rings, out);
    LIST(out, contours->communes, contours->n);
    LIST(out, contours->shapes, snapshot->communes.n);
    LIST(out, contours->millesimes, contours->n);
    geo_locator_blocks(&contours->locator, out);
    LIST(out, snapshot->layers, 1);
    geo_blocks_hole(out, &snapshot->layers->references, sizeof snapshot->layers->references);
    for (int kind = 0; kind < SNAPSHOT_LAYERS; kind++) {
        const struct snapshot_layer *layer = &snapshot->layers->of_kind[kind];
        geo_levels_blocks(&layer->levels, out);
        LIST(out, layer->labels, layer->levels->shapes.n);
    }
}

void snapshot_blocks(const struct snapshot *snapshot, struct geo_blocks *out)
{
    geo_blocks_add(out, snapshot, sizeof *snapshot);
    geo_blocks_hole(out, &snapshot->references, sizeof snapshot->references);
    list_points(&snapshot->initiatives, out);
    list_points(&snapshot->communes, out);
    list_points(&snapshot->labels, out);
    for (int kind = 0; kind < SNAPSHOT_TERRITORY_KINDS; kind++)
        list_territory_points(&snapshot->territories[kind], out);
    list_initiatives(snapshot, out);
    list_communes(snapshot, out);
    list_labels(snapshot, out);
    list_territories(&snapshot->regions, snapshot->n_regions, out);
    list_territories(&snapshot->departements, snapshot->n_departements, out);
    list_territories(&snapshot->epcis, snapshot->n_epcis, out);
    list_themes(snapshot, out);
    LIST(out, snapshot->former_codes, snapshot->n_former_codes);
    list_registry(snapshot, out);
    geo_names_blocks(&snapshot->commune_names, out);
    geo_names_blocks(&snapshot->former_names, out);
    list_contours(snapshot, out);
    geo_cluster_areas_blocks(&snapshot->region_areas, out);
    geo_cluster_areas_blocks(&snapshot->departement_areas, out);
    list_texts(&snapshot->counts, N_TALLY_BY, out);
    text_pool_blocks(&snapshot->texts, out);
}
