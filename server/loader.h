/*
 * Loading the data beside the requests: a thread that makes snapshots, publishes them, and sees to
 * it that what is served is saved.
 */
#ifndef ARO_SERVER_LOADER_H
#define ARO_SERVER_LOADER_H

#include "server/state.h"

/** Internally locked. */
struct loader;

/** Starts the thread and the first load. @return owned by the caller */
struct loader *loader_new(struct server *server, struct aro_error *err);

/** Asks for a load; one that is under way is followed by another. */
void loader_request(struct loader *loader);

/** Readable after a load has ended: poll it, then take what it ended with. */
int loader_fd(const struct loader *loader);

enum loaded_from { LOADED_FROM_STORE, LOADED_FROM_FILE, LOADED_FROM_EDITS };

struct loader_result {
    bool ok;
    enum loaded_from from; /* the whole store, the saved snapshot, or what has been edited */
    uint32_t n_edits;      /* sheets that were edited since the snapshot was saved */
    char why[80];          /* edits were not enough; "" where nothing was there to edit */
    double seconds;
    struct aro_error err; /* where not ok: the data served before is still served */
};
/** False when no load has ended since the last call. */
bool loader_take_result(struct loader *loader, struct loader_result *out_result);

/**
 * Ends the thread.
 *
 * @return  false when a load is under way, which cannot be stopped: nothing is freed then, and
 *          the process had better end
 */
bool loader_free(struct loader *loader);

#endif
