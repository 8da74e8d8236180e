/*
 * The header of an image's file (server/image.h), for the one who writes it and the one who reads.
 */
#ifndef ARO_SERVER_IMAGE_INTERNAL_H
#define ARO_SERVER_IMAGE_INTERNAL_H

#include "server/image.h"

enum { IMAGE_PAGE = 4096, IMAGE_ALIGNMENT = 64, IMAGE_CHUNK = 1 << 20 };

#define IMAGE_MAGIC "arobase image 1\n"

/** At the start of the file, which has zeros up to IMAGE_PAGE. Places are in bytes. */
struct image_header {
    char magic[sizeof IMAGE_MAGIC - 1];
    char key[IMAGE_KEY_BYTES];     /* terminated, zeros behind */
    uint64_t n_bytes;              /* of the file */
    uint64_t bulk;                 /* where it begins: a page */
    uint64_t pointers, n_pointers; /* where their places are listed, 8 bytes each */
    uint64_t ways_sum, bulk_sum;   /* from IMAGE_PAGE to bulk, and from there to the end */
    uint64_t sum;                  /* of this struct up to here */
};

#endif
