#include "server/snapshot.h"

enum { N_SETS = 3 };

struct text_set {
    const struct text_block *texts;
    uint32_t n;
};

/* What browsers and maps ask for most comes first. */
static void list_sets(const struct snapshot *snapshot, struct text_set out_sets[N_SETS])
{
    const struct point_set *initiatives = &snapshot->initiatives, *communes = &snapshot->communes;
    out_sets[0] = (struct text_set){&initiatives->compact, (uint32_t)initiatives->n};
    out_sets[1] = (struct text_set){&initiatives->full, (uint32_t)initiatives->n};
    out_sets[2] = (struct text_set){&communes->full, (uint32_t)communes->n};
}

bool snapshot_is_packed(const struct snapshot *snapshot)
{
    return atomic_load(&snapshot->is_packed);
}

size_t snapshot_packed_bytes(const struct snapshot *snapshot)
{
    struct text_set sets[N_SETS];
    size_t bytes = 0;
    list_sets(snapshot, sets);
    for (int i = 0; i < N_SETS; i++) {
        const struct packed *packed = text_block_packed(sets[i].texts);
        bytes += packed ? packed_bytes(packed) : 0;
    }
    return bytes;
}

/* One that was not wanted any more ends the round; one that does not fit is as good without: its
 * bodies are deflated when they are asked for. */
static bool pack_set(const struct text_set *set, const struct packed_order *order)
{
    struct aro_error err = {0};
    struct text_block *texts = (struct text_block *)set->texts; /* const but for what is added */
    if (set->n == 0 || text_block_packed(texts))
        return true;
    struct packed *packed =
        packed_new((struct packed_texts){texts->block, texts->offsets, set->n}, order, &err);
    atomic_store_explicit(&texts->packed, packed, memory_order_release);
    return err.status != ARO_BUSY;
}

void snapshot_pack(const struct snapshot *snapshot, const struct packed_order *order)
{
    struct text_set sets[N_SETS];
    struct snapshot *packed = (struct snapshot *)snapshot; /* const but for this */
    packed->packed_max_bytes = order->max_bytes;
    list_sets(snapshot, sets);
    for (int i = 0; i < N_SETS; i++) {
        struct packed_order rest = *order;
        rest.max_bytes -= snapshot_packed_bytes(snapshot);
        if (!pack_set(&sets[i], &rest))
            return;
    }
    atomic_store(&packed->is_packed, true);
}
