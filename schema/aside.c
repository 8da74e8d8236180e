#include "schema/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A process makes few files beside one target; names above were left by others of its number. */
enum { NAMES_TRIED = 100 };

static bool set_error(const struct schema_aside *aside, const char *what, struct aro_error *err)
{
    return aro_error_set(err, errno == EEXIST ? ARO_CONFLICT : ARO_IO, "cannot %s '%.300s': %s",
                         what, aside->target, strerror(errno));
}

bool schema_aside_check(const char *target, bool replace, struct aro_error *err)
{
    struct stat status;
    if (lstat(target, &status) != 0)
        return true; /* there is none, or making the file beside it says why */
    if (S_ISDIR(status.st_mode))
        return aro_error_set(err, ARO_BAD_INPUT, "'%.300s' is a folder: a file is wanted", target);
    if (!S_ISREG(status.st_mode))
        return aro_error_set(err, ARO_BAD_INPUT, "'%.300s' is no ordinary file", target);
    return replace || aro_error_set(err, ARO_CONFLICT, "'%.300s' exists", target);
}

/* The first name that is free. False with errno. */
static bool make_file(struct schema_aside *aside, size_t capacity)
{
    for (int n = 0; n < NAMES_TRIED; n++) {
        snprintf(aside->path, capacity, "%s.%ld-%d.part", aside->target, (long)getpid(), n);
        int fd = open(aside->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return close(fd) == 0;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

bool schema_aside_begin(struct schema_aside *aside, const char *target, bool replace,
                        struct aro_error *err)
{
    if (!schema_aside_check(target, replace, err))
        return false;
    size_t capacity = strlen(target) + 40;
    *aside = (struct schema_aside){
        .target = strdup(target), .path = malloc(capacity), .replace = replace};
    bool ok = aside->target && aside->path;
    if (!ok)
        aro_error_no_memory(err);
    else if (!make_file(aside, capacity))
        ok = set_error(aside, "write", err);
    if (!ok) {
        free(aside->path); /* no file to remove */
        aside->path = NULL;
        schema_aside_clear(aside);
    }
    return ok;
}

static bool sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    int error = errno;
    close(fd);
    errno = error;
    return ok;
}

/* The folder's entry is on disk, too: errors here leave a whole file in its place. */
static void sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    sync_path(slash ? path : ".", O_DIRECTORY);
}

static bool move(const struct schema_aside *aside)
{
    if (aside->replace)
        return rename(aside->path, aside->target) == 0;
    if (renameat2(AT_FDCWD, aside->path, AT_FDCWD, aside->target, RENAME_NOREPLACE) == 0)
        return true;
    /* Some file systems of other makes cannot move without replacing. */
    return errno == EINVAL && access(aside->target, F_OK) != 0 &&
           rename(aside->path, aside->target) == 0;
}

bool schema_aside_finish(struct schema_aside *aside, struct aro_error *err)
{
    if (!sync_path(aside->path, 0) || !move(aside))
        return set_error(aside, "write", err);
    sync_folder(aside->path);
    free(aside->path);
    aside->path = NULL;
    return true;
}

void schema_aside_clear(struct schema_aside *aside)
{
    if (aside->path)
        unlink(aside->path);
    free(aside->path);
    free(aside->target);
    *aside = (struct schema_aside){0};
}
