/*
 * The real communes of 2018, and larger territories, for tests and timings, where they are: in the
 * folder named by AROBASE_SHARED_DATA, or in ../shared/data beside the source root. Needs zlib.
 *
 * Reads GeoJSON of (multi)polygons, and trusts it: for known files only.
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

/* Up to the next closing brace, which the text of a geometry or of properties ends with. */
static inline bool real_piece(gzFile file, char *piece, size_t room)
{
    size_t len = 0;
    for (int c; len + 1 < room && (c = gzgetc(file)) >= 0;) {
        piece[len++] = (char)c;
        if (c == '}')
            break;
    }
    piece[len] = '\0';
    return len > 0;
}

static inline void real_code(const char *piece, char out_code[8])
{
    const char *code = strstr(piece, "\"code\":");
    const char *text = code ? strchr(code + 7, '"') + 1 : "\"";
    snprintf(out_code, 8, "%.*s", (int)strcspn(text, "\""), text);
}

/**
 * Reads a file of the folder: one shape for each feature, its code beside it.
 *
 * @param codes  room for `limit` features, or NULL
 * @return       false where the file is not there, having said so; clear the rings in any case
 */
static inline bool real_areas(const char *name, struct geo_rings *rings, char (*codes)[8],
                              size_t limit)
{
    enum { PIECE_BYTES = 4 << 20 };
    char path[4096], *piece = malloc(PIECE_BYTES);
    const char *folder = getenv("AROBASE_SHARED_DATA"), *source = getenv("AROBASE_SOURCE");
    snprintf(path, sizeof path, "%s%s/%s", folder ? folder : (source ? source : "."),
             folder ? "" : "/../shared/data", name);
    gzFile file = piece ? gzopen(path, "rb") : NULL;
    bool ok = file != NULL;
    size_t n_codes = 0;
    while (ok && real_piece(file, piece, PIECE_BYTES)) {
        if (strstr(piece, "\"coordinates\":"))
            ok = real_feature(piece, rings);
        else if (strstr(piece, "\"code\":") && codes && n_codes < limit)
            real_code(piece, codes[n_codes++]);
    }
    if (file)
        gzclose(file);
    free(piece);
    if (!ok)
        fprintf(stderr,
                "skipped: no real contours in '%s' (AROBASE_SHARED_DATA names the folder)\n", path);
    return ok && (!codes || n_codes == rings->shapes.n);
}

/** The communes. False where the file is not there, having said so; clear the rings in any case. */
static inline bool real_contours(struct geo_rings *rings)
{
    return real_areas("communes-2018.geojsonl.gz", rings, NULL, 0);
}

#endif
