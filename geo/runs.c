#include "geo/runs.h"

#include <assert.h>
#include <stdlib.h>

void geo_runs_clear(struct geo_runs *runs)
{
    free(runs->items);
    *runs = (struct geo_runs){0};
}

static bool grow(struct geo_runs *runs, struct aro_error *err)
{
    size_t capacity = runs->capacity ? 2 * runs->capacity : 32;
    struct geo_run *items = realloc(runs->items, capacity * sizeof *items);
    if (!items)
        return aro_error_no_memory(err);
    runs->items = items;
    runs->capacity = capacity;
    return true;
}

bool geo_runs_add(struct geo_runs *runs, uint32_t first, uint32_t end, struct aro_error *err)
{
    assert(first <= end);
    if (first == end)
        return true;
    if (runs->n > 0 && first <= runs->items[runs->n - 1].end) {
        struct geo_run *last = &runs->items[runs->n - 1];
        assert(first >= last->first);
        last->end = end > last->end ? end : last->end;
        return true;
    }
    if (runs->n == runs->capacity && !grow(runs, err))
        return false;
    runs->items[runs->n++] = (struct geo_run){first, end};
    return true;
}

size_t geo_runs_count(const struct geo_runs *runs)
{
    size_t count = 0;
    for (size_t i = 0; i < runs->n; i++)
        count += runs->items[i].end - runs->items[i].first;
    return count;
}
