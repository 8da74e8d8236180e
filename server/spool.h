/*
 * A file without a name that an answer is written to while it is made, however long it gets, and
 * then sent from. It is gone when it is closed, whatever happens to the program.
 */
#ifndef ARO_SERVER_SPOOL_H
#define ARO_SERVER_SPOOL_H

#include <stdint.h>

#include "geo/buffer.h"

/** Start with spool_open(); spool_close() releases. Owned by one thread at a time. */
struct spool {
    int fd;                   /* -1: none */
    uint64_t bytes;           /* written to the file */
    struct aro_buffer buffer; /* to be written next: append to it, then spool_settle() */
};

/** The folder, or, for NULL, the one that TMPDIR names, or else /tmp. */
const char *spool_folder(const char *folder);

/**
 * @param folder  where; NULL: as spool_folder() says
 * @param err     ARO_IO: no file can be made there
 */
bool spool_open(struct spool *spool, const char *folder, struct aro_error *err);
/** Also of one that was never opened, if its fd is -1. */
void spool_close(struct spool *spool);

/**
 * An empty file that has a name, for who cannot do without.
 *
 * @param folder    as in spool_open()
 * @param out_path  the caller's to unlink, soon, and to free()
 * @return          its descriptor, the caller's to close; -1 on ARO_IO, ARO_NO_MEMORY
 */
int spool_open_named(const char *folder, char **out_path, struct aro_error *err);

/** To be called after appending: writes the buffer out when it is long. ARO_IO, ARO_NO_MEMORY. */
bool spool_settle(struct spool *spool, struct aro_error *err);

/**
 * Writes the rest and hands over the file, at its start.
 *
 * @param out_fd  the caller's to close
 */
bool spool_take(struct spool *spool, int *out_fd, uint64_t *out_bytes, struct aro_error *err);

/** Appends what comes next of a file; out_end becomes whether nothing did. ARO_IO, ARO_NO_MEMORY.
 */
bool spool_read_some(int fd, struct aro_buffer *out, bool *out_end, struct aro_error *err);

#endif
