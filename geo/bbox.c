#include "geo/bbox.h"

#include <math.h>
#include <string.h>

enum {
    MAX_NUMBERS = 6,
    QUOTE_LEN = 120, /* of what came from outside, in a message */
    LON_MAX_E7 = 1800000000,
    LAT_MAX_E7 = 900000000,
};

/* ------------------------------------------------------------------ reading a box */

/* The numbers of a bbox in their order, with the texts they were read from. */
struct numbers {
    size_t n;
    double values[MAX_NUMBERS];
    const char *texts[MAX_NUMBERS];
    size_t lens[MAX_NUMBERS];
};

/* In which order a box names its sides: that of CRS84, or of EPSG:4326. */
struct order {
    bool latitude_first;
    const char *wanted, *other;
};
static const struct order longitude_first = {false, "west,south,east,north", "latitude"};
static const struct order latitude_first = {true, "south,west,north,east", "longitude"};

static bool wrong_count(size_t n, struct aro_error *err)
{
    return aro_error_set(err, ARO_BAD_INPUT,
                         "%zu%s numbers: wanted four, the lower corner and the upper one, such as "
                         "west,south,east,north (or six, with heights third and sixth)",
                         n, n > MAX_NUMBERS ? " or more" : "");
}

static bool numbers_read(const char *text, size_t len, struct numbers *out, struct aro_error *err)
{
    const char *end = text + len;
    *out = (struct numbers){0};
    for (const char *at = text; at <= end; out->n++) {
        if (out->n == MAX_NUMBERS)
            return wrong_count(MAX_NUMBERS + 1, err);
        const char *comma = at < end ? memchr(at, ',', (size_t)(end - at)) : NULL;
        size_t number_len = (size_t)((comma ? comma : end) - at);
        out->texts[out->n] = at;
        out->lens[out->n] = number_len;
        if (!geo_number_parse(at, number_len, &out->values[out->n], err))
            return false;
        at += number_len + 1;
    }
    return out->n == 4 || out->n == 6 || wrong_count(out->n, err);
}

/*
 * Latitude first: either it cannot be read otherwise, or it is metropolitan France with the axes
 * swapped. (Read longitude first, the latter is the sea off Somalia, where no commune lies:
 * Mayotte and La Réunion are south of it.)
 */
static bool looks_latitude_first(const double first[2], const double second[2])
{
    bool never_latitudes = fabs(second[0]) > 90 && fabs(second[1]) > 90;
    bool fits_swapped = fabs(first[0]) <= 90 && fabs(first[1]) <= 90 && fabs(second[0]) <= 180 &&
                        fabs(second[1]) <= 180;
    bool france_swapped = geo_point_looks_swapped((struct geo_point){first[0], second[0]}) &&
                          geo_point_looks_swapped((struct geo_point){first[1], second[1]});
    return france_swapped || (never_latitudes && fits_swapped);
}

/* The places of west, south, east and north among the numbers; those of a box in the other order
 * change places in pairs. */
struct sides {
    size_t west, south, east, north;
};

static struct sides sides_of(const struct numbers *numbers, const struct order *order)
{
    size_t second = numbers->n / 2, swap = order->latitude_first;
    return (struct sides){swap, 1 - swap, second + swap, second + 1 - swap};
}

static bool check_order(const struct numbers *numbers, const struct order *order,
                        struct aro_error *err)
{
    struct sides sides = sides_of(numbers, order);
    const double lons[] = {numbers->values[sides.west], numbers->values[sides.east]};
    const double lats[] = {numbers->values[sides.south], numbers->values[sides.north]};
    if (!looks_latitude_first(lons, lats))
        return true;
    /* What was taken for longitudes are latitudes: the lower one is south, however they came. */
    size_t low = lons[0] <= lons[1] ? sides.west : sides.east;
    size_t high = low == sides.west ? sides.east : sides.west;
    size_t shown[] = {sides.south, low, sides.north, high};
    if (order->latitude_first) {
        size_t turned[] = {low, sides.south, high, sides.north};
        memcpy(shown, turned, sizeof shown);
    }
    const int lens[] = {(int)numbers->lens[shown[0]], (int)numbers->lens[shown[1]],
                        (int)numbers->lens[shown[2]], (int)numbers->lens[shown[3]]};
    return aro_error_set(err, ARO_BAD_INPUT,
                         "looks %s first: write %s, for example %.*s,%.*s,%.*s,%.*s", order->other,
                         order->wanted, lens[0], numbers->texts[shown[0]], lens[1],
                         numbers->texts[shown[1]], lens[2], numbers->texts[shown[2]], lens[3],
                         numbers->texts[shown[3]]);
}

static bool check_ranges(const struct geo_bbox *bbox, const struct order *order,
                         struct aro_error *err)
{
    struct geo_coord corner;
    if (!geo_coord_from_point((struct geo_point){bbox->west_deg, bbox->south_deg}, &corner, err) ||
        !geo_coord_from_point((struct geo_point){bbox->east_deg, bbox->north_deg}, &corner, err))
        return false;
    if (bbox->south_deg > bbox->north_deg)
        return aro_error_set(err, ARO_BAD_INPUT, "south %.9g is above north %.9g: wanted %s",
                             bbox->south_deg, bbox->north_deg, order->wanted);
    return true;
}

static bool bbox_read(const char *text, size_t len, const struct order *order,
                      struct geo_bbox *out_bbox, struct aro_error *err)
{
    struct numbers numbers;
    if (!numbers_read(text, len, &numbers, err) || !check_order(&numbers, order, err))
        return false;
    struct sides sides = sides_of(&numbers, order);
    struct geo_bbox bbox = {.west_deg = numbers.values[sides.west],
                            .south_deg = numbers.values[sides.south],
                            .east_deg = numbers.values[sides.east],
                            .north_deg = numbers.values[sides.north]};
    if (!check_ranges(&bbox, order, err))
        return false;
    *out_bbox = bbox;
    return true;
}

static bool blame(const char *text, size_t len, const struct aro_error *why, struct aro_error *err)
{
    /* "bbox '…' looks latitude first" is one sentence; the others are reasons. */
    const char *joint = strncmp(why->message, "looks ", 6) == 0 ? "" : ":";
    return aro_error_set_for(err, "bbox", why->status, "bbox '%.*s%s'%s %s",
                             len > QUOTE_LEN ? QUOTE_LEN : (int)len, len > 0 ? text : "",
                             len > QUOTE_LEN ? "…" : "", joint, why->message);
}

bool geo_bbox_parse(const char *text, size_t len, struct geo_bbox *out_bbox, struct aro_error *err)
{
    struct aro_error why = {0};
    return bbox_read(text, len, &longitude_first, out_bbox, &why) || blame(text, len, &why, err);
}

bool geo_bbox_parse_latitude_first(const char *text, size_t len, struct geo_bbox *out_bbox,
                                   struct aro_error *err)
{
    struct aro_error why = {0};
    return bbox_read(text, len, &latitude_first, out_bbox, &why) || blame(text, len, &why, err);
}

bool geo_bbox_parse_corners(const char *text, size_t len, double out_low[2], double out_high[2],
                            struct aro_error *err)
{
    struct aro_error why = {0};
    struct numbers numbers;
    if (!numbers_read(text, len, &numbers, &why))
        return blame(text, len, &why, err);
    const double *low = numbers.values, *high = numbers.values + numbers.n / 2;
    for (int axis = 0; axis < 2; axis++)
        if (low[axis] > high[axis]) {
            aro_error_set(&why, ARO_BAD_INPUT,
                          "%.12g is above %.12g: wanted the lower corner, then the upper one",
                          low[axis], high[axis]);
            return blame(text, len, &why, err);
        }
    memcpy(out_low, low, 2 * sizeof *out_low);
    memcpy(out_high, high, 2 * sizeof *out_high);
    return true;
}

/* ------------------------------------------------------------------ the stored grid */

static double degrees(int64_t ordinate_e7)
{
    return (double)ordinate_e7 / 1e7;
}

/* The lowest stored ordinate at or above the edge, by the same comparison as contains(). */
static int64_t grid_above(double edge_deg)
{
    int64_t ordinate = (int64_t)ceil(edge_deg * 1e7);
    while (degrees(ordinate - 1) >= edge_deg)
        ordinate--;
    while (degrees(ordinate) < edge_deg)
        ordinate++;
    return ordinate;
}

static int64_t grid_below(double edge_deg)
{
    return -grid_above(-edge_deg);
}

static size_t add_rect(double west_deg, double east_deg, const struct geo_bbox *bbox,
                       struct geo_rect *out_rect)
{
    int64_t west = grid_above(west_deg), east = grid_below(east_deg);
    int64_t south = grid_above(bbox->south_deg), north = grid_below(bbox->north_deg);
    if (west > east || south > north)
        return 0;
    *out_rect = (struct geo_rect){.west_e7 = (int32_t)west,
                                  .south_e7 = (int32_t)south,
                                  .east_e7 = (int32_t)east,
                                  .north_e7 = (int32_t)north};
    return 1;
}

static bool in_range(const struct geo_bbox *bbox)
{
    return fabs(bbox->west_deg) <= 180 && fabs(bbox->east_deg) <= 180 &&
           fabs(bbox->south_deg) <= 90 && fabs(bbox->north_deg) <= 90;
}

size_t geo_bbox_rects(const struct geo_bbox *bbox, struct geo_rect out_rects[2])
{
    if (!in_range(bbox))
        return 0;
    if (bbox->west_deg <= bbox->east_deg)
        return add_rect(bbox->west_deg, bbox->east_deg, bbox, out_rects);
    size_t n = add_rect(bbox->west_deg, 180, bbox, out_rects);
    return n + add_rect(-180, bbox->east_deg, bbox, out_rects + n);
}

bool geo_bbox_contains(const struct geo_bbox *bbox, struct geo_coord coord)
{
    struct geo_point point = geo_coord_to_point(coord);
    if (!in_range(bbox) || point.lat_deg < bbox->south_deg || point.lat_deg > bbox->north_deg)
        return false;
    bool past_west = point.lon_deg >= bbox->west_deg;
    bool before_east = point.lon_deg <= bbox->east_deg;
    /* Across the antimeridian the box is everything but the gap from east to west. */
    return bbox->west_deg > bbox->east_deg ? past_west || before_east : past_west && before_east;
}

bool geo_rect_contains(const struct geo_rect *rect, struct geo_coord coord)
{
    return coord.lon_e7 >= rect->west_e7 && coord.lon_e7 <= rect->east_e7 &&
           coord.lat_e7 >= rect->south_e7 && coord.lat_e7 <= rect->north_e7;
}

/* ------------------------------------------------------------------ around points */

enum { N_SLICES = 720, SLICE_E7 = 5000000 }; /* half a degree of longitude each */

/* The longitudes in one slice: empty while low > high. */
struct slice {
    int32_t low_e7, high_e7;
};

static void slices_add(struct slice slices[N_SLICES], int32_t lon_e7)
{
    int64_t place = ((int64_t)lon_e7 + LON_MAX_E7) / SLICE_E7;
    struct slice *slice = &slices[place < N_SLICES ? place : N_SLICES - 1];
    if (lon_e7 < slice->low_e7)
        slice->low_e7 = lon_e7;
    if (lon_e7 > slice->high_e7)
        slice->high_e7 = lon_e7;
}

/*
 * A box is smallest when it leaves out the widest gap between neighbouring longitudes; where that
 * is not the one across the antimeridian, the box crosses it. Only gaps inside a slice are missed,
 * and a box that leaves out less than half a degree is the whole earth to any reader.
 */
static void leave_out_widest_gap(const struct slice slices[N_SLICES], int32_t *east_e7,
                                 int32_t *west_e7)
{
    int64_t outer = 2 * (int64_t)LON_MAX_E7 - ((int64_t)*east_e7 - *west_e7);
    int64_t widest = outer > SLICE_E7 ? outer : SLICE_E7;
    const struct slice *last = NULL;
    for (size_t i = 0; i < N_SLICES; i++) {
        if (slices[i].low_e7 > slices[i].high_e7)
            continue;
        if (last && (int64_t)slices[i].low_e7 - last->high_e7 > widest) {
            widest = (int64_t)slices[i].low_e7 - last->high_e7;
            *east_e7 = last->high_e7;
            *west_e7 = slices[i].low_e7;
        }
        last = &slices[i];
    }
}

bool geo_bbox_around(const struct geo_coord *coords, size_t n, struct geo_bbox *out_bbox)
{
    if (n == 0)
        return false;
    struct slice slices[N_SLICES];
    for (size_t i = 0; i < N_SLICES; i++)
        slices[i] = (struct slice){.low_e7 = INT32_MAX, .high_e7 = INT32_MIN};
    int32_t south = LAT_MAX_E7, north = -LAT_MAX_E7, west = LON_MAX_E7, east = -LON_MAX_E7;
    for (size_t i = 0; i < n; i++) {
        south = coords[i].lat_e7 < south ? coords[i].lat_e7 : south;
        north = coords[i].lat_e7 > north ? coords[i].lat_e7 : north;
        west = coords[i].lon_e7 < west ? coords[i].lon_e7 : west;
        east = coords[i].lon_e7 > east ? coords[i].lon_e7 : east;
        slices_add(slices, coords[i].lon_e7);
    }
    leave_out_widest_gap(slices, &east, &west);
    *out_bbox = (struct geo_bbox){.west_deg = degrees(west),
                                  .south_deg = degrees(south),
                                  .east_deg = degrees(east),
                                  .north_deg = degrees(north)};
    return true;
}
