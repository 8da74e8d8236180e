/*
 * A collection written to a file, as the server would send it.
 */
#ifndef ARO_SERVER_EXPORT_FILE_H
#define ARO_SERVER_EXPORT_FILE_H

#include "server/format.h"

/** What to write, and where to. Everything is borrowed for the call. */
struct export_file {
    const struct snapshot *snapshot;
    const struct collection *collection;
    const struct format_writer *writer;
    const char *const *params; /* by enum param, the filters and crs among them; or NULL */
    const struct settings *settings;
    const char *path;
    bool replace;                                    /* a file that stands there */
    void *context;                                   /* handed to the two functions */
    void (*on_progress)(void *context, double done); /* 0 to 1, now and then */
    bool (*stopped)(void *context);                  /* asked often; true ends with ARO_STOPPED */
};

/**
 * The file is in its place when it is whole, and not before.
 *
 * @param out_n_features  how many were written
 * @param err             ARO_BAD_INPUT: a filter is wrong; ARO_CONFLICT: a file stands there;
 *                        ARO_STOPPED; ARO_IO; ARO_NO_MEMORY
 */
bool export_file(const struct export_file *what, size_t *out_n_features, struct aro_error *err);

#endif
