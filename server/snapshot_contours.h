/*
 * The contours of communes in a snapshot: rings, the locator over them, and which commune each is
 * of. A store may have none: n is then 0, and the locator finds nothing.
 */
#ifndef ARO_SERVER_SNAPSHOT_CONTOURS_H
#define ARO_SERVER_SNAPSHOT_CONTOURS_H

#include "geo/locate.h"

struct snapshot_draft;

/** Immutable after build. A shape is the contour of one commune, in the order of the codes. */
struct snapshot_contours {
    size_t n;
    struct geo_rings rings; /* n shapes, wound as RFC 7946 wants */
    uint32_t *communes;     /* n: the position of the commune of each shape */
    uint32_t *shapes;       /* by commune position: its shape, or SNAPSHOT_NONE */
    char (*millesimes)[8];  /* n: the year that the contour is of; "" where not known */
    struct geo_locator *locator;
};

void snapshot_contours_clear(struct snapshot_contours *contours);

/**
 * A step of the building: reads the contours, and gives each commune without a town hall's point
 * one inside of its own. The communes are read and not placed yet.
 */
bool draft_read_contours(struct snapshot_draft *draft, struct aro_error *err);
/** Says whose the contours are, once the communes have their positions. */
bool draft_number_contours(struct snapshot_draft *draft, struct aro_error *err);
/** Makes the locator. May run beside draft_read_initiatives(). */
bool draft_build_locator(struct snapshot_draft *draft, struct aro_error *err);

#endif
