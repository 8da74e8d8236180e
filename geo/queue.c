#include "geo/queue_internal.h"

#include <stdlib.h>

#include "geo/array.h"

void geo_queue_clear(struct geo_queue *queue)
{
    free(queue->items);
    *queue = (struct geo_queue){0};
}

bool geo_queue_push(struct geo_queue *queue, struct geo_entry entry, struct aro_error *err)
{
    struct geo_entry *items =
        aro_array_grow(queue->items, queue->n, &queue->capacity, sizeof *items, err);
    if (!items)
        return false;
    queue->items = items;
    size_t at = queue->n++;
    for (; at > 0 && geo_entry_is_before(&entry, &queue->items[(at - 1) / 2]); at = (at - 1) / 2)
        queue->items[at] = queue->items[(at - 1) / 2];
    queue->items[at] = entry;
    return true;
}

struct geo_entry geo_queue_pop(struct geo_queue *queue)
{
    struct geo_entry top = queue->items[0], last = queue->items[--queue->n];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= queue->n)
            break;
        child += child + 1 < queue->n &&
                 geo_entry_is_before(&queue->items[child + 1], &queue->items[child]);
        if (!geo_entry_is_before(&queue->items[child], &last))
            break;
        queue->items[at] = queue->items[child];
        at = child;
    }
    queue->items[at] = last;
    return top;
}
