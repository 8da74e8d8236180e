#include "geo/cql2_eval_internal.h"

#include <math.h>
#include <stdlib.h>

#include "geo/bits.h"

/* Below this many positions of a word, columns are read for each of them alone. */
enum { FEW = 8 };

/* Positions in a row, at most 64, of which some are asked for: bit i is first + i. */
struct stretch {
    uint32_t first, n;
    uint64_t which;
};

/* Of a stretch; what is neither is unknown. */
struct outcomes {
    uint64_t yes, no;
};

static struct outcomes outcomes_of(enum geo_cql2_truth truth, uint64_t which)
{
    return (struct outcomes){.yes = truth == GEO_CQL2_TRUE ? which : 0,
                             .no = truth == GEO_CQL2_FALSE ? which : 0};
}

static void add_outcome(struct outcomes *outcomes, enum geo_cql2_truth truth, uint64_t bit)
{
    outcomes->yes |= truth == GEO_CQL2_TRUE ? bit : 0;
    outcomes->no |= truth == GEO_CQL2_FALSE ? bit : 0;
}

/* ------------------------------------------------------------------ leaves */

static struct outcomes look_singly(struct geo_cql2_eval *eval, const struct geo_cql2_step *step,
                                   const struct stretch *stretch)
{
    struct outcomes outcomes = {0, 0};
    for (uint64_t left = stretch->which; left && !eval->failed; left &= left - 1) {
        geo_scratch_reset(&eval->scratch);
        eval->position = stretch->first + (uint32_t)__builtin_ctzll(left);
        add_outcome(&outcomes, geo_cql2_truth_at(eval, step->node), left & -left);
    }
    return outcomes;
}

static enum geo_cql2_truth outcome_of_code(struct geo_cql2_eval *eval,
                                           const struct geo_cql2_step *step, uint32_t code)
{
    uint8_t *outcome = &step->outcomes[code];
    if (*outcome == 0) {
        geo_scratch_reset(&eval->scratch);
        eval->by_code = true;
        eval->code_property = step->property;
        eval->code = code < eval->source->columns[step->property].n_texts ? code : GEO_CQL2_NO_CODE;
        *outcome = (uint8_t)(1 + geo_cql2_truth_at(eval, step->node));
        eval->by_code = false;
    }
    return (enum geo_cql2_truth)(*outcome - 1);
}

/* What is remembered is looked up without a branch; what is not is worked out afterwards. */
static struct outcomes look_by_code(struct geo_cql2_eval *eval, const struct geo_cql2_step *step,
                                    const struct stretch *stretch)
{
    const struct geo_cql2_source *source = eval->source;
    uint32_t codes[64], none = source->columns[step->property].n_texts;
    uint8_t yes[64] = {0}, no[64] = {0}, known[64] = {0};
    source->codes(source->context, step->property, stretch->first, stretch->n, codes);
    for (uint32_t i = 0; i < stretch->n; i++) {
        codes[i] = codes[i] < none ? codes[i] : none;
        uint8_t outcome = step->outcomes[codes[i]];
        known[i] = outcome != 0;
        yes[i] = outcome == 1 + GEO_CQL2_TRUE;
        no[i] = outcome == 1 + GEO_CQL2_FALSE;
    }
    struct outcomes outcomes = {geo_bits_pack(yes), geo_bits_pack(no)};
    uint64_t left = stretch->which & ~geo_bits_pack(known);
    for (; left && !eval->failed; left &= left - 1)
        add_outcome(&outcomes, outcome_of_code(eval, step, codes[__builtin_ctzll(left)]),
                    left & -left);
    return outcomes;
}

static struct outcomes look_in_ranges(const struct geo_cql2_eval *eval,
                                      const struct geo_cql2_step *step,
                                      const struct stretch *stretch)
{
    const struct geo_cql2_source *source = eval->source;
    double numbers[64];
    uint8_t in[64] = {0}, null[64] = {0};
    source->numbers(source->context, step->property, stretch->first, stretch->n, numbers);
    for (uint32_t i = 0; i < stretch->n; i++)
        null[i] = numbers[i] != numbers[i];
    for (size_t r = 0; r < step->ranges.n; r++) {
        const struct geo_cql2_range range = step->ranges.items[r];
        for (uint32_t i = 0; i < stretch->n; i++)
            in[i] = (uint8_t)(in[i] | ((numbers[i] >= range.low) & (numbers[i] <= range.high)));
    }
    uint64_t inside = geo_bits_pack(in), known = ~geo_bits_pack(null);
    uint64_t yes = (step->ranges.outside ? ~inside : inside) & known;
    return (struct outcomes){.yes = yes, .no = known & ~yes};
}

static struct outcomes look_at_sets(const struct geo_cql2_eval *eval,
                                    const struct geo_cql2_step *step, const struct stretch *stretch)
{
    const struct geo_cql2_source *source = eval->source;
    uint64_t sets[64], mask = step->set.mask;
    uint8_t yes[64] = {0};
    bool needs_all = step->set.op == GEO_CQL2_A_CONTAINS || step->set.op == GEO_CQL2_A_EQUALS;
    if (step->set.has_unknown && needs_all)
        return (struct outcomes){.no = ~UINT64_C(0)};
    source->sets(source->context, step->property, stretch->first, stretch->n, sets);
    for (uint32_t i = 0; i < stretch->n; i++)
        yes[i] = step->set.op == GEO_CQL2_A_OVERLAPS       ? (sets[i] & mask) != 0
                 : step->set.op == GEO_CQL2_A_CONTAINS     ? (sets[i] & mask) == mask
                 : step->set.op == GEO_CQL2_A_CONTAINED_BY ? (sets[i] & ~mask) == 0
                                                           : sets[i] == mask;
    uint64_t holds = geo_bits_pack(yes);
    return (struct outcomes){.yes = holds, .no = ~holds};
}

static uint32_t n_placed_of(const struct geo_cql2_source *source, const struct stretch *stretch)
{
    if (stretch->first >= source->n_placed)
        return 0;
    size_t n = source->n_placed - stretch->first;
    return n < stretch->n ? (uint32_t)n : stretch->n;
}

/* The box around the literal first; most positions are outside. */
static struct outcomes look_at_places(struct geo_cql2_eval *eval, const struct geo_cql2_step *step,
                                      const struct stretch *stretch)
{
    const struct geo_cql2_source *source = eval->source;
    const struct geo_coord *coords = source->coords + stretch->first;
    enum geo_cql2_op op = step->place.op;
    uint32_t n_placed = n_placed_of(source, stretch);
    uint8_t in[64] = {0};
    for (size_t r = 0; r < step->place.n_rects; r++) {
        const struct geo_rect rect = step->place.rects[r];
        for (uint32_t i = 0; i < n_placed; i++)
            in[i] = (uint8_t)(in[i] | ((coords[i].lon_e7 >= rect.west_e7) &
                                       (coords[i].lon_e7 <= rect.east_e7) &
                                       (coords[i].lat_e7 >= rect.south_e7) &
                                       (coords[i].lat_e7 <= rect.north_e7)));
    }
    uint64_t known = n_placed < 64 ? (UINT64_C(1) << n_placed) - 1 : ~UINT64_C(0);
    uint64_t inside = geo_bits_pack(in);
    struct outcomes outcomes =
        outcomes_of(geo_cql2_truth_of(op == GEO_CQL2_S_DISJOINT), known & ~inside);
    for (uint64_t left = inside & stretch->which; left && !eval->failed; left &= left - 1) {
        bool holds = false;
        eval->failed = !geo_cql2_relate_point(step->place.literal, op,
                                              coords[__builtin_ctzll(left)], &holds, &eval->error);
        add_outcome(&outcomes, geo_cql2_truth_of(holds), left & -left);
    }
    return outcomes;
}

static struct outcomes look(struct geo_cql2_eval *eval, const struct geo_cql2_step *step,
                            const struct stretch *stretch)
{
    switch (step->kind) {
    case STEP_CONSTANT:
        return outcomes_of(step->constant, stretch->which);
    case STEP_BY_CODE:
        return look_by_code(eval, step, stretch);
    case STEP_RANGES:
        return look_in_ranges(eval, step, stretch);
    case STEP_SET:
        return look_at_sets(eval, step, stretch);
    case STEP_PLACE:
        return look_at_places(eval, step, stretch);
    default: /* STEP_SINGLE */
        return look_singly(eval, step, stretch);
    }
}

static struct outcomes look_at_few(struct geo_cql2_eval *eval, const struct geo_cql2_step *step,
                                   const struct stretch *stretch)
{
    struct outcomes outcomes = {0, 0};
    for (uint64_t left = stretch->which; left; left &= left - 1) {
        uint32_t place = (uint32_t)__builtin_ctzll(left);
        struct stretch one = {stretch->first + place, 1, 1};
        struct outcomes found = look(eval, step, &one);
        outcomes.yes |= (found.yes & 1) << place;
        outcomes.no |= (found.no & 1) << place;
    }
    return outcomes;
}

/* ------------------------------------------------------------------ steps */

static struct outcomes run(struct geo_cql2_eval *eval, const struct geo_cql2_step *step,
                           const struct stretch *stretch);

/* What one argument decides, the next are not asked about. */
static struct outcomes run_joined(struct geo_cql2_eval *eval, const struct geo_cql2_step *step,
                                  const struct stretch *stretch)
{
    bool all = step->kind == STEP_ALL;
    struct outcomes outcomes = {all ? stretch->which : 0, all ? 0 : stretch->which};
    struct stretch left = *stretch;
    for (size_t i = 0; i < step->args.n && left.which; i++) {
        struct outcomes arg = run(eval, step->args.items[i], &left);
        outcomes.yes = all ? outcomes.yes & arg.yes : outcomes.yes | arg.yes;
        outcomes.no = all ? outcomes.no | arg.no : outcomes.no & arg.no;
        left.which &= all ? ~arg.no : ~arg.yes;
    }
    return outcomes;
}

/* As deep as the tree. */
static struct outcomes run(struct geo_cql2_eval *eval, const struct geo_cql2_step *step,
                           const struct stretch *stretch)
{
    struct outcomes outcomes;
    if (step->kind == STEP_NOT) {
        outcomes = run(eval, step->args.items[0], stretch);
        return (struct outcomes){.yes = outcomes.no, .no = outcomes.yes};
    }
    if (step->kind == STEP_ALL || step->kind == STEP_ANY)
        return run_joined(eval, step, stretch);
    outcomes = geo_bits_of_word(stretch->which) < FEW ? look_at_few(eval, step, stretch)
                                                      : look(eval, step, stretch);
    return (struct outcomes){outcomes.yes & stretch->which, outcomes.no & stretch->which};
}

/* ------------------------------------------------------------------ boxes */

/* Where the two do not meet, the first is kept: it is right too. */
static void intersect(struct geo_bbox *box, const struct geo_bbox *by)
{
    struct geo_bbox both = {fmax(box->west_deg, by->west_deg), fmax(box->south_deg, by->south_deg),
                            fmin(box->east_deg, by->east_deg), fmin(box->north_deg, by->north_deg)};
    if (both.west_deg <= both.east_deg && both.south_deg <= both.north_deg)
        *box = both;
}

static void unite(struct geo_bbox *box, const struct geo_bbox *with)
{
    *box = (struct geo_bbox){
        fmin(box->west_deg, with->west_deg), fmin(box->south_deg, with->south_deg),
        fmax(box->east_deg, with->east_deg), fmax(box->north_deg, with->north_deg)};
}

/* As deep as the tree. Boxes across the antimeridian are passed over. */
static bool box_of(const struct geo_cql2_step *step, struct geo_bbox *out_box)
{
    bool known = false, all = step->kind == STEP_ALL;
    if (step->kind == STEP_PLACE && step->place.op != GEO_CQL2_S_DISJOINT) {
        *out_box = *geo_cql2_literal_box(step->place.literal);
        return out_box->west_deg <= out_box->east_deg;
    }
    for (size_t i = 0; (all || step->kind == STEP_ANY) && i < step->args.n; i++) {
        struct geo_bbox box;
        bool has_box = box_of(step->args.items[i], &box);
        if (!has_box && !all)
            return false;
        if (has_box && !known)
            *out_box = box;
        else if (has_box && all)
            intersect(out_box, &box);
        else if (has_box)
            unite(out_box, &box);
        known |= has_box;
    }
    return known;
}

bool geo_cql2_eval_box(const struct geo_cql2_eval *eval, struct geo_bbox *out_box)
{
    return box_of(eval->plan, out_box);
}

/* ------------------------------------------------------------------ the whole */

struct geo_cql2_eval *geo_cql2_eval_new(const struct geo_cql2_tree *tree,
                                        const struct geo_cql2_fact *facts,
                                        const struct geo_cql2_source *source,
                                        const struct geo_cql2_crs *crs, struct aro_error *err)
{
    struct geo_cql2_eval *eval = calloc(1, sizeof *eval);
    if (!eval) {
        aro_error_no_memory(err);
        return NULL;
    }
    eval->tree = tree;
    eval->facts = facts;
    eval->source = source;
    if (geo_cql2_make_ready(eval, crs, err) && geo_cql2_make_plan(eval, err))
        return eval;
    geo_cql2_eval_free(eval);
    return NULL;
}

void geo_cql2_eval_free(struct geo_cql2_eval *eval)
{
    if (!eval)
        return;
    for (size_t i = 0; eval->ready && i < geo_cql2_n_nodes(eval->tree); i++) {
        geo_like_free(eval->ready[i].like);
        geo_cql2_literal_free(eval->ready[i].literal);
    }
    free(eval->ready);
    geo_scratch_clear(&eval->kept);
    geo_scratch_clear(&eval->scratch);
    aro_buffer_clear(&eval->text);
    free(eval);
}

uint64_t geo_cql2_eval_word(struct geo_cql2_eval *eval, uint32_t word, uint64_t which)
{
    size_t first = (size_t)word * 64, n = eval->source->n - first;
    struct stretch stretch = {(uint32_t)first, n < 64 ? (uint32_t)n : 64, which};
    if (eval->failed || which == 0)
        return 0;
    uint64_t yes = run(eval, eval->plan, &stretch).yes;
    return eval->failed ? 0 : yes;
}

bool geo_cql2_eval_ok(const struct geo_cql2_eval *eval, struct aro_error *err)
{
    return !eval->failed || aro_error_set(err, eval->error.status, "%s", eval->error.message);
}
