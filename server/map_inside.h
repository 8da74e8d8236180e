/*
 * The inside of /map: what map.c groups and map_write.c writes.
 */
#ifndef ARO_SERVER_MAP_INSIDE_H
#define ARO_SERVER_MAP_INSIDE_H

#include "server/clusters.h"
#include "server/http.h"

/** cluster=admin: below the first zoom régions are counted as one each, below the next
 * départements; from there on it is as cluster=distance. */
enum { MAP_REGION_ZOOM = 6, MAP_DEPARTEMENT_ZOOM = 8 };

/** Owned by one thread: an answer in the making. */
struct map_view {
    const struct request *request;
    const struct snapshot *snapshot;
    uint8_t zoom; /* of the clusters; lower than asked for where even those are too many */
    bool clustered;
    bool admin; /* the clusters are those of territories: cell.x is as in the snapshot's areas */
    struct query_set set; /* what matches, with bits */
    struct geo_clusters clusters;
};

void map_write(const struct map_view *view, struct response *response);

#endif
