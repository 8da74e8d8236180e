/*
 * A folder of its own for each test, removed with all it holds.
 */
#ifndef ARO_TESTS_TEMP_STORE_H
#define ARO_TESTS_TEMP_STORE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct temp_folder {
    char path[64];
    char store[80]; /* where a store may stand in it; not made yet */
};

static inline void temp_folder_make(struct temp_folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "/tmp/aro-test-XXXXXX");
    if (!mkdtemp(folder->path)) {
        perror("mkdtemp");
        abort();
    }
    snprintf(folder->store, sizeof folder->store, "%s/store.sqlite", folder->path);
}

static inline void temp_folder_remove(const struct temp_folder *folder)
{
    DIR *entries = opendir(folder->path);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        char path[sizeof folder->path + sizeof entry->d_name];
        snprintf(path, sizeof path, "%s/%s", folder->path, entry->d_name);
        unlink(path);
    }
    if (entries)
        closedir(entries);
    rmdir(folder->path);
}

/** Writes a file into the folder and gives its path, valid until the next call. */
static inline const char *temp_file(const struct temp_folder *folder, const char *name,
                                    const void *bytes, size_t len)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0) {
        perror(path);
        abort();
    }
    return path;
}

#endif
