/*
 * bbox= and bbox-crs=. The image of another system's box is no box of longitudes and latitudes: one
 * around it is searched, and of what that gives the positions in the system are compared.
 */
#include <string.h>

#include "server/crs.h"
#include "server/query_inside.h"

/* In the system, edges included. */
struct corners {
    struct geo_xy low, high;
};

static bool is_inside(const struct corners *box, struct geo_xy at)
{
    return at.x >= box->low.x && at.x <= box->high.x && at.y >= box->low.y && at.y <= box->high.y;
}

/* Adds those positions of the run that are inside. */
static bool add_inside(const struct crs_view *view, const struct corners *box,
                       const struct geo_coord *coords, struct geo_run run, struct geo_runs *out,
                       struct aro_error *err)
{
    enum { AT_ONCE = 256 };
    struct geo_xy positions[AT_ONCE];
    for (uint32_t first = run.first; first < run.end; first += AT_ONCE) {
        uint32_t n = run.end - first < AT_ONCE ? run.end - first : AT_ONCE;
        crs_view_positions(view, coords + first, n, positions);
        for (uint32_t i = 0; i < n; i++)
            if (is_inside(box, positions[i]) && !geo_runs_add(out, first + i, first + i + 1, err))
                return false;
    }
    return true;
}

static bool search(struct query *query, const struct crs_view *view, const struct corners *box,
                   struct aro_error *err)
{
    static const struct geo_bbox everywhere = {-180, -90, 180, 90};
    const struct point_set *points = query->points;
    struct geo_runs around = {0}, inside = {0};
    if (!geo_transform_bounds(view->transform, box->low, box->high, &query->bbox))
        query->bbox = everywhere;
    bool ok = geo_index_search(points->index, &query->bbox, &around, err);
    for (size_t i = 0; ok && i < around.n; i++)
        ok = add_inside(view, box, points->coords, around.items[i], &inside, err);
    ok = ok && query_within(query, &inside, err);
    geo_runs_clear(&around);
    geo_runs_clear(&inside);
    return ok;
}

static bool parse_in_system(const struct request *request, const struct crs *crs, const char *text,
                            struct query *query, struct aro_error *err)
{
    double low[2], high[2];
    struct crs_view view;
    if (!geo_bbox_parse_corners(text, strlen(text), low, high, err) ||
        !crs_view_open(request, crs, &view, err))
        return false;
    const struct corners box = {{low[0], low[1]}, {high[0], high[1]}};
    bool ok = search(query, &view, &box, err);
    crs_view_close(&view);
    return ok;
}

bool query_parse_bbox(const struct request *request, struct query *query, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_BBOX);
    const struct crs *crs;
    if (!crs_param(request, PARAM_BBOX_CRS, &crs, err))
        return false;
    if (!text)
        return !request_param(request, PARAM_BBOX_CRS) ||
               aro_error_set_for(err, "bbox-crs", ARO_BAD_INPUT,
                                 "bbox-crs says nothing without bbox=");
    query->has_bbox = true;
    if (!crs->is_stored)
        return parse_in_system(request, crs, text, query, err);
    return crs->is_latitude_first
               ? geo_bbox_parse_latitude_first(text, strlen(text), &query->bbox, err)
               : geo_bbox_parse(text, strlen(text), &query->bbox, err);
}
