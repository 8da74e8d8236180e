#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "geo/buffer.h"
#include "server/image_internal.h"

/* Where a block comes to lie. */
struct place {
    const struct geo_block *block;
    uint64_t at;
};

struct writer {
    const char *path;
    const struct geo_blocks *blocks;
    struct place *places;  /* in the order of addresses */
    const void **pointers; /* in the order of addresses, those that are NULL left out */
    size_t n_pointers;
    struct image_header header;
    int fd;
    uint64_t at; /* written so far */
    XXH3_state_t *sum;
    char *chunk; /* IMAGE_CHUNK */
    image_unwanted_fn *is_unwanted;
    void *context;
    struct aro_error *err;
};

static bool fail(const struct writer *writer, const char *what)
{
    return aro_error_set(writer->err, ARO_IO, "cannot %s '%.300s': %s", what, writer->path,
                         strerror(errno));
}

/* ---- Where everything lies ---- */

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    return (a->block->bytes > b->block->bytes) - (a->block->bytes < b->block->bytes);
}

static int compare_pointers(const void *left, const void *right)
{
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;
    return (a > b) - (a < b);
}

static uint64_t round_up(uint64_t at, uint64_t to)
{
    return (at + to - 1) / to * to;
}

/* Where the next block begins: an end is never another one's start. */
static uint64_t behind(uint64_t end)
{
    return round_up(end + 1, IMAGE_ALIGNMENT);
}

static uint64_t lay_out(struct writer *writer, bool is_bulk, uint64_t at)
{
    for (size_t i = 0; i < writer->blocks->n; i++) {
        struct place *place = &writer->places[i];
        if (place->block->is_bulk != is_bulk)
            continue;
        place->at = at;
        at = behind(at + place->block->n_bytes);
    }
    return at;
}

/* Ways, the list of pointers, bulk: in the order in which they were listed. */
static bool plan(struct writer *writer, const char *key)
{
    const struct geo_blocks *blocks = writer->blocks;
    struct image_header *header = &writer->header;
    writer->places = calloc(blocks->n + 1, sizeof *writer->places);
    writer->pointers = calloc(blocks->n_pointers + 1, sizeof *writer->pointers);
    writer->chunk = malloc(IMAGE_CHUNK);
    writer->sum = XXH3_createState();
    if (blocks->failed || !writer->places || !writer->pointers || !writer->chunk || !writer->sum)
        return aro_error_no_memory(writer->err);
    for (size_t i = 0; i < blocks->n; i++)
        writer->places[i].block = &blocks->items[i];
    for (size_t i = 0; i < blocks->n_pointers; i++)
        if (*(const char *const *)blocks->pointers[i])
            writer->pointers[writer->n_pointers++] = blocks->pointers[i];
    memcpy(header->magic, IMAGE_MAGIC, sizeof header->magic);
    snprintf(header->key, sizeof header->key, "%s", key);
    header->pointers = lay_out(writer, false, IMAGE_PAGE);
    header->n_pointers = writer->n_pointers;
    header->bulk = round_up(header->pointers + writer->n_pointers * sizeof(uint64_t), IMAGE_PAGE);
    header->n_bytes = lay_out(writer, true, header->bulk);
    qsort(writer->places, blocks->n, sizeof *writer->places, compare_places);
    qsort(writer->pointers, writer->n_pointers, sizeof *writer->pointers, compare_pointers);
    return true;
}

/* Where in the file an address comes to lie: that of a block, in it or at its end; else 0. */
static uint64_t place_of(const struct writer *writer, const char *address)
{
    size_t low = 0, high = writer->blocks->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (writer->places[middle].block->bytes <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return 0;
    const struct place *place = &writer->places[low - 1];
    uint64_t from_start = (uint64_t)(address - place->block->bytes);
    return from_start <= place->block->n_bytes ? place->at + from_start : 0;
}

static size_t first_pointer_at(const struct writer *writer, const char *address)
{
    size_t low = 0, high = writer->n_pointers;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((const char *)writer->pointers[middle] < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- Writing ---- */

static bool put(struct writer *writer, const char *bytes, size_t n_bytes)
{
    if (XXH3_64bits_update(writer->sum, bytes, n_bytes) != XXH_OK)
        return aro_error_no_memory(writer->err);
    writer->at += n_bytes;
    while (n_bytes > 0) {
        ssize_t written = write(writer->fd, bytes, n_bytes);
        if (written < 0 && errno != EINTR)
            return fail(writer, "write");
        bytes += written > 0 ? written : 0;
        n_bytes -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool put_zeros(struct writer *writer, uint64_t until)
{
    static const char zeros[IMAGE_PAGE];
    while (writer->at < until) {
        uint64_t missing = until - writer->at;
        if (!put(writer, zeros, missing < sizeof zeros ? (size_t)missing : sizeof zeros))
            return false;
    }
    return true;
}

/* Replaces the pointers of a piece of a block, by the copy of it in the chunk. */
static bool place_pointers(struct writer *writer, const char *piece, size_t n_bytes)
{
    for (size_t i = first_pointer_at(writer, piece); i < writer->n_pointers; i++) {
        const char *pointer = writer->pointers[i];
        if (pointer >= piece + n_bytes)
            break;
        uint64_t place = place_of(writer, *(const char *const *)pointer);
        if (place == 0)
            return aro_error_set(writer->err, ARO_IO, "a pointer leads out of what is written");
        memcpy(writer->chunk + (pointer - piece), &place, sizeof place);
    }
    return true;
}

/* Around the holes, which stay zeros. */
static void copy_piece(const struct writer *writer, const char *piece, size_t n_bytes)
{
    const struct geo_blocks *blocks = writer->blocks;
    memset(writer->chunk, 0, n_bytes);
    for (size_t at = 0, end; at < n_bytes; at = end) {
        size_t from = at;
        end = n_bytes;
        for (size_t i = 0; i < blocks->n_holes; i++) {
            const char *hole = blocks->holes[i].bytes,
                       *behind_hole = hole + blocks->holes[i].n_bytes;
            if (hole <= piece + at && piece + at < behind_hole)
                from = (size_t)(behind_hole - piece);
            else if (hole > piece + at && hole < piece + end)
                end = (size_t)(hole - piece);
        }
        if (from > at)
            end = from < n_bytes ? from : n_bytes;
        else
            memcpy(writer->chunk + at, piece + at, end - at);
    }
}

static bool put_block(struct writer *writer, const struct geo_block *block)
{
    for (size_t done = 0; done < block->n_bytes;) {
        size_t rest = block->n_bytes - done, n = rest < IMAGE_CHUNK ? rest : IMAGE_CHUNK;
        if (writer->is_unwanted && writer->is_unwanted(writer->context))
            return aro_error_set(writer->err, ARO_STOPPED, "something else is to be done");
        copy_piece(writer, block->bytes + done, n);
        if (!place_pointers(writer, block->bytes + done, n) || !put(writer, writer->chunk, n))
            return false;
        done += n;
    }
    return put_zeros(writer, behind(writer->at));
}

static bool put_blocks(struct writer *writer, bool is_bulk)
{
    for (size_t i = 0; i < writer->blocks->n; i++)
        if (writer->blocks->items[i].is_bulk == is_bulk &&
            !put_block(writer, &writer->blocks->items[i]))
            return false;
    return true;
}

static bool list_pointers(struct writer *writer)
{
    for (size_t i = 0; i < writer->n_pointers; i++) {
        uint64_t place = place_of(writer, writer->pointers[i]);
        if (!put(writer, (const char *)&place, sizeof place))
            return false;
    }
    return put_zeros(writer, writer->header.bulk);
}

static bool put_header(struct writer *writer)
{
    struct image_header *header = &writer->header;
    header->sum = XXH3_64bits(header, offsetof(struct image_header, sum));
    return pwrite(writer->fd, header, sizeof *header, 0) == (ssize_t)sizeof *header ||
           fail(writer, "write");
}

/* The header last: what was given up has none. */
static bool write_all(struct writer *writer)
{
    if (ftruncate(writer->fd, 0) != 0 || lseek(writer->fd, IMAGE_PAGE, SEEK_SET) < 0)
        return fail(writer, "write");
    writer->at = IMAGE_PAGE;
    XXH3_64bits_reset(writer->sum);
    if (!put_blocks(writer, false) || !list_pointers(writer))
        return false;
    writer->header.ways_sum = XXH3_64bits_digest(writer->sum);
    XXH3_64bits_reset(writer->sum);
    if (!put_blocks(writer, true))
        return false;
    writer->header.bulk_sum = XXH3_64bits_digest(writer->sum);
    return put_header(writer);
}

/* ---- The file beside it ---- */

/*
 * One name for all who write, so that what a killed process left behind is written over; a lock on
 * the file, so that two do not write it together. Who gets the lock once the other has moved the
 * file has one that is no longer there.
 */
static bool open_beside(struct writer *writer, const char *beside)
{
    struct stat opened, named;
    writer->fd = open(beside, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (writer->fd < 0)
        return fail(writer, "write");
    if (flock(writer->fd, LOCK_EX | LOCK_NB) != 0 || fstat(writer->fd, &opened) != 0 ||
        stat(beside, &named) != 0 || named.st_ino != opened.st_ino)
        return aro_error_set(writer->err, ARO_BUSY, "another process is writing '%.300s'",
                             writer->path);
    return true;
}

/* Not synced to the disk: what a loss of power leaves of it is found out by its sums. */
static bool write_beside(struct writer *writer, const char *beside)
{
    if (!open_beside(writer, beside))
        return false;
    if (write_all(writer) && (rename(beside, writer->path) == 0 || fail(writer, "replace")))
        return true;
    unlink(beside);
    return false;
}

bool image_write(const char *path, const char *key, const struct geo_blocks *blocks,
                 image_unwanted_fn *is_unwanted, void *context, struct aro_error *err)
{
    struct writer writer = {.path = path,
                            .blocks = blocks,
                            .fd = -1,
                            .is_unwanted = is_unwanted,
                            .context = context,
                            .err = err};
    struct aro_buffer beside = {0};
    aro_buffer_printf(&beside, "%s.part", path);
    aro_buffer_char(&beside, '\0');
    bool ok =
        aro_buffer_ok(&beside, err) && plan(&writer, key) && write_beside(&writer, beside.data);
    if (writer.fd >= 0)
        close(writer.fd);
    aro_buffer_clear(&beside);
    free(writer.places);
    free(writer.pointers);
    free(writer.chunk);
    XXH3_freeState(writer.sum);
    return ok;
}
