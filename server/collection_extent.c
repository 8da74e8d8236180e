/*
 * Where and when the features of a collection are (OGC 17-069r4, section 7.14.2): the first box is
 * around all of them, the others around those of each part of the country, since a box around
 * France and its overseas territories is most of the world. The first one crosses the antimeridian
 * only where that makes a box of it: QGIS takes west above east for swapped, and one of 251 degrees
 * from Nouvelle-Calédonie to La Réunion then lies where France is not.
 */
#include "geo/bbox.h"
#include "geo/instant.h"
#include "geo/json.h"
#include "server/collections.h"

/* Boxes that hold a part of the country, islands and all, and nothing of another one. */
static const struct geo_bbox parts[] = {
    {-5.6, 41.2, 9.9, 51.3},        /* metropolitan France */
    {-61.9, 15.7, -60.9, 16.7},     /* Guadeloupe */
    {-61.4, 14.3, -60.7, 15.0},     /* Martinique */
    {-54.7, 2.0, -51.4, 6.0},       /* Guyane */
    {55.1, -21.5, 55.95, -20.8},    /* La Réunion */
    {44.9, -13.1, 45.4, -12.5},     /* Mayotte */
    {-56.6, 46.6, -56.0, 47.2},     /* Saint-Pierre-et-Miquelon */
    {-62.98, 17.8, -62.7, 18.0},    /* Saint-Barthélemy */
    {-63.2, 18.0, -62.98, 18.2},    /* Saint-Martin */
    {-178.4, -14.5, -176.0, -13.1}, /* Wallis-et-Futuna */
    {-155.0, -28.0, -134.0, -7.5},  /* Polynésie française */
    {158.0, -23.0, 172.6, -17.5},   /* Nouvelle-Calédonie */
    {-109.4, 10.2, -109.1, 10.4},   /* Clipperton */
};

enum { MAX_ACROSS_DEG = 180 };

static void write_box(struct aro_buffer *out, const struct geo_bbox *box)
{
    const double sides[] = {box->west_deg, box->south_deg, box->east_deg, box->north_deg};
    for (int i = 0; i < 4; i++) {
        aro_buffer_char(out, i ? ',' : '[');
        aro_json_number(out, sides[i], 7);
    }
    aro_buffer_char(out, ']');
}

/* Around the points of a part, where it has some. */
static void write_part(const struct point_set *points, const struct geo_bbox *part,
                       struct geo_runs *runs, struct aro_buffer *out)
{
    if (!geo_index_search(points->index, part, runs, NULL)) {
        out->failed = true;
        return;
    }
    struct geo_rect rect = GEO_RECT_NONE;
    for (size_t i = 0; i < runs->n; i++)
        for (uint32_t at = runs->items[i].first; at < runs->items[i].end; at++)
            geo_rect_add(&rect, points->coords[at]);
    if (runs->n == 0)
        return;
    aro_buffer_char(out, ',');
    write_box(out, &(struct geo_bbox){rect.west_e7 / 1e7, rect.south_e7 / 1e7, rect.east_e7 / 1e7,
                                      rect.north_e7 / 1e7});
}

/* To a box of the same points on this side of the antimeridian. */
static void widen(const struct point_set *points, struct geo_bbox *box)
{
    box->west_deg = 180;
    box->east_deg = -180;
    for (size_t i = 0; i < points->n_placed; i++) {
        double lon_deg = points->coords[i].lon_e7 / 1e7;
        box->west_deg = lon_deg < box->west_deg ? lon_deg : box->west_deg;
        box->east_deg = lon_deg > box->east_deg ? lon_deg : box->east_deg;
    }
}

static void write_spatial(const struct point_set *points, struct aro_buffer *out)
{
    struct geo_bbox box = {-180, -90, 180, 90}; /* where nothing is known of it */
    struct geo_runs runs = {0};
    geo_bbox_around(points->coords, points->n_placed, &box);
    if (box.west_deg > box.east_deg && box.east_deg + 360 - box.west_deg > MAX_ACROSS_DEG)
        widen(points, &box);
    aro_buffer_text(out, "\"spatial\":{\"bbox\":[");
    write_box(out, &box);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        write_part(points, &parts[i], &runs, out);
    aro_buffer_text(out, "],\"crs\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"}");
    geo_runs_clear(&runs);
}

static void write_interval(int32_t first, int32_t last, struct aro_buffer *out)
{
    char from[GEO_DAY_TEXT_BYTES], to[GEO_DAY_TEXT_BYTES];
    geo_day_text(first, from);
    geo_day_text(last, to);
    aro_buffer_printf(out,
                      ",\"temporal\":{\"interval\":[[\"%sT00:00:00Z\",\"%sT23:59:59Z\"]],"
                      "\"trs\":\"http://www.opengis.net/def/uom/ISO-8601/0/Gregorian\"}",
                      from, to);
}

static void write_days(const struct snapshot *snapshot, struct aro_buffer *out)
{
    const int32_t *days = snapshot->initiative.days;
    size_t n = snapshot->initiatives.n;
    if (n == 0)
        return;
    int32_t first = days[0], last = days[0];
    for (size_t i = 1; i < n; i++) {
        first = days[i] < first ? days[i] : first;
        last = days[i] > last ? days[i] : last;
    }
    write_interval(first, last, out);
}

/* Labels are of whole years. */
static void write_years(const struct snapshot *snapshot, struct aro_buffer *out)
{
    const uint16_t *years = snapshot->label.annees;
    size_t n = snapshot->labels.n;
    if (n == 0)
        return;
    int first = years[0], last = years[0];
    for (size_t i = 1; i < n; i++) {
        first = years[i] < first ? years[i] : first;
        last = years[i] > last ? years[i] : last;
    }
    write_interval(geo_day_of_date(first, 1, 1), geo_day_of_date(last, 12, 31), out);
}

void collection_write_extent(const struct collection *collection, const struct snapshot *snapshot,
                             struct aro_buffer *out)
{
    aro_buffer_text(out, ",\"extent\":{");
    write_spatial(collection_points(collection, snapshot), out);
    if (collection == &collections[COLLECTION_INITIATIVES])
        write_days(snapshot, out);
    if (collection == &collections[COLLECTION_LABELS])
        write_years(snapshot, out);
    aro_buffer_char(out, '}');
}
