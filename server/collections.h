/*
 * The collections that are served, described once: for /collections, the landing page, OpenAPI.
 */
#ifndef ARO_SERVER_COLLECTIONS_H
#define ARO_SERVER_COLLECTIONS_H

#include "server/http.h"

struct collection_info {
    const char *id, *title, *description;
};
extern const struct collection_info collection_infos[];
extern const size_t n_collection_infos;

/** Appends the collection's description as a JSON object, with links to itself and its items. */
void collection_write(const struct request *request, const struct collection_info *info,
                      struct aro_buffer *out);

/** Appends {"href":…,"rel":…,"type":…,"title":…}; href is the base URL and the path. */
void link_write(const struct request *request, struct aro_buffer *out, const char *path,
                const char *rel, const char *type, const char *title);

#endif
