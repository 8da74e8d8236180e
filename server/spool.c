#include "server/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITE_BYTES = 256 << 10 };

const char *spool_folder(const char *folder)
{
    const char *named = getenv("TMPDIR");
    return folder ? folder : named && *named ? named : "/tmp";
}

static bool refuse(const char *folder, struct aro_error *err)
{
    return aro_error_set(err, ARO_IO, "cannot make a file in '%.200s': %s", folder,
                         strerror(errno));
}

int spool_open_named(const char *folder, char **out_path, struct aro_error *err)
{
    char *path = NULL;
    folder = spool_folder(folder);
    if (asprintf(&path, "%s/arobase-XXXXXX", folder) < 0) {
        aro_error_no_memory(err);
        return -1;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        refuse(folder, err);
        free(path);
        return -1;
    }
    *out_path = path;
    return fd;
}

/* Some file systems have no files without a name: there it is taken away right after. */
static int open_and_unlink(const char *folder, struct aro_error *err)
{
    char *path;
    int fd = spool_open_named(folder, &path, err);
    if (fd < 0)
        return -1;
    unlink(path);
    free(path);
    return fd;
}

bool spool_open(struct spool *spool, const char *folder, struct aro_error *err)
{
    *spool = (struct spool){.fd = -1};
    spool->fd = open(spool_folder(folder), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spool->fd < 0)
        spool->fd = open_and_unlink(folder, err);
    return spool->fd >= 0;
}

void spool_close(struct spool *spool)
{
    if (spool->fd >= 0)
        close(spool->fd);
    aro_buffer_clear(&spool->buffer);
    spool->fd = -1;
}

static bool write_out(struct spool *spool, struct aro_error *err)
{
    struct aro_buffer *buffer = &spool->buffer;
    if (!aro_buffer_ok(buffer, err))
        return false;
    for (size_t done = 0; done < buffer->len;) {
        ssize_t n = write(spool->fd, buffer->data + done, buffer->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return aro_error_set(err, ARO_IO,
                                 "writing a temporary file failed after %llu bytes: %s",
                                 (unsigned long long)spool->bytes, strerror(errno));
        done += (size_t)n;
        spool->bytes += (size_t)n;
    }
    buffer->len = 0;
    return true;
}

bool spool_settle(struct spool *spool, struct aro_error *err)
{
    return spool->buffer.len < WRITE_BYTES ? aro_buffer_ok(&spool->buffer, err)
                                           : write_out(spool, err);
}

bool spool_take(struct spool *spool, int *out_fd, uint64_t *out_bytes, struct aro_error *err)
{
    if (!write_out(spool, err))
        return false;
    if (lseek(spool->fd, 0, SEEK_SET) != 0)
        return aro_error_set(err, ARO_IO, "a temporary file cannot be read: %s", strerror(errno));
    *out_fd = spool->fd;
    *out_bytes = spool->bytes;
    spool->fd = -1;
    return true;
}

bool spool_read_some(int fd, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    enum { READ_BYTES = 64 << 10 };
    if (!aro_buffer_reserve(out, READ_BYTES))
        return aro_error_no_memory(err);
    ssize_t n;
    do
        n = read(fd, out->data + out->len, READ_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return aro_error_set(err, ARO_IO, "reading a temporary file failed: %s", strerror(errno));
    out->len += (size_t)n;
    *out_end = n == 0;
    return true;
}
