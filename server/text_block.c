#include "server/text_block.h"

#include <stdlib.h>

/* The first edit at or behind the position; n where there is none. */
static uint32_t find_edit(const struct text_edits *edits, uint32_t position)
{
    uint32_t low = 0, high = edits->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (edits->positions[middle] < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct text_slice slice_of(const char *block, const uint64_t *offsets, uint32_t first,
                                  uint32_t end)
{
    return (struct text_slice){block + offsets[first], offsets[end] - offsets[first]};
}

static struct text_slice slice_of_edit(const struct text_edits *edits, uint32_t i)
{
    return slice_of(edits->block, edits->offsets, i, i + 1);
}

struct text_slice text_block_edited(const struct text_block *texts, uint32_t position)
{
    const struct text_edits *edits = texts->edits;
    uint32_t i = find_edit(edits, position);
    if (i < edits->n && edits->positions[i] == position)
        return slice_of_edit(edits, i);
    return slice_of(texts->block, texts->offsets, position, position + 1);
}

struct text_part text_block_part(const struct text_block *texts, struct geo_run run)
{
    const struct text_edits *edits = texts->edits;
    uint32_t i = edits ? find_edit(edits, run.first) : 0;
    if (edits && i < edits->n && edits->positions[i] == run.first)
        return (struct text_part){.slice = slice_of_edit(edits, i),
                                  .texts = {run.first, run.first + 1}};
    if (edits && i < edits->n && edits->positions[i] < run.end)
        run.end = edits->positions[i];
    return (struct text_part){.slice = slice_of(texts->block, texts->offsets, run.first, run.end),
                              .texts = run,
                              .packed = text_block_packed(texts)};
}

size_t text_block_bytes(const struct text_block *texts, struct geo_run run)
{
    size_t bytes = 0;
    while (run.first < run.end) {
        struct text_part part = text_block_part(texts, run);
        bytes += part.slice.len;
        run.first = part.texts.end;
    }
    return bytes;
}

void text_edits_clear(struct text_edits *edits)
{
    free(edits->positions);
    free(edits->offsets);
    free(edits->block);
    *edits = (struct text_edits){0};
}
