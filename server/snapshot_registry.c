#include "server/snapshot_registry.h"

#include <stdlib.h>
#include <string.h>

#include "geo/array.h"
#include "server/snapshot_build.h"

void snapshot_registry_clear(struct snapshot_registry *reg)
{
    free(reg->parts);
    free(reg->parts_of);
    free(reg->anciens);
    free(reg->postal_codes);
    free(reg->members);
    free(reg->member_starts);
    geo_names_free(reg->names);
    geo_names_free(reg->arrondissement_names);
}

/* ---- Parts of communes, and former codes ---- */

static const char *const part_kinds[SNAPSHOT_PART_KINDS] = {
    [SNAPSHOT_ARRONDISSEMENT] = "arrondissement-municipal",
    [SNAPSHOT_ASSOCIEE] = "commune-associee",
    [SNAPSHOT_DELEGUEE] = "commune-deleguee",
};

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_parts(const void *left, const void *right)
{
    const struct snapshot_part *a = left, *b = right;
    return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind)
                              : strcmp(a->code, b->code);
}

static int compare_part_numbers(const void *left, const void *right, void *parts)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const struct snapshot_part *all = parts;
    return all[a].commune != all[b].commune ? compare_u32(all[a].commune, all[b].commune)
                                            : compare_u32(a, b);
}

static int compare_anciens(const void *left, const void *right)
{
    const struct snapshot_ancien *a = left, *b = right;
    return a->commune != b->commune ? compare_u32(a->commune, b->commune)
                                    : strcmp(a->code, b->code);
}

static bool keep_part(struct snapshot *snapshot, const struct alias_row *alias,
                      enum snapshot_part_kind kind, struct aro_error *err)
{
    struct snapshot_registry *reg = &snapshot->registry;
    struct snapshot_part *part = &reg->parts[reg->n_parts];
    *part = (struct snapshot_part){
        .kind = kind,
        .commune = alias->commune,
        .population = alias->population,
        .nom = text_pool_copy(&snapshot->texts, alias->nom ? alias->nom : alias->code, err),
        .codes_postaux = text_pool_copy(&snapshot->texts, alias->codes_postaux, err),
    };
    memcpy(part->code, alias->code, strlen(alias->code) + 1);
    reg->n_parts++;
    return part->nom && part->codes_postaux;
}

static bool keep_alias(struct snapshot *snapshot, const struct alias_row *alias,
                       struct aro_error *err)
{
    struct snapshot_registry *reg = &snapshot->registry;
    if (!alias->code || strlen(alias->code) >= sizeof reg->parts->code)
        return true;
    for (int kind = 0; kind < SNAPSHOT_PART_KINDS; kind++)
        if (strcmp(alias->kind, part_kinds[kind]) == 0)
            return keep_part(snapshot, alias, (enum snapshot_part_kind)kind, err);
    struct snapshot_ancien *ancien = &reg->anciens[reg->n_anciens++];
    ancien->commune = alias->commune;
    memcpy(ancien->code, alias->code, strlen(alias->code) + 1);
    return true;
}

static bool keep_aliases(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot_registry *reg = &draft->snapshot->registry;
    reg->parts = array_new(draft->n_aliases, sizeof *reg->parts, err);
    reg->anciens = array_new(draft->n_aliases, sizeof *reg->anciens, err);
    bool ok = reg->parts && reg->anciens;
    for (size_t i = 0; ok && i < draft->n_aliases; i++)
        ok = keep_alias(draft->snapshot, &draft->aliases[i], err);
    if (ok)
        reg->parts_of = array_new(reg->n_parts, sizeof *reg->parts_of, err);
    if (!ok || !reg->parts_of)
        return false;
    qsort(reg->parts, reg->n_parts, sizeof *reg->parts, compare_parts);
    qsort(reg->anciens, reg->n_anciens, sizeof *reg->anciens, compare_anciens);
    for (uint32_t i = 0; i < reg->n_parts; i++) {
        reg->parts_of[i] = i;
        reg->part_starts[reg->parts[i].kind + 1] = i + 1;
    }
    for (int kind = 0; kind < SNAPSHOT_PART_KINDS; kind++) /* those without parts */
        if (reg->part_starts[kind + 1] < reg->part_starts[kind])
            reg->part_starts[kind + 1] = reg->part_starts[kind];
    qsort_r(reg->parts_of, reg->n_parts, sizeof *reg->parts_of, compare_part_numbers, reg->parts);
    return true;
}

/* ---- Postal codes ---- */

static int compare_postal_codes(const void *left, const void *right)
{
    const struct snapshot_postal_code *a = left, *b = right;
    int by_code = strcmp(a->code, b->code);
    return by_code != 0 ? by_code : compare_u32(a->place, b->place);
}

static bool add_postal_codes(struct snapshot_registry *reg, size_t *capacity, const char *json,
                             uint32_t place, struct aro_error *err)
{
    const char *text;
    size_t len;
    while (next_code(&json, &text, &len)) {
        struct snapshot_postal_code *codes =
            aro_array_grow(reg->postal_codes, reg->n_postal_codes, capacity, sizeof *codes, err);
        if (!codes)
            return false;
        reg->postal_codes = codes;
        struct snapshot_postal_code *code = &codes[reg->n_postal_codes];
        if (len >= sizeof code->code)
            continue;
        *code = (struct snapshot_postal_code){.place = place};
        memcpy(code->code, text, len);
        reg->n_postal_codes++;
    }
    return true;
}

static bool keep_postal_codes(struct snapshot *snapshot, struct aro_error *err)
{
    struct snapshot_registry *reg = &snapshot->registry;
    size_t capacity = 0, n = snapshot->communes.n;
    bool ok = true;
    for (uint32_t i = 0; ok && i < n; i++)
        ok = add_postal_codes(reg, &capacity, snapshot->commune.codes_postaux[i], i, err);
    size_t end = reg->part_starts[SNAPSHOT_ARRONDISSEMENT + 1];
    for (size_t i = 0; ok && i < end; i++)
        ok = add_postal_codes(reg, &capacity, reg->parts[i].codes_postaux, (uint32_t)(n + i), err);
    if (ok && reg->n_postal_codes > 0)
        qsort(reg->postal_codes, reg->n_postal_codes, sizeof *reg->postal_codes,
              compare_postal_codes);
    return ok;
}

/* ---- Members of EPCIs ---- */

static bool keep_members(struct snapshot *snapshot, struct aro_error *err)
{
    struct snapshot_registry *reg = &snapshot->registry;
    const struct commune_columns *columns = &snapshot->commune;
    size_t n = snapshot->communes.n;
    reg->members = array_new(n, sizeof *reg->members, err);
    reg->member_starts = array_new(snapshot->n_epcis + 1, sizeof *reg->member_starts, err);
    if (!reg->members || !reg->member_starts)
        return false;
    uint32_t *ends = reg->member_starts; /* moved on while it fills, and one behind then */
    for (size_t i = 0; i < n; i++)
        if (columns->epcis[i] != SNAPSHOT_NONE && columns->epcis[i] + 1 < snapshot->n_epcis)
            ends[columns->epcis[i] + 1]++;
    for (size_t i = 1; i < snapshot->n_epcis; i++)
        ends[i] += ends[i - 1];
    for (size_t i = 0; i < n; i++) {
        uint32_t commune = columns->by_code[i], epci = columns->epcis[commune];
        if (epci == SNAPSHOT_NONE)
            continue;
        reg->members[ends[epci]++] = commune;
        snapshot->epcis[epci].zone = columns->zones[commune];
    }
    memmove(ends + 1, ends, snapshot->n_epcis * sizeof *ends);
    ends[0] = 0;
    return true;
}

bool draft_build_registry(struct snapshot_draft *draft, struct aro_error *err)
{
    return keep_aliases(draft, err) && keep_postal_codes(draft->snapshot, err) &&
           keep_members(draft->snapshot, err);
}

/* ---- Names ---- */

static double weight_of(int64_t population)
{
    return population == SCHEMA_POPULATION_UNKNOWN ? 0 : (double)population;
}

static bool name_arrondissements(struct snapshot_registry *reg, struct aro_error *err)
{
    size_t n = reg->part_starts[SNAPSHOT_ARRONDISSEMENT + 1], n_names = 0;
    struct geo_name *names = array_new(2 * n, sizeof *names, err);
    if (!names)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        double weight = weight_of(reg->parts[i].population);
        names[n_names++] = (struct geo_name){reg->parts[i].nom, i, weight};
        names[n_names++] = (struct geo_name){reg->parts[i].code, i, weight};
    }
    reg->arrondissement_names = geo_names_new(names, n_names, err);
    free(names);
    return reg->arrondissement_names != NULL;
}

bool draft_name_places(struct snapshot *snapshot, struct aro_error *err)
{
    struct snapshot_registry *reg = &snapshot->registry;
    const struct commune_columns *columns = &snapshot->commune;
    size_t n = snapshot->communes.n;
    struct geo_name *names = array_new(n + reg->n_parts, sizeof *names, err);
    if (!names)
        return false;
    for (uint32_t i = 0; i < n; i++)
        names[i] = (struct geo_name){columns->noms[i], i, weight_of(columns->populations[i])};
    for (uint32_t i = 0; i < reg->n_parts; i++)
        names[n + i] = (struct geo_name){reg->parts[i].nom, (uint32_t)n + i,
                                         weight_of(reg->parts[i].population)};
    reg->names = geo_names_new(names, n + reg->n_parts, err);
    free(names);
    return reg->names && name_arrondissements(reg, err);
}

/* ---- Lookups ---- */

const uint32_t *snapshot_parts_of(const struct snapshot_registry *reg, uint32_t commune,
                                  size_t *out_n)
{
    size_t low = 0, high = reg->n_parts, end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reg->parts[reg->parts_of[middle]].commune < commune)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < reg->n_parts && reg->parts[reg->parts_of[end]].commune == commune;)
        end++;
    *out_n = end - low;
    return reg->parts_of + low;
}

const struct snapshot_ancien *snapshot_anciens_of(const struct snapshot_registry *reg,
                                                  uint32_t commune, size_t *out_n)
{
    size_t low = 0, high = reg->n_anciens, end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reg->anciens[middle].commune < commune)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < reg->n_anciens && reg->anciens[end].commune == commune;)
        end++;
    *out_n = end - low;
    return reg->anciens + low;
}

const struct snapshot_postal_code *snapshot_postal_code(const struct snapshot_registry *reg,
                                                        const char *code, size_t *out_n)
{
    size_t low = 0, high = reg->n_postal_codes, end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(reg->postal_codes[middle].code, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < reg->n_postal_codes && strcmp(reg->postal_codes[end].code, code) == 0;)
        end++;
    *out_n = end - low;
    return reg->postal_codes + low;
}

uint32_t snapshot_part(const struct snapshot_registry *reg, enum snapshot_part_kind kind,
                       const char *code)
{
    size_t low = reg->part_starts[kind], end = reg->part_starts[kind + 1], high = end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(reg->parts[middle].code, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && strcmp(reg->parts[low].code, code) == 0 ? (uint32_t)low : SNAPSHOT_NONE;
}
