/*
 * Numbers, positions and boxes from outside: whatever the bytes, what is accepted is in range, is
 * read the same when written again, and agrees with its rectangles.
 */
#include "geo/bbox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_number(const char *text, size_t len)
{
    double value = 0, again = 0;
    struct aro_error err = {0};
    if (!geo_number_parse(text, len, &value, &err)) {
        require(err.status == ARO_BAD_INPUT && err.message[0] != '\0');
        return;
    }
    char written[32];
    int n = snprintf(written, sizeof written, "%.17g", value);
    require(isfinite(value) && geo_number_parse(written, (size_t)n, &again, NULL));
    require(again == value);
    char terminated[128] = "";
    require(len < sizeof terminated);
    memcpy(terminated, text, len);
    require(strtod(terminated, NULL) == value);
}

static void check_point(const char *text, size_t len)
{
    struct geo_point point = {0, 0}, again = {0, 0};
    struct geo_coord coord = {0, 0};
    if (!geo_point_parse(text, len, &point, NULL))
        return;
    require(geo_coord_from_point(point, &coord, NULL));
    struct aro_buffer out = {0};
    geo_coord_write_position(&out, coord);
    require(geo_point_parse(out.data + 1, out.len - 2, &again, NULL));
    struct geo_point stored = geo_coord_to_point(coord);
    require(again.lon_deg == stored.lon_deg && again.lat_deg == stored.lat_deg);
    aro_buffer_clear(&out);
}

static void check_corner(const struct geo_bbox *bbox, struct geo_point corner)
{
    struct geo_rect rects[2];
    struct geo_coord coord = {0, 0};
    size_t n = geo_bbox_rects(bbox, rects);
    require(n <= 2 && geo_coord_from_point(corner, &coord, NULL));
    bool in_first = n > 0 && geo_rect_contains(&rects[0], coord);
    bool in_second = n > 1 && geo_rect_contains(&rects[1], coord);
    require((in_first != in_second) == geo_bbox_contains(bbox, coord));
}

static void check_bbox(const char *text, size_t len)
{
    struct geo_bbox bbox;
    struct aro_error err = {0};
    if (!geo_bbox_parse(text, len, &bbox, &err)) {
        require(err.status == ARO_BAD_INPUT && strcmp(err.parameter, "bbox") == 0);
        return;
    }
    require(bbox.south_deg <= bbox.north_deg);
    check_corner(&bbox, (struct geo_point){bbox.west_deg, bbox.south_deg});
    check_corner(&bbox, (struct geo_point){bbox.east_deg, bbox.north_deg});
    check_corner(&bbox, (struct geo_point){0, 0});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    check_number(text, size);
    check_point(text, size);
    check_bbox(text, size);
    return 0;
}
