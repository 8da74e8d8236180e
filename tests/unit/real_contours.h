/*
 * The real communes of 2018, for tests and timings, where they are: in the folder named by
 * AROBASE_SHARED_DATA, or in ../shared/data beside the source root. Needs zlib.
 *
 * Reads GeoJSONSeq of (multi)polygons, one feature a line, and trusts it: for a known file only.
 */
#ifndef ARO_TESTS_REAL_CONTOURS_H
#define ARO_TESTS_REAL_CONTOURS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "geo/rings.h"

/* One position behind its bracket; returns what follows its numbers. */
static inline const char *real_position(const char *text, struct geo_rings *rings, bool *ok)
{
    char *end;
    struct geo_point point = {.lon_deg = strtod(text, &end)};
    point.lat_deg = strtod(end + 1, &end);
    struct geo_coord coord;
    *ok = *ok && geo_coord_from_point(point, &coord, NULL) && geo_rings_add(rings, coord, NULL);
    return end;
}

/* A ring repeats its first vertex at its end in the file, and does not here. */
static inline bool real_end_ring(struct geo_rings *rings)
{
    rings->n_coords--;
    return geo_rings_end_ring(rings, NULL);
}

/* Brackets alone tell the levels: position, ring, polygon, and in a multipolygon one more. */
static inline bool real_feature(const char *line, struct geo_rings *rings)
{
    const char *text = strstr(line, "\"coordinates\":");
    bool ok = text != NULL, is_multi = strstr(line, "\"MultiPolygon\"") != NULL;
    int depth = 0, of_polygon = is_multi ? 2 : 1;
    for (text = ok ? strchr(text, '[') : ""; ok && *text; text++) {
        if (*text == '[' && text[1] != '[')
            text = real_position(text + 1, rings, &ok);
        else if (*text == '[')
            depth++;
        else if (*text == ']' && depth-- == of_polygon + 1)
            ok = real_end_ring(rings);
        else if (*text == ']' && depth == of_polygon - 1)
            ok = geo_rings_end_polygon(rings, NULL);
        if (depth == 0)
            break;
    }
    return ok && geo_rings_end_shape(rings, NULL);
}

/** False where the file is not there, having said so. Clear the rings after use in any case. */
static inline bool real_contours(struct geo_rings *rings)
{
    enum { LINE_BYTES = 4 << 20 };
    char path[4096], *line = malloc(LINE_BYTES);
    const char *folder = getenv("AROBASE_SHARED_DATA"), *source = getenv("AROBASE_SOURCE");
    snprintf(path, sizeof path, "%s%s/communes-2018.geojsonl.gz",
             folder ? folder : (source ? source : "."), folder ? "" : "/../shared/data");
    gzFile file = line ? gzopen(path, "rb") : NULL;
    bool ok = file != NULL;
    while (ok && gzgets(file, line, LINE_BYTES))
        ok = real_feature(line, rings);
    if (file)
        gzclose(file);
    free(line);
    if (!ok)
        fprintf(stderr,
                "skipped: no real contours in '%s' (AROBASE_SHARED_DATA names the folder)\n", path);
    return ok;
}

#endif
