#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "server/image_internal.h"

/* An open file, with one mapping of all of it that bulk is read from. */
struct file {
    int fd;
    struct image_header header;
    char *all;
    atomic_size_t references;
};

/* What ways are found by, where it can be written to. */
struct image {
    char *ways; /* header.bulk bytes */
    struct file *file;
    atomic_size_t references;
};

static bool fail(const char *path, struct aro_error *err)
{
    return aro_error_set(err, errno == ENOENT ? ARO_NOT_FOUND : ARO_IO, "'%.300s': %s", path,
                         strerror(errno));
}

static bool damaged(const char *path, const char *what, struct aro_error *err)
{
    return aro_error_set(err, ARO_BAD_INPUT, "'%.300s': %s", path, what);
}

/* ---- The header ---- */

static bool check_owner(const char *path, const struct stat *status, struct aro_error *err)
{
    if (!S_ISREG(status->st_mode))
        return damaged(path, "no ordinary file", err);
    if (status->st_uid != geteuid() && status->st_uid != 0)
        return damaged(path, "it belongs to somebody else", err);
    if (status->st_mode & (S_IWGRP | S_IWOTH))
        return damaged(path, "others may write it", err);
    return true;
}

static bool is_within(const struct image_header *header)
{
    uint64_t end = header->bulk;
    return end <= header->n_bytes && end % IMAGE_PAGE == 0 && header->pointers >= IMAGE_PAGE &&
           header->pointers <= end && header->pointers % sizeof(uint64_t) == 0 &&
           header->n_pointers <= (end - header->pointers) / sizeof(uint64_t);
}

static bool read_header(struct file *file, const char *path, const char *key, size_t key_len,
                        struct aro_error *err)
{
    struct image_header *header = &file->header;
    struct stat status;
    if (fstat(file->fd, &status) != 0)
        return fail(path, err);
    if (!check_owner(path, &status, err))
        return false;
    if (pread(file->fd, header, sizeof *header, 0) != (ssize_t)sizeof *header ||
        memcmp(header->magic, IMAGE_MAGIC, sizeof header->magic) != 0)
        return damaged(path, "no snapshot of ours, or one that was not finished", err);
    if (header->sum != XXH3_64bits(header, offsetof(struct image_header, sum)))
        return damaged(path, "its header is damaged", err);
    size_t n_same = key_len < sizeof header->key ? key_len : sizeof header->key;
    if (strncmp(header->key, key, n_same) != 0)
        return aro_error_set(err, ARO_CONFLICT, "'%.300s': of other data or another program", path);
    if (header->n_bytes != (uint64_t)status.st_size || !is_within(header))
        return damaged(path, "it is not as long as it says", err);
    return true;
}

/* ---- Files ---- */

static void release_file(struct file *file)
{
    if (!file || atomic_fetch_sub_explicit(&file->references, 1, memory_order_acq_rel) > 1)
        return;
    if (file->all)
        munmap(file->all, file->header.n_bytes);
    if (file->fd >= 0)
        close(file->fd);
    free(file);
}

static bool map_file(struct file *file, const char *path, const char *key, size_t key_len,
                     struct aro_error *err)
{
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file->fd < 0)
        return fail(path, err);
    if (!read_header(file, path, key, key_len, err))
        return false;
    void *all = mmap(NULL, file->header.n_bytes, PROT_READ, MAP_PRIVATE, file->fd, 0);
    if (all == MAP_FAILED)
        return fail(path, err);
    file->all = all;
    return true;
}

static struct file *open_file(const char *path, const char *key, size_t key_len,
                              struct aro_error *err)
{
    struct file *file = calloc(1, sizeof *file);
    if (!file) {
        aro_error_no_memory(err);
        return NULL;
    }
    atomic_init(&file->references, 1);
    file->fd = -1;
    if (map_file(file, path, key, key_len, err))
        return file;
    release_file(file);
    return NULL;
}

/* ---- Mapping ---- */

/* @return  one that has no pointers yet; takes the reference to the file, on failure too */
static struct image *map_ways(struct file *file, struct aro_error *err)
{
    struct image *image = calloc(1, sizeof *image);
    void *ways = MAP_FAILED;
    if (!image) {
        release_file(file);
        aro_error_no_memory(err);
        return NULL;
    }
    atomic_init(&image->references, 1);
    image->file = file;
    ways = mmap(NULL, file->header.bulk, PROT_READ | PROT_WRITE, MAP_PRIVATE, file->fd, 0);
    if (ways != MAP_FAILED) {
        image->ways = ways;
        return image;
    }
    fail("a saved snapshot", err);
    image_release(image);
    return NULL;
}

static bool check_ways(const struct image *image, const char *path, struct aro_error *err)
{
    const struct image_header *header = &image->file->header;
#ifdef MADV_POPULATE_READ
    madvise(image->ways, header->bulk, MADV_POPULATE_READ); /* in one go what is read now anyway */
#endif
    return XXH3_64bits(image->ways + IMAGE_PAGE, header->bulk - IMAGE_PAGE) == header->ways_sum ||
           damaged(path, "it is damaged", err);
}

static bool set_pointers(const struct image *image, const char *path, struct aro_error *err)
{
    const struct image_header *header = &image->file->header;
    const uint64_t *places = (const uint64_t *)(image->ways + header->pointers);
    for (size_t i = 0; i < header->n_pointers; i++) {
        uint64_t place = places[i], leads_to;
        if (place % sizeof place != 0 || place < IMAGE_PAGE ||
            place > header->pointers - sizeof place)
            return damaged(path, "a pointer is not where it should be", err);
        memcpy(&leads_to, image->ways + place, sizeof leads_to);
        if (leads_to < IMAGE_PAGE || leads_to > header->n_bytes)
            return damaged(path, "a pointer leads out of it", err);
        const char *pointer = (leads_to < header->bulk ? image->ways : image->file->all) + leads_to;
        memcpy(image->ways + place, &pointer, sizeof pointer);
    }
    return true;
}

struct image *image_map(const char *path, const char *key, size_t key_len, struct aro_error *err)
{
    struct file *file = open_file(path, key, key_len, err);
    struct image *image = file ? map_ways(file, err) : NULL;
    if (image && check_ways(image, path, err) && set_pointers(image, path, err))
        return image;
    image_release(image);
    return NULL;
}

struct image *image_again(const struct image *image, struct aro_error *err)
{
    atomic_fetch_add_explicit(&image->file->references, 1, memory_order_relaxed);
    struct image *again = map_ways(image->file, err);
    if (again && set_pointers(again, "a saved snapshot", err))
        return again;
    image_release(again);
    return NULL;
}

void image_retain(struct image *image)
{
    atomic_fetch_add_explicit(&image->references, 1, memory_order_relaxed);
}

void image_release(struct image *image)
{
    if (!image || atomic_fetch_sub_explicit(&image->references, 1, memory_order_acq_rel) > 1)
        return;
    if (image->ways)
        munmap(image->ways, image->file->header.bulk);
    release_file(image->file);
    free(image);
}

uint64_t image_bytes(const struct image *image)
{
    return image->file->header.n_bytes;
}

void *image_root(const struct image *image)
{
    return image->ways + IMAGE_PAGE;
}

/* ---- Bulk ---- */

static bool sum_bulk(const struct image *image, XXH3_state_t *sum, char *chunk,
                     image_unwanted_fn *is_unwanted, void *context, struct aro_error *err)
{
    for (uint64_t at = image->file->header.bulk; at < image->file->header.n_bytes;) {
        if (is_unwanted && is_unwanted(context))
            return aro_error_set(err, ARO_STOPPED, "something else is to be done");
        ssize_t n = pread(image->file->fd, chunk, IMAGE_CHUNK, (off_t)at);
        if (n <= 0)
            return aro_error_set(err, ARO_IO, "reading: %s", n < 0 ? strerror(errno) : "cut off");
        XXH3_64bits_update(sum, chunk, (size_t)n);
        at += (uint64_t)n;
    }
    return XXH3_64bits_digest(sum) == image->file->header.bulk_sum ||
           aro_error_set(err, ARO_BAD_INPUT, "its texts are damaged");
}

bool image_check_bulk(const struct image *image, image_unwanted_fn *is_unwanted, void *context,
                      struct aro_error *err)
{
    char *chunk = malloc(IMAGE_CHUNK);
    XXH3_state_t *sum = XXH3_createState();
    bool ok = chunk && sum ? XXH3_64bits_reset(sum) == XXH_OK &&
                                 sum_bulk(image, sum, chunk, is_unwanted, context, err)
                           : aro_error_no_memory(err);
    XXH3_freeState(sum);
    free(chunk);
    return ok;
}
