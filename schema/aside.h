/*
 * A file made beside its target and moved there when it is whole: who looks at the target sees
 * what stood there before, or all of the new file, also after a loss of power.
 *
 * A process that is killed leaves TARGET.PID-N.part behind, and nothing else. Owned by one thread.
 */
#ifndef ARO_SCHEMA_ASIDE_H
#define ARO_SCHEMA_ASIDE_H

#include "geo/error.h"

/** Start from {0}; schema_aside_clear() releases. */
struct schema_aside {
    char *target;
    char *path; /* where the file is made: it exists, and is empty at first */
    bool replace;
};

/**
 * Says early, before long work, what schema_aside_begin() would say of its target.
 *
 * @param replace  a file that stands there is replaced in the end
 * @param err      ARO_CONFLICT: it exists, and is not to be replaced; ARO_BAD_INPUT: it is a folder
 *                 or no ordinary file
 */
bool schema_aside_check(const char *target, bool replace, struct aro_error *err);

/**
 * Makes the empty file.
 *
 * @param target   copied
 * @param err      as schema_aside_check(); ARO_IO: the folder is missing or cannot be written
 */
bool schema_aside_begin(struct schema_aside *aside, const char *target, bool replace,
                        struct aro_error *err);

/**
 * Puts the bytes on disk and the file in its place. Whoever wrote it has closed it.
 *
 * @param err  ARO_CONFLICT: something has come to stand there since; ARO_IO
 */
bool schema_aside_finish(struct schema_aside *aside, struct aro_error *err);

/** Removes the file unless it was put in its place. */
void schema_aside_clear(struct schema_aside *aside);

#endif
