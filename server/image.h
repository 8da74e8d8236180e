/*
 * A structure kept in a file as it lies in memory, to be mapped and used where it lies.
 *
 * The file: a page of header (magic, key, sizes, sums), the blocks that ways are found by, where
 * their pointers are, and from the next page on the blocks of bulk (geo/blocks.h). A pointer is
 * kept as the place in the file that it leads to, 0 for NULL. Byte order and layout are the
 * machine's and the program's: the key has to say which program wrote it.
 *
 * Nothing is believed: the header and all that ways are found by are summed up before they are
 * used; bulk, which is copied into answers only, when image_check_bulk() is called. Sums: XXH3, 64
 * bits (Y. Collet, https://github.com/Cyan4973/xxHash). They find damage, not malice: a file is
 * taken only from its owner, this user or root, and if nobody else may write it.
 *
 * A page that the disk does not give back when it is looked at ends the process: SIGBUS.
 */
#ifndef ARO_SERVER_IMAGE_H
#define ARO_SERVER_IMAGE_H

#include <stdint.h>

#include "geo/blocks.h"

enum { IMAGE_KEY_BYTES = 256 }; /* with the terminator */

/** A mapped file. Its user may write into the blocks that ways are found by, which the file does
 * not get. The references are counted. */
struct image;

/** While a file is written: asked now and then; true gives it up. */
typedef bool image_unwanted_fn(void *context);

/**
 * Writes the blocks, the first of them as the root, and zeros in their holes, beside the file and
 * then moves them there:
 * who maps it gets the old one or the new one.
 *
 * @param key          below IMAGE_KEY_BYTES: what the content follows from
 * @param is_unwanted  may be NULL
 * @param err          ARO_IO; ARO_BUSY: another process is writing it; ARO_STOPPED: given up.
 *                     What stood there stays
 */
bool image_write(const char *path, const char *key, const struct geo_blocks *blocks,
                 image_unwanted_fn *is_unwanted, void *context, struct aro_error *err);

/**
 * @param key_len  so many bytes of the key have to be those that it was written with, or all of it
 * @return  one reference, which image_release() drops; NULL on ARO_NOT_FOUND: there is no such
 *          file; ARO_CONFLICT: it was written with another key; ARO_BAD_INPUT: damaged, not a
 *          file of ours, or one that others may write; ARO_IO
 */
struct image *image_map(const char *path, const char *key, size_t key_len, struct aro_error *err);

/**
 * The same file once more, as it was when it was mapped first: what has been written into the other
 * one is not in it. Bulk is there once for both; of the rest what neither writes.
 *
 * @return  one reference; NULL on ARO_IO, ARO_NO_MEMORY
 */
struct image *image_again(const struct image *image, struct aro_error *err);

void image_retain(struct image *image);
/** The last one takes the mapping away. NULL is allowed. */
void image_release(struct image *image);

/** Of the file. */
uint64_t image_bytes(const struct image *image);

/** The first of the blocks, borrowed as long as the image. */
void *image_root(const struct image *image);

/** Reads the bulk, from the file and not by the mapping. @param err  ARO_BAD_INPUT: damaged; ARO_IO
 */
bool image_check_bulk(const struct image *image, image_unwanted_fn *is_unwanted, void *context,
                      struct aro_error *err);

#endif
