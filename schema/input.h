/*
 * Bytes of a file as a window that slides over it: plain or gzip, a file, standard input or memory.
 *
 * A reader looks at the window, asks for more when what it needs is not all there, and consumes
 * what it is done with. The window's bytes may be overwritten by the reader (to terminate texts
 * in place), and SCHEMA_INPUT_PADDING zero bytes stand behind them, so that whole words can be
 * read to the end. Gzip is known by its first bytes; members behind each other are one text.
 *
 * Messages do not name the file: the caller knows it.
 */
#ifndef ARO_SCHEMA_INPUT_H
#define ARO_SCHEMA_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/error.h"

enum { SCHEMA_INPUT_PADDING = 8 };

/** Owned by one thread. */
struct schema_input;

/** What has been read and not yet consumed. */
struct schema_window {
    char *data;  /* len bytes and SCHEMA_INPUT_PADDING zero bytes, writable */
    size_t len;  /* 0 before the first schema_input_more() */
    bool at_end; /* nothing comes behind these bytes */
};

/**
 * @param path  a file, or "-" for standard input
 * @param err   ARO_NOT_FOUND; ARO_IO: not readable; ARO_BAD_INPUT: a directory; ARO_NO_MEMORY
 * @return      owned by the caller, who calls schema_input_close()
 */
struct schema_input *schema_input_open(const char *path, struct aro_error *err);

/**
 * Reads from memory as if it were a file.
 *
 * @param bytes  borrowed until the input is closed
 * @param piece  the most bytes that one schema_input_more() adds; 0 for no limit. Small pieces
 *               let a test cut the text at every byte.
 */
struct schema_input *schema_input_from_memory(const void *bytes, size_t len, size_t piece,
                                              struct aro_error *err);

/**
 * Takes its bytes as they are given, for a reader that must not wait: where it needs more than has
 * come, schema_input_more() says ARO_BUSY, and the reader starts again at the window when more has.
 * No gzip.
 */
struct schema_input *schema_input_fed(struct aro_error *err);
/** Puts len bytes behind the window; what was looked at before may have moved. */
bool schema_input_feed(struct schema_input *input, const void *bytes, size_t len,
                       struct aro_error *err);
/** Says that nothing comes behind what was fed. */
void schema_input_feed_end(struct schema_input *input);

void schema_input_close(struct schema_input *input);

/** The window: valid until the input is closed; its members change with more and consume. */
const struct schema_window *schema_input_window(const struct schema_input *input);

/**
 * Reads on behind the window, which grows by at least one byte or is `at_end` afterwards. The
 * bytes may move. Memory stays bounded only if the caller stops asking at some length.
 *
 * @param err  ARO_IO; ARO_STOPPED: a signal came while waiting; ARO_NO_MEMORY; ARO_BAD_INPUT:
 *             damaged or truncated gzip, or other bytes behind it
 */
bool schema_input_more(struct schema_input *input, struct aro_error *err);

/** Drops the first n (at most len) bytes of the window. */
void schema_input_consume(struct schema_input *input, size_t n);

/** How much of the file (compressed bytes of a gzip) was read, 0 to 1; -1 for a pipe. */
double schema_input_progress(const struct schema_input *input);

#endif
