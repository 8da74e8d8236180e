#include "schema/input.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    FIRST_CAPACITY = 256 << 10, /* fits the second-level cache */
    RAW_CAPACITY = 64 << 10,    /* compressed bytes at a time */
};

struct schema_input {
    int fd;                /* -1 when reading from memory */
    bool owns_fd;          /* standard input is not ours to close */
    const uint8_t *memory; /* borrowed; NULL when reading from a file */
    uint64_t size;         /* of file or memory; 0 where not known */
    bool size_known;
    uint64_t offset; /* of the next byte to read */
    size_t piece;    /* the most to add at once; 0 for no limit */
    bool raw_at_end; /* file or memory has no more bytes */
    bool is_fed;     /* neither: bytes are given */

    bool is_gzip;
    bool inflating; /* inside a member */
    z_stream stream;
    uint8_t *raw; /* owned; RAW_CAPACITY compressed bytes, seen through `stream` */

    char *block; /* owned; capacity bytes and the padding */
    size_t capacity;
    struct schema_window window;
};

static struct schema_input *input_new(struct aro_error *err)
{
    struct schema_input *input = calloc(1, sizeof *input);
    char *block = malloc(FIRST_CAPACITY + SCHEMA_INPUT_PADDING);
    if (!input || !block) {
        free(input);
        free(block);
        aro_error_no_memory(err);
        return NULL;
    }
    input->fd = -1;
    input->block = block;
    input->capacity = FIRST_CAPACITY;
    input->window.data = block;
    memset(block, 0, SCHEMA_INPUT_PADDING);
    return input;
}

void schema_input_close(struct schema_input *input)
{
    if (!input)
        return;
    if (input->owns_fd)
        close(input->fd);
    if (input->is_gzip)
        inflateEnd(&input->stream);
    free(input->raw);
    free(input->block);
    free(input);
}

/* Bytes of the file or memory as they are. Stores 0 at the end only. */
static bool read_raw(struct schema_input *input, void *out, size_t wanted, size_t *out_len,
                     struct aro_error *err)
{
    size_t len = 0;
    if (input->memory) {
        uint64_t left = input->size - input->offset;
        len = left < wanted ? (size_t)left : wanted;
        memcpy(out, input->memory + input->offset, len);
    } else {
        ssize_t n = read(input->fd, out, wanted);
        if (n < 0 && errno == EINTR)
            return aro_error_set(err, ARO_STOPPED, "interrupted while reading");
        if (n < 0)
            return aro_error_set(err, ARO_IO, "reading failed after %llu bytes: %s",
                                 (unsigned long long)input->offset, strerror(errno));
        len = (size_t)n;
    }
    input->offset += len;
    input->raw_at_end = len == 0;
    *out_len = len;
    return true;
}

/* Gzip begins with 1f 8b and the only method there is, 8 (RFC 1952, section 2.3.1). */
static bool begin_gzip(struct schema_input *input, struct aro_error *err)
{
    static const uint8_t magic[3] = {0x1f, 0x8b, 8};
    uint8_t head[sizeof magic];
    size_t len = 0, n = 1;
    while (len < sizeof head && n > 0) {
        if (!read_raw(input, head + len, sizeof head - len, &n, err))
            return false;
        len += n;
    }
    if (len < sizeof head || memcmp(head, magic, sizeof magic) != 0) {
        memcpy(input->block, head, len);
        memset(input->block + len, 0, SCHEMA_INPUT_PADDING);
        input->window.len = len;
        return true;
    }
    input->raw = malloc(RAW_CAPACITY);
    if (!input->raw || inflateInit2(&input->stream, 15 + 16) != Z_OK)
        return aro_error_no_memory(err);
    input->is_gzip = input->inflating = true;
    memcpy(input->raw, head, len);
    input->stream.next_in = input->raw;
    input->stream.avail_in = (uInt)len;
    return true;
}

struct schema_input *schema_input_from_memory(const void *bytes, size_t len, size_t piece,
                                              struct aro_error *err)
{
    struct schema_input *input = input_new(err);
    if (!input)
        return NULL;
    input->memory = len > 0 ? bytes : (const uint8_t *)"";
    input->size = len;
    input->size_known = true;
    input->piece = piece;
    if (!begin_gzip(input, err)) {
        schema_input_close(input);
        return NULL;
    }
    return input;
}

static bool open_file(struct schema_input *input, const char *path, struct aro_error *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    input->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0 && errno == ENOENT)
        return aro_error_set(err, ARO_NOT_FOUND, "no such file");
    input->owns_fd = input->fd >= 0 && !is_stdin;
    struct stat stat;
    if (input->fd < 0 || fstat(input->fd, &stat) != 0)
        return aro_error_set(err, ARO_IO, "cannot be opened: %s", strerror(errno));
    if (S_ISDIR(stat.st_mode))
        return aro_error_set(err, ARO_BAD_INPUT, "is a directory; a file was wanted");
    if (S_ISREG(stat.st_mode)) {
        input->size = (uint64_t)stat.st_size;
        input->size_known = true;
        posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return begin_gzip(input, err);
}

struct schema_input *schema_input_open(const char *path, struct aro_error *err)
{
    struct schema_input *input = input_new(err);
    if (!input)
        return NULL;
    if (!open_file(input, path, err)) {
        schema_input_close(input);
        return NULL;
    }
    return input;
}

struct schema_input *schema_input_fed(struct aro_error *err)
{
    struct schema_input *input = input_new(err);
    if (input)
        input->is_fed = true;
    return input;
}

const struct schema_window *schema_input_window(const struct schema_input *input)
{
    return &input->window;
}

/* Puts the window at the start of its block and doubles the block while that is half full. */
static bool make_room(struct schema_input *input, struct aro_error *err)
{
    struct schema_window *window = &input->window;
    memmove(input->block, window->data, window->len);
    window->data = input->block;
    if (window->len < input->capacity / 2)
        return true;
    char *block = realloc(input->block, 2 * input->capacity + SCHEMA_INPUT_PADDING);
    if (!block)
        return aro_error_no_memory(err);
    input->block = block;
    input->capacity *= 2;
    window->data = block;
    return true;
}

bool schema_input_feed(struct schema_input *input, const void *bytes, size_t len,
                       struct aro_error *err)
{
    struct schema_window *window = &input->window;
    do {
        if (!make_room(input, err))
            return false;
    } while (input->capacity - window->len < len);
    memcpy(window->data + window->len, bytes, len);
    window->len += len;
    memset(window->data + window->len, 0, SCHEMA_INPUT_PADDING);
    return true;
}

void schema_input_feed_end(struct schema_input *input)
{
    input->window.at_end = true;
}

/* Behind a member there is another one, zero padding (as tapes leave it), or nothing. */
static bool next_member(struct schema_input *input, struct aro_error *err)
{
    z_stream *stream = &input->stream;
    while (stream->avail_in > 0 && *stream->next_in == 0) {
        stream->next_in++;
        stream->avail_in--;
    }
    if (stream->avail_in == 0)
        return true;
    if (*stream->next_in != 0x1f)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "there are bytes behind the end of the gzip data that are not gzip "
                             "(first: 0x%02X): the file is damaged",
                             *stream->next_in);
    input->inflating = true;
    inflateReset(stream);
    return true;
}

static bool refill_raw(struct schema_input *input, struct aro_error *err)
{
    size_t len = 0;
    if (!read_raw(input, input->raw, RAW_CAPACITY, &len, err))
        return false;
    input->stream.next_in = input->raw;
    input->stream.avail_in = (uInt)len;
    if (len == 0 && input->inflating)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "the gzip data stops after %llu bytes, before its end: the file is "
                             "cut short, get it again",
                             (unsigned long long)input->offset);
    return true;
}

static bool read_gzip(struct schema_input *input, char *out, size_t wanted, size_t *out_len,
                      struct aro_error *err)
{
    z_stream *stream = &input->stream;
    stream->next_out = (Bytef *)out;
    stream->avail_out = wanted < UINT32_MAX ? (uInt)wanted : UINT32_MAX;
    uInt room = stream->avail_out;
    while (stream->avail_out == room && !(input->raw_at_end && !input->inflating)) {
        if (stream->avail_in == 0 && !refill_raw(input, err))
            return false;
        if (!input->inflating) {
            if (!next_member(input, err))
                return false;
            continue;
        }
        int rc = inflate(stream, Z_NO_FLUSH);
        if (rc == Z_STREAM_END)
            input->inflating = false;
        else if (rc == Z_MEM_ERROR)
            return aro_error_no_memory(err);
        else if (rc != Z_OK && rc != Z_BUF_ERROR)
            return aro_error_set(err, ARO_BAD_INPUT, "the gzip data is damaged near byte %llu: %s",
                                 (unsigned long long)(input->offset - stream->avail_in),
                                 stream->msg ? stream->msg : "not gzip");
    }
    *out_len = room - stream->avail_out;
    return true;
}

static bool read_some(struct schema_input *input, char *out, size_t wanted, size_t *out_len,
                      struct aro_error *err)
{
    return input->is_gzip ? read_gzip(input, out, wanted, out_len, err)
                          : read_raw(input, out, wanted, out_len, err);
}

bool schema_input_more(struct schema_input *input, struct aro_error *err)
{
    struct schema_window *window = &input->window;
    if (window->at_end)
        return true;
    if (input->is_fed)
        return aro_error_set(err, ARO_BUSY, "more bytes are to come");
    if (!make_room(input, err))
        return false;
    size_t room = input->capacity - window->len;
    if (input->piece > 0 && room > input->piece)
        room = input->piece;
    /* A pipe gives little at a time: fill up, so that a long record is not looked at too often. */
    for (size_t added = 0; added < room && !window->at_end;) {
        size_t n = 0;
        if (!read_some(input, window->data + window->len, room - added, &n, err))
            return false;
        added += n;
        window->len += n;
        window->at_end = n == 0;
    }
    memset(window->data + window->len, 0, SCHEMA_INPUT_PADDING);
    return true;
}

void schema_input_consume(struct schema_input *input, size_t n)
{
    assert(n <= input->window.len);
    input->window.data += n;
    input->window.len -= n;
}

double schema_input_progress(const struct schema_input *input)
{
    if (!input->size_known)
        return -1;
    if (input->offset >= input->size)
        return 1;
    return (double)input->offset / (double)input->size;
}
