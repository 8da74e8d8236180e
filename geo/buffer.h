/*
 * A growable byte buffer whose failure is sticky: append freely, ask once at the end.
 *
 * After an allocation fails, `failed` is true, further appends do nothing and the content is
 * what fitted. Owned by one thread at a time.
 */
#ifndef ARO_GEO_BUFFER_H
#define ARO_GEO_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "geo/error.h"

/**
 * Asks the kernel for large pages under what of a block has not been written yet: filling many
 * megabytes page by page of 4 KiB costs more than what is written. A hint, for blocks of any size;
 * what a block does not fill to its end is not taken from the machine.
 */
void aro_expect_large(void *block, size_t bytes);

/** Start from {0}; release with aro_buffer_clear(). */
struct aro_buffer {
    char *data; /* len bytes, not terminated; NULL while empty */
    size_t len;
    size_t capacity;
    bool failed;
};

void aro_buffer_clear(struct aro_buffer *buffer);

/** Makes room for `extra` more bytes. False when memory ran out (now or before). */
bool aro_buffer_reserve(struct aro_buffer *buffer, size_t extra);

/** @param bytes  may be NULL when len is 0 */
static inline void aro_buffer_append(struct aro_buffer *buffer, const void *bytes, size_t len)
{
    bool fits = len <= buffer->capacity - buffer->len && !buffer->failed;
    if (len == 0 || (!fits && !aro_buffer_reserve(buffer, len)))
        return;
    memcpy(buffer->data + buffer->len, bytes, len);
    buffer->len += len;
}

static inline void aro_buffer_text(struct aro_buffer *buffer, const char *text)
{
    aro_buffer_append(buffer, text, strlen(text));
}

static inline void aro_buffer_char(struct aro_buffer *buffer, char c)
{
    aro_buffer_append(buffer, &c, 1);
}

void aro_buffer_printf(struct aro_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** True when every append succeeded; otherwise records ARO_NO_MEMORY. */
bool aro_buffer_ok(const struct aro_buffer *buffer, struct aro_error *err);

/**
 * Terminates the text and hands it over; the buffer is empty afterwards.
 *
 * @return  owned by the caller, who calls free(); NULL and ARO_NO_MEMORY if an append failed
 */
char *aro_buffer_take_text(struct aro_buffer *buffer, struct aro_error *err);

#endif
