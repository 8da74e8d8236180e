#include "geo/edges_internal.h"

#include <math.h>

#include "geo/turn_internal.h"

/* WGS 84 (NGA.STND.0036, table 3.1): equatorial radius, squared eccentricity, and the greatest and
 * least radius of curvature, those of the meridian at a pole (a^2 / b) and the equator (b^2 / a).
 */
static const double radius_a_m = 6378137.0;
static const double eccentricity2 = 6.69437999014e-3;
static const double radius_max_m = 6399593.6259; /* rounded up */
static const double radius_min_m = 6335439.3272; /* rounded down */
static const double rad_of_e7 = 3.14159265358979323846 / 1800000000;

/* What rounding may add to a bound; PROJ's geodesic is good to 1.5e-8 m. */
static const double lower_error_m = 1e-6;

/* Pieces of an edge are no longer than this in longitude and in latitude. */
static const double piece_e7 = 2500000;

static const double map_error = 1e-3; /* of a distance on the map: five times what it is there */

/* An anchor as near as this is good enough; boxes of a larger radius would gain little from one. */
static const double anchor_near_m = 100e3;
static const double anchor_radius_m = 300e3;

static const double turn_e7 = 3600000000;

/* ------------------------------------------------------------------ the eye */

/* The radius of curvature along the meridian, given the sine of the latitude. */
static double meridian_m(double sine)
{
    double w2 = 1 - eccentricity2 * sine * sine;
    return radius_a_m * (1 - eccentricity2) / (w2 * sqrt(w2));
}

/* Sine and cosine of a latitude. */
struct tilt {
    double sine, cosine;
};

/*
 * Degrees of longitude are shortest at the band's edge towards the pole, degrees of latitude at the
 * one towards the equator; and longest the other way round. Both edges follow from the latitude by
 * the formulas for sums of angles.
 */
static void set_bounds(struct geo_eye *eye, struct tilt lat)
{
    const double band = GEO_EDGES_REACH_M / radius_min_m;
    const double band_sine = sin(band), band_cosine = cos(band);
    double size = fabs(lat.sine);
    struct tilt poleward = {size * band_cosine + lat.cosine * band_sine,
                            lat.cosine * band_cosine - size * band_sine};
    struct tilt inward = {size * band_cosine - lat.cosine * band_sine,
                          lat.cosine * band_cosine + size * band_sine};
    if (inward.sine < 0)
        inward = (struct tilt){0, 1};
    bool has_pole = poleward.cosine <= 0;
    eye->lon_m = has_pole ? 0 : geo_arc_normal_m(poleward.sine) * poleward.cosine * rad_of_e7;
    eye->lat_m = meridian_m(inward.sine) * rad_of_e7;
    double longest_m = geo_arc_normal_m(inward.sine) * inward.cosine * rad_of_e7;
    double lat_stretch = meridian_m(has_pole ? 1 : poleward.sine) * rad_of_e7 / eye->lat_m;
    eye->stretch = eye->lon_m > 0 ? fmax(longest_m / eye->lon_m, lat_stretch) : INFINITY;
}

/* The radius of the parallel changes by -meridian sin(lat) a radian. */
static void set_map(struct geo_eye *eye, struct tilt lat)
{
    double meridian = meridian_m(lat.sine);
    double meridian_slope = 3 * meridian * eccentricity2 * lat.sine * lat.cosine /
                            (1 - eccentricity2 * lat.sine * lat.sine);
    eye->x_m = eye->end.level_m * rad_of_e7;
    eye->x_slope = -meridian * lat.sine / 2 * rad_of_e7 * rad_of_e7;
    eye->y_m = meridian * rad_of_e7;
    eye->y_slope = meridian_slope / 2 * rad_of_e7 * rad_of_e7;
}

struct geo_eye geo_eye_make(const struct geo_ellipsoid *ellipsoid, struct geo_coord from)
{
    struct geo_eye eye = {.ellipsoid = ellipsoid,
                          .from = from,
                          .point = geo_coord_to_point(from),
                          .end = geo_arc_end_make(from.lon_e7, from.lat_e7),
                          .n_feet = 0};
    struct tilt lat = {eye.end.sine, eye.end.level_m / geo_arc_normal_m(eye.end.sine)};
    set_bounds(&eye, lat);
    set_map(&eye, lat);
    return eye;
}

/* From the eye's longitude eastward, -180 to 180 degrees. */
GEO_INLINE double east_of_eye(double eye_lon_e7, double lon_e7)
{
    double east = lon_e7 - eye_lon_e7;
    east -= east > turn_e7 / 2 ? turn_e7 : 0;
    return east + (east < -turn_e7 / 2 ? turn_e7 : 0);
}

/* ------------------------------------------------------------------ bounds */

/* Differences of coordinates are whole numbers: doubles hold them exactly. */
GEO_VECTOR_CLONES
void geo_eye_boxes_m(const struct geo_eye *eye, const struct geo_rect *boxes, size_t n,
                     double out_m[GEO_BOUNDS_BATCH])
{
    const double lon_e7 = eye->from.lon_e7, lat_e7 = eye->from.lat_e7;
    const double lon_m = eye->lon_m, lat_m = eye->lat_m;
    for (size_t i = 0; i < n; i++) {
        double west = boxes[i].west_e7 - lon_e7, east = lon_e7 - boxes[i].east_e7;
        double south = boxes[i].south_e7 - lat_e7, north = lat_e7 - boxes[i].north_e7;
        /* The other way around the earth; from beside the box it is no shorter than nothing. */
        double around = turn_e7 + (west > 0 ? east : west);
        double x_m = lon_m * geo_least(around, geo_most(0, geo_most(west, east)));
        double y_m = lat_m * geo_most(0, geo_most(south, north));
        out_m[i] = geo_least(GEO_EDGES_REACH_M, sqrt(x_m * x_m + y_m * y_m) - lower_error_m);
    }
}

/* In the plane of the bounds, to an edge that is not long. */
GEO_INLINE double plane_edge_m(const struct geo_eye *eye, struct geo_coord a, struct geo_coord b)
{
    double x = eye->lon_m * east_of_eye(eye->from.lon_e7, a.lon_e7);
    double y = eye->lat_m * ((double)a.lat_e7 - eye->from.lat_e7);
    double dx = eye->lon_m * ((double)b.lon_e7 - a.lon_e7);
    double dy = eye->lat_m * ((double)b.lat_e7 - a.lat_e7);
    /* A point's length of nothing gives no NaN, and is less than any other's square. */
    double t = -(x * dx + y * dy) / (dx * dx + dy * dy + 1e-30);
    t = geo_least(1, geo_most(0, t));
    x += t * dx;
    y += t * dy;
    return sqrt(x * x + y * y) - lower_error_m;
}

GEO_INLINE bool is_long(struct geo_coord a, struct geo_coord b)
{
    return (fabs((double)b.lon_e7 - a.lon_e7) > piece_e7) |
           (fabs((double)b.lat_e7 - a.lat_e7) > piece_e7);
}

GEO_VECTOR_CLONES
void geo_eye_path_m(const struct geo_eye *eye, const struct geo_coord *vertices, size_t n,
                    double out_m[GEO_EDGES_BATCH])
{
    const struct geo_eye here = {
        .from = eye->from, .lon_m = eye->lon_m, .lat_m = eye->lat_m}; /* not in what is written */
    for (size_t i = 0; i < n; i++) {
        double lower_m = plane_edge_m(&here, vertices[i], vertices[i + 1]);
        lower_m = is_long(vertices[i], vertices[i + 1]) ? GEO_EDGES_LONG_M : lower_m;
        out_m[i] = geo_least(GEO_EDGES_REACH_M, lower_m);
    }
}

static struct geo_rect rect_of_edge(struct geo_coord a, struct geo_coord b)
{
    return (struct geo_rect){.west_e7 = a.lon_e7 < b.lon_e7 ? a.lon_e7 : b.lon_e7,
                             .south_e7 = a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7,
                             .east_e7 = a.lon_e7 > b.lon_e7 ? a.lon_e7 : b.lon_e7,
                             .north_e7 = a.lat_e7 > b.lat_e7 ? a.lat_e7 : b.lat_e7};
}

/* ------------------------------------------------------------------ bounds beyond reach */

/* No step of that many degrees is longer. */
static double step_m(double dlon_e7, double dlat_e7)
{
    return sqrt(dlon_e7 * dlon_e7 + dlat_e7 * dlat_e7) * rad_of_e7 * radius_max_m;
}

static unsigned count_anchors(const struct geo_eye *eye)
{
    return eye->n_anchors < GEO_EDGES_ANCHORS ? eye->n_anchors : GEO_EDGES_ANCHORS;
}

static const struct geo_anchor *add_anchor(struct geo_eye *eye, struct geo_coord at)
{
    eye->anchor = eye->n_anchors++ % GEO_EDGES_ANCHORS;
    eye->anchors[eye->anchor] = geo_anchor_make(eye->ellipsoid, eye->point, at);
    return &eye->anchors[eye->anchor];
}

void geo_eye_drop_anchor(struct geo_eye *eye, const struct geo_rect *box)
{
    struct geo_coord middle = {box->west_e7 / 2 + box->east_e7 / 2,
                               box->south_e7 / 2 + box->north_e7 / 2};
    struct geo_spot spot = geo_spot_of(middle);
    double least2 = INFINITY;
    for (unsigned i = 0; i < count_anchors(eye); i++) {
        double apart2 = geo_anchor_apart2(&eye->anchors[i], spot);
        if (apart2 < least2) {
            least2 = apart2;
            eye->anchor = i;
        }
    }
    double radius_m =
        step_m((double)box->east_e7 - box->west_e7, (double)box->north_e7 - box->south_e7) / 2;
    if (sqrt(least2) * radius_a_m > anchor_near_m && radius_m <= anchor_radius_m)
        add_anchor(eye, middle);
}

void geo_eye_all_boxes_m(struct geo_eye *eye, const struct geo_rect *boxes, size_t n,
                         double out_m[GEO_BOUNDS_BATCH])
{
    double unit2[GEO_BOUNDS_BATCH], anchored2[GEO_ANCHOR_BATCH] = {0};
    double most_m = 0;
    geo_eye_boxes_m(eye, boxes, n, out_m);
    for (size_t i = 0; i < n; i++)
        most_m = geo_most(most_m, out_m[i]);
    if (most_m < GEO_EDGES_REACH_M)
        return;
    if (!eye->has_view)
        eye->view = geo_view_make(eye->point);
    eye->has_view = true;
    geo_bounds_nearest(&eye->view, boxes, n, unit2);
    if (eye->n_anchors > 0)
        geo_anchor_boxes(&eye->anchors[eye->anchor], boxes, n, anchored2);
    for (size_t i = 0; i < n; i++)
        if (out_m[i] == GEO_EDGES_REACH_M)
            out_m[i] = geo_most(out_m[i], geo_bounds_unit_m(geo_most(unit2[i], anchored2[i])));
}

static double box_m(struct geo_eye *eye, struct geo_rect box)
{
    double lower_m[GEO_BOUNDS_BATCH];
    geo_eye_boxes_m(eye, &box, 1, lower_m);
    if (lower_m[0] < GEO_EDGES_REACH_M)
        return lower_m[0];
    geo_eye_drop_anchor(eye, &box);
    geo_eye_all_boxes_m(eye, &box, 1, lower_m);
    return lower_m[0];
}

void geo_eye_far_path_m(struct geo_eye *eye, const struct geo_coord *vertices, size_t n,
                        double out_m[GEO_EDGES_BATCH])
{
    double anchored2[GEO_ANCHOR_BATCH] = {0};
    geo_eye_path_m(eye, vertices, n, out_m);
    if (eye->n_anchors > 0)
        geo_anchor_path(&eye->anchors[eye->anchor], vertices, n, anchored2);
    for (size_t i = 0; i < n; i++) {
        if (out_m[i] == GEO_EDGES_LONG_M)
            out_m[i] = box_m(eye, rect_of_edge(vertices[i], vertices[i + 1]));
        else if (out_m[i] == GEO_EDGES_REACH_M)
            out_m[i] = geo_most(out_m[i], geo_bounds_unit_m(anchored2[i]));
    }
}

/* ------------------------------------------------------------------ measured */

/* A piece of an edge: from lon_e7, lat_e7 by dlon, dlat. */
struct piece {
    double lon_e7, lat_e7, dlon, dlat;
};

static struct piece piece_of_edge(struct geo_coord a, struct geo_coord b)
{
    return (struct piece){a.lon_e7, a.lat_e7, (double)b.lon_e7 - a.lon_e7,
                          (double)b.lat_e7 - a.lat_e7};
}

static double foot_m(struct geo_eye *eye, const struct piece *piece, double t)
{
    double lon_e7 = piece->lon_e7 + t * piece->dlon, lat_e7 = piece->lat_e7 + t * piece->dlat;
    unsigned n_known = eye->n_feet < GEO_EDGES_FEET ? eye->n_feet : GEO_EDGES_FEET;
    for (unsigned i = 0; i < n_known; i++)
        if (eye->feet[i].lon_e7 == lon_e7 && eye->feet[i].lat_e7 == lat_e7)
            return eye->feet[i].distance_m;
    struct geo_point foot = {.lon_deg = lon_e7 / 1e7, .lat_deg = lat_e7 / 1e7};
    double distance_m = geo_ellipsoid_geodesic_m(eye->ellipsoid, eye->point, foot);
    eye->feet[eye->n_feet++ % GEO_EDGES_FEET] = (struct geo_foot){lon_e7, lat_e7, distance_m};
    return distance_m;
}

static double clamp_to_piece(double t)
{
    return t < 0 ? 0 : t > 1 ? 1 : t;
}

/* The foot point on the map around the eye, by Gauss and Newton's method: on so small a map the
 * piece is all but straight, and the second step is all but the last. */
static double foot_on_map(const struct geo_eye *eye, const struct piece *piece, double *out_m)
{
    enum { STEPS = 4 };
    double west = piece->lon_e7 - eye->from.lon_e7;
    west -= west > 1.8e9 ? 3.6e9 : west < -1.8e9 ? -3.6e9 : 0;
    double south = piece->lat_e7 - eye->from.lat_e7, t = 0, x = 0, y = 0;
    for (int step = 0;; step++) {
        double dlon = west + t * piece->dlon, dlat = south + t * piece->dlat;
        x = dlon * (eye->x_m + eye->x_slope * dlat);
        y = dlat * (eye->y_m + eye->y_slope * dlat);
        double dx =
            piece->dlon * (eye->x_m + eye->x_slope * dlat) + dlon * eye->x_slope * piece->dlat;
        double dy = piece->dlat * (eye->y_m + 2 * eye->y_slope * dlat);
        double len2 = dx * dx + dy * dy;
        if (step == STEPS || len2 == 0)
            break;
        t = clamp_to_piece(t - (x * dx + y * dy) / len2);
    }
    *out_m = sqrt(x * x + y * y);
    return t;
}

/* Where a parabola through the squared distances at three places of the piece is least: they are
 * one but for the earth's curvature. Lowers *best_m to the least distance measured. */
static double parabola_foot(struct geo_eye *eye, const struct piece *piece, double middle,
                            double half, double *best_m)
{
    double before_m = foot_m(eye, piece, middle - half), at_m = foot_m(eye, piece, middle);
    double behind_m = foot_m(eye, piece, middle + half);
    double rise = (behind_m - before_m) * (behind_m + before_m);
    double bend = (behind_m - at_m) * (behind_m + at_m) + (before_m - at_m) * (before_m + at_m);
    *best_m = fmin(*best_m, fmin(at_m, fmin(before_m, behind_m)));
    return bend > 0 ? clamp_to_piece(middle - half * rise / (2 * bend)) : middle;
}

/*
 * Again and again closer to the foot, where what is not a parabola weighs less: a stretch of s
 * metres on either side leaves an error of some distance * (s / earth's radius)^4.
 */
static double far_piece_m(struct geo_eye *eye, const struct piece *piece)
{
    enum { LAST_M = 2000 };
    double best_m = INFINITY, foot = 0.5, half = 0.5, length_m = step_m(piece->dlon, piece->dlat);
    for (bool is_last = false; !is_last; half /= 8) {
        double middle = foot < half ? half : foot > 1 - half ? 1 - half : foot;
        foot = parabola_foot(eye, piece, middle, half, &best_m);
        is_last = half * length_m <= LAST_M;
    }
    return fmin(best_m, foot_m(eye, piece, foot));
}

/* The distance to one end of a piece, where it is surely the nearest place; otherwise NAN. */
static double end_m(struct geo_eye *eye, struct geo_coord end, struct geo_coord other)
{
    const struct geo_anchor *anchor = NULL;
    for (unsigned i = 0; i < count_anchors(eye) && !anchor; i++)
        if (eye->anchors[i].at.lon_e7 == end.lon_e7 && eye->anchors[i].at.lat_e7 == end.lat_e7)
            anchor = &eye->anchors[i];
    if (!anchor)
        anchor = add_anchor(eye, end);
    return geo_anchor_is_foot(anchor, other) ? anchor->distance_m : NAN;
}

/* Far away an edge runs towards the eye or away from it, but for few: then one distance tells. The
 * ends of a part of a long edge may lie between coordinates. */
static double far_edge_m(struct geo_eye *eye, const struct piece *piece)
{
    double lon_e7 = piece->lon_e7 + piece->dlon, lat_e7 = piece->lat_e7 + piece->dlat;
    struct geo_coord a = {(int32_t)piece->lon_e7, (int32_t)piece->lat_e7};
    struct geo_coord b = {(int32_t)lon_e7, (int32_t)lat_e7};
    double distance_m = NAN;
    bool is_whole = a.lon_e7 == piece->lon_e7 && a.lat_e7 == piece->lat_e7 && b.lon_e7 == lon_e7 &&
                    b.lat_e7 == lat_e7;
    if (is_whole && eye->n_anchors > 0) {
        const struct geo_anchor *anchor = &eye->anchors[eye->anchor];
        bool by_a =
            geo_anchor_unit2(anchor, geo_spot_of(a)) < geo_anchor_unit2(anchor, geo_spot_of(b));
        distance_m = by_a ? end_m(eye, a, b) : end_m(eye, b, a);
    }
    return isnan(distance_m) ? far_piece_m(eye, piece) : distance_m;
}

static double short_piece_m(struct geo_eye *eye, const struct piece *piece, double limit_m)
{
    double map_m;
    double foot = foot_on_map(eye, piece, &map_m);
    if (map_m > GEO_EDGES_REACH_M || fabs(eye->point.lat_deg) > GEO_ARC_MAX_LAT_DEG)
        return far_edge_m(eye, piece);
    bool beyond = map_m * (1 - map_error) > limit_m;
    return beyond ? map_m
                  : geo_arc_m(&eye->end, piece->lon_e7 + foot * piece->dlon,
                              piece->lat_e7 + foot * piece->dlat);
}

static double piece_lower_m(struct geo_eye *eye, const struct piece *piece)
{
    double lon = piece->lon_e7 + piece->dlon, lat = piece->lat_e7 + piece->dlat;
    struct geo_rect box = {.west_e7 = (int32_t)floor(fmin(piece->lon_e7, lon)),
                           .south_e7 = (int32_t)floor(fmin(piece->lat_e7, lat)),
                           .east_e7 = (int32_t)ceil(fmax(piece->lon_e7, lon)),
                           .north_e7 = (int32_t)ceil(fmax(piece->lat_e7, lat))};
    return box_m(eye, box);
}

/* Halves a long piece; the nearer half first, so that the other is often beyond the limit. At most
 * eleven calls deep: 360 degrees come down to a quarter. */
static double piece_m(struct geo_eye *eye, const struct piece *piece, double limit_m)
{
    if (fabs(piece->dlon) <= piece_e7 && fabs(piece->dlat) <= piece_e7)
        return short_piece_m(eye, piece, limit_m);
    double dlon = piece->dlon / 2, dlat = piece->dlat / 2;
    struct piece halves[2] = {{piece->lon_e7, piece->lat_e7, dlon, dlat},
                              {piece->lon_e7 + dlon, piece->lat_e7 + dlat, dlon, dlat}};
    double lower_m[2] = {piece_lower_m(eye, &halves[0]), piece_lower_m(eye, &halves[1])};
    int first = lower_m[1] < lower_m[0];
    double best_m = INFINITY;
    for (int i = 0; i < 2; i++) {
        int half = i == 0 ? first : !first;
        double cut_m = fmin(limit_m, best_m);
        best_m = fmin(best_m,
                      lower_m[half] > cut_m ? lower_m[half] : piece_m(eye, &halves[half], cut_m));
    }
    return best_m;
}

double geo_eye_edge_m(struct geo_eye *eye, struct geo_coord a, struct geo_coord b, double limit_m)
{
    if (b.lon_e7 < a.lon_e7 || (b.lon_e7 == a.lon_e7 && b.lat_e7 < a.lat_e7)) {
        struct geo_coord was = a;
        a = b;
        b = was;
    }
    struct piece piece = piece_of_edge(a, b);
    return piece_m(eye, &piece, limit_m);
}
