#include "schema/id_lines.h"

#include <stdlib.h>
#include <string.h>

enum { IDS_A_CHUNK = 1 << 16 };

void schema_id_lines_clear(struct schema_id_lines *lines)
{
    for (size_t i = 0; i < lines->n_chunks; i++)
        free(lines->chunks[i]);
    free(lines->chunks);
    *lines = (struct schema_id_lines){0};
}

uint32_t schema_id_lines_find(const struct schema_id_lines *lines, int64_t id)
{
    size_t chunk = (size_t)(id / IDS_A_CHUNK);
    if (chunk >= lines->n_chunks || !lines->chunks[chunk])
        return 0;
    return lines->chunks[chunk][id % IDS_A_CHUNK];
}

static bool make_room(struct schema_id_lines *lines, size_t n_chunks)
{
    if (n_chunks <= lines->n_chunks)
        return true;
    uint32_t **chunks = realloc(lines->chunks, n_chunks * sizeof(uint32_t *));
    if (!chunks)
        return false;
    memset(chunks + lines->n_chunks, 0, (n_chunks - lines->n_chunks) * sizeof(uint32_t *));
    lines->chunks = chunks;
    lines->n_chunks = n_chunks;
    return true;
}

bool schema_id_lines_put(struct schema_id_lines *lines, int64_t id, uint64_t line,
                         struct aro_error *err)
{
    size_t at = (size_t)(id / IDS_A_CHUNK);
    if (!make_room(lines, at + 1))
        return aro_error_no_memory(err);
    if (!lines->chunks[at])
        lines->chunks[at] = calloc(IDS_A_CHUNK, sizeof **lines->chunks);
    if (!lines->chunks[at])
        return aro_error_no_memory(err);
    lines->chunks[at][id % IDS_A_CHUNK] = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
    return true;
}
