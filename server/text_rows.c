#include "server/text_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/text_pool.h"

bool text_rows_begin(struct text_rows *rows, size_t capacity, size_t likely_bytes,
                     const char *folder, struct aro_error *err)
{
    *rows = (struct text_rows){.spool.fd = -1, .folder = folder};
    rows->starts = array_new(capacity + 1, sizeof *rows->starts, err);
    if (!rows->starts)
        return false;
    if (folder)
        return spool_open(&rows->spool, folder, err);
    aro_buffer_reserve(&rows->spool.buffer, likely_bytes);
    return true;
}

void text_rows_clear(struct text_rows *rows)
{
    if (rows->starts)
        spool_close(&rows->spool);
    free(rows->starts);
    *rows = (struct text_rows){0};
}

bool text_rows_end(struct text_rows *rows, struct aro_error *err)
{
    rows->starts[++rows->n] = rows->spool.bytes + rows->spool.buffer.len;
    return !rows->folder || spool_settle(&rows->spool, err);
}

/* Asks for the pages of a text that is copied soon: many at once are read ten times as fast as one
 * after another. */
static void fetch(const struct text_rows *rows, const char *texts, uint32_t row)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t first = rows->starts[row] / page * page;
    madvise((void *)(texts + first), rows->starts[row + 1] - first, MADV_WILLNEED);
}

/* Row by row into the block, whose offsets are filled. */
static void copy_texts(const struct text_rows *rows, const char *texts, const uint32_t *order,
                       struct text_block *block)
{
    enum { AHEAD = 512 };
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->folder && i + AHEAD < rows->n)
            fetch(rows, texts, order[i + AHEAD]);
        memcpy(block->block + block->offsets[i], texts + rows->starts[order[i]],
               block->offsets[i + 1] - block->offsets[i]);
    }
}

static bool fill_offsets(const struct text_rows *rows, const uint32_t *order,
                         struct text_block *block, struct aro_error *err)
{
    block->offsets = array_new(rows->n + 1, sizeof *block->offsets, err);
    for (size_t i = 0; block->offsets && i < rows->n; i++)
        block->offsets[i + 1] =
            block->offsets[i] + rows->starts[order[i] + 1] - rows->starts[order[i]];
    return block->offsets != NULL;
}

static bool place_in_memory(const struct text_rows *rows, const uint32_t *order,
                            struct text_block *block, struct aro_error *err)
{
    if (!aro_buffer_ok(&rows->spool.buffer, err))
        return false;
    block->block = array_new(rows->starts[rows->n], 1, err);
    if (block->block && rows->spool.buffer.len > 0)
        copy_texts(rows, rows->spool.buffer.data, order, block);
    return block->block != NULL;
}

static void *map(int fd, size_t n_bytes, int protection, struct aro_error *err)
{
    void *mapped = mmap(NULL, n_bytes, protection, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED)
        return mapped;
    aro_error_set(err, ARO_IO, "a temporary file cannot be mapped: %s", strerror(errno));
    return NULL;
}

/* A file of its own for the block: its pages go to the disk where memory is wanted for others. */
static bool map_block(const struct text_rows *rows, size_t n_bytes, struct text_block *block,
                      struct aro_error *err)
{
    struct spool file;
    if (!spool_open(&file, rows->folder, err))
        return false;
    int failed = posix_fallocate(file.fd, 0, (off_t)n_bytes); /* no room is not found out later */
    if (failed)
        aro_error_set(err, ARO_IO, "no room for %zu bytes in '%.200s': %s", n_bytes, rows->folder,
                      strerror(failed));
    else
        block->block = map(file.fd, n_bytes, PROT_READ | PROT_WRITE, err);
    spool_close(&file);
    block->mapped_bytes = block->block ? n_bytes : 0;
    return block->block != NULL;
}

static bool place_in_file(struct text_rows *rows, const uint32_t *order, struct text_block *block,
                          struct aro_error *err)
{
    int fd;
    uint64_t n_bytes;
    if (!spool_take(&rows->spool, &fd, &n_bytes, err))
        return false;
    char *texts = map(fd, n_bytes, PROT_READ, err);
    close(fd);
    if (!texts)
        return false;
    madvise(texts, n_bytes, MADV_RANDOM); /* what lies beside a text is not the next one */
    bool ok = map_block(rows, n_bytes, block, err);
    if (ok)
        copy_texts(rows, texts, order, block);
    munmap(texts, n_bytes);
    return ok;
}

bool text_rows_place(struct text_rows *rows, const uint32_t *order, struct text_block *out_block,
                     struct aro_error *err)
{
    bool in_file = rows->folder && rows->starts[rows->n] > 0;
    bool ok = fill_offsets(rows, order, out_block, err) &&
              (in_file ? place_in_file(rows, order, out_block, err)
                       : place_in_memory(rows, order, out_block, err));
    text_rows_clear(rows);
    return ok;
}
