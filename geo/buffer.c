#include "geo/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void aro_expect_large(void *block, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    enum { WORTH_BYTES = 4 << 20 };
    if (!block || bytes < WORTH_BYTES)
        return;
    /* To the ends of the block's own mapping: one of two kinds could no longer grow in place. */
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)block & ~(page - 1);
    uintptr_t end = ((uintptr_t)block + bytes + page - 1) & ~(page - 1);
    madvise((void *)first, end - first, MADV_HUGEPAGE); /* refused: as slow as before */
#else
    (void)block;
    (void)bytes;
#endif
}

void aro_buffer_clear(struct aro_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct aro_buffer){0};
}

bool aro_buffer_reserve(struct aro_buffer *buffer, size_t extra)
{
    if (buffer->failed)
        return false;
    if (extra <= buffer->capacity - buffer->len)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity - buffer->len < extra && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    char *data = capacity - buffer->len < extra ? NULL : realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    aro_expect_large(data, capacity);
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void aro_buffer_printf(struct aro_buffer *buffer, const char *format, ...)
{
    enum { LIKELY = 128 }; /* most texts fit: the second pass is for those that do not */
    va_list args, again;
    if (!aro_buffer_reserve(buffer, LIKELY))
        return;
    size_t room = buffer->capacity - buffer->len;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(buffer->data + buffer->len, room, format, args);
    va_end(args);
    bool fits = len < 0 || (size_t)len < room;
    if (!fits && aro_buffer_reserve(buffer, (size_t)len + 1))
        vsnprintf(buffer->data + buffer->len, (size_t)len + 1, format, again);
    if (len >= 0 && !buffer->failed)
        buffer->len += (size_t)len;
    va_end(again);
}

bool aro_buffer_ok(const struct aro_buffer *buffer, struct aro_error *err)
{
    return buffer->failed ? aro_error_no_memory(err) : true;
}

char *aro_buffer_take_text(struct aro_buffer *buffer, struct aro_error *err)
{
    aro_buffer_char(buffer, '\0');
    if (!aro_buffer_ok(buffer, err)) {
        aro_buffer_clear(buffer);
        return NULL;
    }
    char *text = buffer->data;
    *buffer = (struct aro_buffer){0};
    return text;
}
