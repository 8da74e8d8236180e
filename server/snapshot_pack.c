#include "server/snapshot.h"

/* What browsers and maps ask for most comes first. */
static size_t list_texts(const struct snapshot *snapshot, const struct text_block **out_texts,
                         size_t *out_n)
{
    const struct point_set *initiatives = &snapshot->initiatives, *communes = &snapshot->communes;
    size_t n = 0;
    out_texts[n] = &initiatives->compact;
    out_n[n++] = initiatives->n;
    out_texts[n] = &initiatives->full;
    out_n[n++] = initiatives->n;
    out_texts[n] = &communes->full;
    out_n[n++] = communes->n;
    return n;
}

enum { MAX_SETS = 3 };

bool snapshot_is_packed(const struct snapshot *snapshot)
{
    return atomic_load(&snapshot->is_packed);
}

size_t snapshot_packed_bytes(const struct snapshot *snapshot)
{
    const struct text_block *texts[MAX_SETS];
    size_t ns[MAX_SETS], n = list_texts(snapshot, texts, ns), bytes = 0;
    for (size_t i = 0; i < n; i++) {
        const struct packed *packed = text_block_packed(texts[i]);
        bytes += packed ? packed_bytes(packed) : 0;
    }
    return bytes;
}

void snapshot_pack(const struct snapshot *snapshot, const struct packed_order *order)
{
    struct snapshot *changed = (struct snapshot *)snapshot; /* const but for what is added here */
    const struct text_block *texts[MAX_SETS];
    size_t ns[MAX_SETS], n = list_texts(snapshot, texts, ns), bytes = 0;
    for (size_t i = 0; i < n; i++) {
        struct aro_error err = {0};
        struct packed_order rest = *order;
        rest.max_bytes = order->max_bytes - bytes;
        struct packed_texts ahead = {texts[i]->block, texts[i]->offsets, (uint32_t)ns[i]};
        struct packed *packed = ns[i] > 0 ? packed_new(ahead, &rest, &err) : NULL;
        if (err.status == ARO_BUSY)
            return;
        if (!packed)
            continue; /* as good without: the body is deflated when it is asked for */
        bytes += packed_bytes(packed);
        struct text_block *block = (struct text_block *)texts[i];
        atomic_store_explicit(&block->packed, packed, memory_order_release);
    }
    atomic_store(&changed->is_packed, true);
}
