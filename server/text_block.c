#include "server/text_block.h"

#include <stdlib.h>

static struct text_slice slice_of(const char *block, const uint64_t *offsets, uint32_t first,
                                  uint32_t end)
{
    return (struct text_slice){block + offsets[first], offsets[end] - offsets[first]};
}

struct text_part text_block_part(const struct text_block *texts, struct geo_run run)
{
    const struct text_edits *edits = texts->edits;
    struct text_part part = {.end = run.end, .texts = run};
    bool has_come = false;
    if (edits) {
        const struct geo_splice_part *found = geo_splice_find(edits->splice, run.first);
        part.end = found[1].first < run.end ? found[1].first : run.end;
        part.texts.first = found->from + (run.first - found->first);
        part.texts.end = part.texts.first + (part.end - run.first);
        has_come = found->has_come;
    }
    if (has_come) {
        part.slice = slice_of(edits->block, edits->offsets, part.texts.first, part.texts.end);
    } else {
        part.slice = slice_of(texts->block, texts->offsets, part.texts.first, part.texts.end);
        part.packed = text_block_packed(texts);
    }
    return part;
}

struct text_slice text_block_edited(const struct text_block *texts, uint32_t position)
{
    return text_block_part(texts, (struct geo_run){position, position + 1}).slice;
}

size_t text_block_bytes(const struct text_block *texts, struct geo_run run)
{
    size_t bytes = 0;
    while (run.first < run.end) {
        struct text_part part = text_block_part(texts, run);
        bytes += part.slice.len;
        run.first = part.end;
    }
    return bytes;
}

void text_edits_clear(struct text_edits *edits)
{
    free(edits->offsets);
    free(edits->block);
    *edits = (struct text_edits){0};
}
