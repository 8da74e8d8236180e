#include "geo/proj.h"

#include <geodesic.h>
#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* WGS 84: NGA.STND.0036, table 3.1. */
static const double equatorial_radius_m = 6378137.0;
static const double flattening = 1 / 298.257223563;

/* PROJ's ellipsoid holds nothing but doubles, and so does ours. */
_Static_assert(sizeof(struct geod_geodesic) <= sizeof(struct geo_ellipsoid),
               "there is room for it");

void geo_ellipsoid_init(struct geo_ellipsoid *ellipsoid)
{
    geod_init((struct geod_geodesic *)ellipsoid->made_ready, equatorial_radius_m, flattening);
}

double geo_ellipsoid_geodesic_m(const struct geo_ellipsoid *ellipsoid, struct geo_point a,
                                struct geo_point b)
{
    double distance_m = NAN;
    geod_inverse((const struct geod_geodesic *)ellipsoid->made_ready, a.lat_deg, a.lon_deg,
                 b.lat_deg, b.lon_deg, &distance_m, NULL, NULL);
    return distance_m;
}

double geo_ellipsoid_arrival_m(const struct geo_ellipsoid *ellipsoid, struct geo_point a,
                               struct geo_point b, double *out_azimuth_deg)
{
    double distance_m = NAN;
    geod_inverse((const struct geod_geodesic *)ellipsoid->made_ready, a.lat_deg, a.lon_deg,
                 b.lat_deg, b.lon_deg, &distance_m, NULL, out_azimuth_deg);
    return distance_m;
}

double geo_geodesic_m(struct geo_point a, struct geo_point b)
{
    struct geo_ellipsoid ellipsoid;
    geo_ellipsoid_init(&ellipsoid);
    return geo_ellipsoid_geodesic_m(&ellipsoid, a, b);
}

/* ------------------------------------------------------------------ reference systems */

enum {
    CRS_MAX_LEN = 4000, /* room for WKT */
    NAME_LEN = 80,      /* of a system, in a message */
};

/* Where a system is meant to be used; beyond it formulas give numbers, but not places. */
struct area {
    bool known;
    double west_deg, south_deg, east_deg, north_deg;
};

/* Published areas are rounded, and people map a little beyond: a harbour, a boat. */
static const double area_margin_deg = 1;

struct geo_transform {
    PJ_CONTEXT *context;
    PJ *operation;
    struct area area;
    char crs[NAME_LEN + 4]; /* as given, for messages */
};

void geo_transform_free(struct geo_transform *transform)
{
    if (!transform)
        return;
    proj_destroy(transform->operation);
    proj_context_destroy(transform->context);
    free(transform);
}

static bool maps_to_a_plane(const PJ *crs)
{
    switch (proj_get_type(crs)) {
    case PJ_TYPE_PROJECTED_CRS:
    case PJ_TYPE_GEOGRAPHIC_2D_CRS:
    case PJ_TYPE_GEOGRAPHIC_3D_CRS:
    case PJ_TYPE_COMPOUND_CRS:
    case PJ_TYPE_BOUND_CRS:
        return true;
    default:
        return false;
    }
}

static struct area area_of_use(PJ_CONTEXT *context, const PJ *crs)
{
    struct area area = {.known = false};
    area.known = proj_get_area_of_use(context, crs, &area.west_deg, &area.south_deg, &area.east_deg,
                                      &area.north_deg, NULL);
    /* PROJ says -1000 for a bound that it does not know. */
    area.known = area.known && area.west_deg >= -180 && area.south_deg >= -90;
    return area;
}

static bool in_area(const struct area *area, struct geo_point point, double margin_deg)
{
    if (!area->known)
        return true;
    double width = area->east_deg - area->west_deg;
    width += width < 0 ? 360 : 0; /* across the antimeridian */
    double east_of_west = fmod(point.lon_deg - area->west_deg + margin_deg + 720, 360);
    return east_of_west <= width + 2 * margin_deg &&
           point.lat_deg >= area->south_deg - margin_deg &&
           point.lat_deg <= area->north_deg + margin_deg;
}

static bool make_operation(struct geo_transform *transform, PJ *from, PJ *wgs84,
                           struct aro_error *err)
{
    PJ *raw = proj_create_crs_to_crs_from_pj(transform->context, from, wgs84, NULL, NULL);
    if (raw)
        transform->operation = proj_normalize_for_visualization(transform->context, raw);
    proj_destroy(raw);
    if (!transform->operation)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "no transformation leads from '%s' to WGS 84 longitude and latitude",
                             transform->crs);
    transform->area = area_of_use(transform->context, from);
    return true;
}

static bool open_crs(struct geo_transform *transform, const char *crs, struct aro_error *err)
{
    PJ *from = proj_create(transform->context, crs);
    PJ *wgs84 = proj_create(transform->context, "OGC:CRS84");
    bool ok = false;
    if (!wgs84)
        aro_error_set(err, ARO_IO, "PROJ cannot read its database proj.db: is it installed?");
    else if (!from || !proj_is_crs(from))
        aro_error_set(err, ARO_BAD_INPUT,
                      "'%s' is not a known coordinate reference system: wanted, for example, "
                      "EPSG:2154, OGC:CRS84 or http://www.opengis.net/def/crs/EPSG/0/2154",
                      transform->crs);
    else if (!maps_to_a_plane(from))
        aro_error_set(err, ARO_BAD_INPUT,
                      "'%s' has no plane or geographic coordinates: wanted, for example, EPSG:2154",
                      transform->crs);
    else
        ok = make_operation(transform, from, wgs84, err);
    proj_destroy(from);
    proj_destroy(wgs84);
    return ok;
}

struct geo_transform *geo_transform_new(const char *crs, struct aro_error *err)
{
    struct geo_transform *transform = calloc(1, sizeof *transform);
    if (transform)
        transform->context = proj_context_create();
    if (!transform || !transform->context) {
        geo_transform_free(transform);
        aro_error_no_memory(err);
        return NULL;
    }
    size_t len = strnlen(crs, CRS_MAX_LEN + 1);
    snprintf(transform->crs, sizeof transform->crs, "%.*s%s", NAME_LEN, crs,
             len > NAME_LEN ? "…" : "");
    proj_log_level(transform->context, PJ_LOG_NONE); /* errors are returned, not printed */
    proj_context_set_enable_network(transform->context, 0);
    bool ok = len <= CRS_MAX_LEN ? open_crs(transform, crs, err)
                                 : aro_error_set(err, ARO_BAD_INPUT,
                                                 "'%s' is not a known coordinate reference system: "
                                                 "it has more than %d characters",
                                                 transform->crs, CRS_MAX_LEN);
    if (ok)
        return transform;
    geo_transform_free(transform);
    return NULL;
}

static bool outside(const struct geo_transform *transform, double x, double y,
                    struct aro_error *err)
{
    return aro_error_set(err, ARO_BAD_INPUT, "x %.10g, y %.10g is outside where '%s' can be used",
                         x, y, transform->crs);
}

bool geo_transform_to_wgs84(struct geo_transform *transform, double x, double y,
                            struct geo_point *out_point, struct aro_error *err)
{
    if (!isfinite(x) || !isfinite(y))
        return outside(transform, x, y, err);
    PJ_COORD to = proj_trans(transform->operation, PJ_FWD, proj_coord(x, y, 0, HUGE_VAL));
    struct geo_point point = {.lon_deg = to.xy.x, .lat_deg = to.xy.y};
    struct geo_coord coord;
    if (!isfinite(point.lon_deg) || !geo_coord_from_point(point, &coord, NULL))
        return outside(transform, x, y, err);
    if (!in_area(&transform->area, point, area_margin_deg))
        return aro_error_set(
            err, ARO_BAD_INPUT,
            "x %.10g, y %.10g gives longitude %.6f, latitude %.6f, outside where "
            "'%s' can be used (%.6g to %.6g, %.6g to %.6g): wanted x east, y north",
            x, y, point.lon_deg, point.lat_deg, transform->crs, transform->area.west_deg,
            transform->area.east_deg, transform->area.south_deg, transform->area.north_deg);
    *out_point = point;
    return true;
}

/* ------------------------------------------------------------------ many positions, and boxes */

void geo_transform_positions(struct geo_transform *transform, enum geo_transform_way way,
                             struct geo_xy *positions, size_t n)
{
    if (n == 0)
        return;
    proj_trans_generic(transform->operation, way == GEO_TO_WGS84 ? PJ_FWD : PJ_INV, &positions->x,
                       sizeof *positions, n, &positions->y, sizeof *positions, n, NULL, 0, 0, NULL,
                       0, 0);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(positions[i].x) || !isfinite(positions[i].y))
            positions[i] = (struct geo_xy){NAN, NAN};
}

/* So far around its area of use a system is taken to give each place one position. */
static const double one_to_one_margin_deg = 10;

/* Whether places and positions belong to each other at the corners and middles of the box, within
 * a thousandth of its size: where formulas fold, they do not. */
static bool is_one_to_one(struct geo_transform *transform, struct geo_xy low, struct geo_xy high)
{
    enum { ALONG = 3, N = ALONG * ALONG };
    struct geo_xy there[N], back[N];
    double tolerance = 1e-3 * (high.x - low.x + high.y - low.y);
    for (int i = 0; i < N; i++) {
        int column = i % ALONG, row = i / ALONG;
        there[i] = (struct geo_xy){low.x + (high.x - low.x) * column / (ALONG - 1),
                                   low.y + (high.y - low.y) * row / (ALONG - 1)};
    }
    memcpy(back, there, sizeof back);
    geo_transform_positions(transform, GEO_TO_WGS84, back, N);
    for (int i = 0; i < N; i++)
        if (!in_area(&transform->area, (struct geo_point){back[i].x, back[i].y},
                     one_to_one_margin_deg))
            return false;
    geo_transform_positions(transform, GEO_FROM_WGS84, back, N);
    for (int i = 0; i < N; i++)
        if (!(hypot(back[i].x - there[i].x, back[i].y - there[i].y) <= tolerance))
            return false;
    return true;
}

/*
 * Between two of the places that PROJ looks at along an edge, its image may bulge: of an edge of
 * length l on a sphere of radius r by some l * l / (8 * r * 22 * 22), a four-hundredth of l where l
 * is as long as r times ten.
 */
static const double bulge = 0.01;

static struct geo_bbox widened(double west, double south, double east, double north)
{
    double width = east - west + (east < west ? 360 : 0);
    double margin = bulge * (width + north - south) + 1e-6;
    struct geo_bbox box = {west - margin, fmax(south - margin, -90), east + margin,
                           fmin(north + margin, 90)};
    if (width + 2 * margin >= 360) {
        box.west_deg = -180;
        box.east_deg = 180;
    }
    box.west_deg += box.west_deg < -180 ? 360 : 0;
    box.east_deg -= box.east_deg > 180 ? 360 : 0;
    return box;
}

bool geo_transform_bounds(struct geo_transform *transform, struct geo_xy low, struct geo_xy high,
                          struct geo_bbox *out_bbox)
{
    enum { PLACES_OF_AN_EDGE = 21 };
    double west, south, east, north;
    if (!is_one_to_one(transform, low, high) ||
        !proj_trans_bounds(transform->context, transform->operation, PJ_FWD, low.x, low.y, high.x,
                           high.y, &west, &south, &east, &north, PLACES_OF_AN_EDGE) ||
        !isfinite(west) || !isfinite(south) || !isfinite(east) || !isfinite(north))
        return false;
    *out_bbox = widened(west, south, east, north);
    return true;
}

/* ------------------------------------------------------------------ descriptions */

void geo_crs_about_clear(struct geo_crs_about *about)
{
    free(about->name);
    free(about->wkt);
    *about = (struct geo_crs_about){0};
}

static bool read_axes(PJ_CONTEXT *context, const PJ *crs, struct geo_crs_about *about)
{
    const char *direction = NULL, *unit = NULL;
    PJ *axes = proj_crs_get_coordinate_system(context, crs);
    bool ok =
        axes && proj_cs_get_axis_count(context, axes) == 2 &&
        proj_cs_get_axis_info(context, axes, 0, NULL, NULL, &direction, NULL, &unit, NULL, NULL);
    about->is_north_first = ok && strcmp(direction, "north") == 0;
    about->is_degrees = ok && strcmp(unit, "degree") == 0;
    proj_destroy(axes);
    return ok;
}

bool geo_crs_describe(const char *crs, struct geo_crs_about *out_about, struct aro_error *err)
{
    struct geo_crs_about about = {0};
    struct geo_transform *transform = geo_transform_new(crs, err);
    if (!transform)
        return false;
    PJ *system = proj_create(transform->context, crs);
    const char *wkt = system ? proj_as_wkt(transform->context, system, PJ_WKT1_GDAL, NULL) : NULL;
    bool ok = false;
    if (!wkt || !read_axes(transform->context, system, &about)) {
        aro_error_set(err, ARO_BAD_INPUT, "'%s' has not two axes, or no definition in WKT 1",
                      transform->crs);
    } else {
        about.name = strdup(proj_get_name(system));
        about.wkt = strdup(wkt);
        ok = (about.name && about.wkt) || aro_error_no_memory(err);
    }
    proj_destroy(system);
    geo_transform_free(transform);
    if (ok)
        *out_about = about;
    else
        geo_crs_about_clear(&about);
    return ok;
}
