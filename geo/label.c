#include "geo/label.h"

#include <math.h>
#include <stdlib.h>

enum { LINES = 9 };

void geo_label_clear(struct geo_label_room *room)
{
    free(room->cuts);
    *room = (struct geo_label_room){0};
}

/* The vertices of all rings of a polygon follow one another. */
static struct geo_run coords_of(const struct geo_rings *rings, struct geo_run of_polygon)
{
    return (struct geo_run){geo_ends_run(&rings->rings, of_polygon.first).first,
                            rings->rings.items[of_polygon.end - 1]};
}

/* Its rings; false where no polygon has an area. */
static bool largest_polygon(const struct geo_rings *rings, size_t shape, struct geo_run *out_rings)
{
    struct geo_run polygons = geo_ends_run(&rings->shapes, shape);
    __int128 most = 0;
    for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
        struct geo_run run = geo_ends_run(&rings->polygons, polygon);
        __int128 area2 = 0;
        for (uint32_t ring = run.first; ring < run.end; ring++)
            area2 += geo_rings_area2(rings, ring);
        if (area2 <= most)
            continue;
        most = area2;
        *out_rings = run;
    }
    return most > 0;
}

/* ------------------------------------------------------------------ lines */

/* Where borders cut a line of latitude that goes through no vertex: in twice as fine units. */
static size_t cut_line(const struct geo_rings *rings, struct geo_run of_polygon, int64_t lat_e7x2,
                       double *cuts)
{
    size_t n = 0;
    for (uint32_t ring = of_polygon.first; ring < of_polygon.end; ring++) {
        struct geo_run run = geo_ends_run(&rings->rings, ring);
        for (uint32_t i = run.first; i < run.end; i++) {
            struct geo_coord a = rings->coords[i];
            struct geo_coord b = rings->coords[i + 1 < run.end ? i + 1 : run.first];
            if ((2 * (int64_t)a.lat_e7 > lat_e7x2) == (2 * (int64_t)b.lat_e7 > lat_e7x2))
                continue;
            double part = ((double)lat_e7x2 / 2 - a.lat_e7) / ((double)b.lat_e7 - a.lat_e7);
            cuts[n++] = a.lon_e7 + part * ((double)b.lon_e7 - a.lon_e7);
        }
    }
    return n;
}

static int compare_cuts(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The middle of the widest piece inside; false where there is none. */
static bool middle_of_widest(double *cuts, size_t n, double *out_lon_e7)
{
    double widest = -1;
    qsort(cuts, n, sizeof *cuts, compare_cuts);
    for (size_t i = 0; i + 1 < n; i += 2)
        if (cuts[i + 1] - cuts[i] > widest) {
            widest = cuts[i + 1] - cuts[i];
            *out_lon_e7 = (cuts[i] + cuts[i + 1]) / 2;
        }
    return widest >= 0;
}

/* ------------------------------------------------------------------ distance */

/* The square of the distance from the origin to a segment. */
static double distance2(double ax, double ay, double bx, double by)
{
    double dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy;
    double along = length2 > 0 ? -(ax * dx + ay * dy) / length2 : 0;
    along = fmin(fmax(along, 0), 1);
    double x = ax + along * dx, y = ay + along * dy;
    return x * x + y * y;
}

/* The square of the distance to the nearest border, in units of 1e-7 degree of latitude; where it
 * is not above enough2, anything that is not. */
static double clearance2(const struct geo_rings *rings, struct geo_run of_polygon,
                         struct geo_coord from, double enough2)
{
    double narrow = cos(from.lat_e7 * (M_PI / 1800000000.0)), least = INFINITY;
    for (uint32_t ring = of_polygon.first; ring < of_polygon.end; ring++) {
        struct geo_run run = geo_ends_run(&rings->rings, ring);
        struct geo_coord last = rings->coords[run.end - 1];
        double ax = ((double)last.lon_e7 - from.lon_e7) * narrow;
        double ay = (double)last.lat_e7 - from.lat_e7;
        for (uint32_t i = run.first; i < run.end && least > enough2; i++) {
            double bx = ((double)rings->coords[i].lon_e7 - from.lon_e7) * narrow;
            double by = (double)rings->coords[i].lat_e7 - from.lat_e7;
            least = fmin(least, distance2(ax, ay, bx, by));
            ax = bx;
            ay = by;
        }
    }
    return least;
}

/* ------------------------------------------------------------------ together */

static bool reserve(struct geo_label_room *room, size_t n, struct aro_error *err)
{
    if (n <= room->capacity)
        return true;
    double *cuts = realloc(room->cuts, 2 * n * sizeof *cuts);
    if (!cuts)
        return aro_error_no_memory(err);
    room->cuts = cuts;
    room->capacity = 2 * n;
    return true;
}

/* From the south to the north end of the polygon's outer ring. */
static void latitudes_of(const struct geo_rings *rings, uint32_t ring, int32_t *out_south_e7,
                         int32_t *out_north_e7)
{
    struct geo_run run = geo_ends_run(&rings->rings, ring);
    *out_south_e7 = INT32_MAX;
    *out_north_e7 = INT32_MIN;
    for (uint32_t i = run.first; i < run.end; i++) {
        int32_t lat_e7 = rings->coords[i].lat_e7;
        *out_south_e7 = lat_e7 < *out_south_e7 ? lat_e7 : *out_south_e7;
        *out_north_e7 = lat_e7 > *out_north_e7 ? lat_e7 : *out_north_e7;
    }
}

static void best_of_lines(const struct geo_rings *rings, struct geo_run of_polygon, double *cuts,
                          struct geo_coord *best)
{
    int32_t south_e7, north_e7;
    double most2 = -1;
    latitudes_of(rings, of_polygon.first, &south_e7, &north_e7);
    for (int line = 1; line <= LINES; line++) {
        int64_t lat_e7 = south_e7 + ((int64_t)north_e7 - south_e7) * line / (LINES + 1);
        double lon_e7 = 0;
        /* Half a unit north of a stored latitude a line meets no vertex. */
        size_t n = cut_line(rings, of_polygon, 2 * lat_e7 + 1, cuts);
        if (!middle_of_widest(cuts, n, &lon_e7))
            continue;
        struct geo_coord coord = {(int32_t)lround(lon_e7), (int32_t)lat_e7};
        double clear2 = clearance2(rings, of_polygon, coord, most2);
        if (clear2 > most2) {
            most2 = clear2;
            *best = coord;
        }
    }
}

bool geo_label_point(const struct geo_rings *rings, size_t shape, struct geo_label_room *room,
                     struct geo_coord *out_coord, struct aro_error *err)
{
    struct geo_run all = geo_rings_coords_of_shape(rings, shape), of_polygon = {0, 0};
    if (all.first == all.end)
        return aro_error_set(err, ARO_NOT_FOUND, "a shape without a vertex");
    struct geo_coord best = rings->coords[all.first];
    if (largest_polygon(rings, shape, &of_polygon)) {
        struct geo_run coords = coords_of(rings, of_polygon);
        if (!reserve(room, coords.end - coords.first, err))
            return false;
        best_of_lines(rings, of_polygon, room->cuts, &best);
    }
    *out_coord = best;
    return true;
}
