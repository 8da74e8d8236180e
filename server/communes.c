#include <math.h>
#include <string.h>

#include "geo/json.h"
#include "server/answer.h"
#include "server/communes_inside.h"
#include "server/crs.h"
#include "server/handlers.h"
#include "server/query.h"

enum { NEAREST_DEFAULT = 1, NEAREST_MAX = 100 };

/* ---- The point ---- */

static bool read_degrees(const struct request *request, enum param param, double limit_deg,
                         double *out_deg, struct aro_error *err)
{
    const char *text = request_param(request, param), *name = param_infos[param].name;
    struct aro_error why = {0};
    if (!text)
        return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                 "%s is missing: wanted lon= and lat= in degrees", name);
    if (!geo_number_parse(text, strlen(text), out_deg, &why))
        return aro_error_set_for(err, name, why.status, "%s: %s", name, why.message);
    if (!(fabs(*out_deg) <= limit_deg))
        return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                 "%s '%.40s' is out of range: wanted -%g to %g degrees", name, text,
                                 limit_deg, limit_deg);
    return true;
}

bool communes_read_point(const struct request *request, struct geo_point *out_point,
                         struct aro_error *err)
{
    struct geo_point point;
    if (!read_degrees(request, PARAM_LON, 180, &point.lon_deg, err) ||
        !read_degrees(request, PARAM_LAT, 90, &point.lat_deg, err))
        return false;
    if (geo_point_looks_swapped(point))
        return aro_error_set_for(err, "lon", ARO_BAD_INPUT,
                                 "lon %g and lat %g look swapped: France lies at lon -5 to 10, "
                                 "lat 41 to 51",
                                 point.lon_deg, point.lat_deg);
    *out_point = point;
    return true;
}

static bool find_nearest(const struct request *request, size_t limit, struct geo_hits *out_hits,
                         struct aro_error *err)
{
    struct geo_point point;
    return communes_read_point(request, &point, err) &&
           geo_nearest(request->snapshot->communes.index, point, INFINITY, limit, NULL, NULL,
                       out_hits, err);
}

void communes_write_hits(const struct request *request, const struct geo_hits *hits,
                         struct aro_buffer *out)
{
    bool is_first = true;
    for (size_t i = 0; i < hits->n; i++)
        answer_hit(out, &request->snapshot->communes.full, &hits->items[i], &is_first);
}

/* ---- Answers ---- */

bool handle_communes_nearest(const struct request *request, struct response *response,
                             struct aro_error *err)
{
    struct geo_hits hits = {0};
    struct aro_buffer *out = response_buffer(response);
    size_t limit;
    bool ok = query_limit(request, NEAREST_DEFAULT, NEAREST_MAX, &limit, err) &&
              find_nearest(request, limit, &hits, err);
    if (ok) {
        aro_buffer_printf(out,
                          "{\"type\":\"FeatureCollection\",\"measured_to\":\"centre\","
                          "\"numberReturned\":%zu,\"features\":[",
                          hits.n);
        communes_write_hits(request, &hits, out);
        aro_buffer_text(out, "],");
        answer_self_link(request, ANSWER_TYPE_GEOJSON, out);
        aro_buffer_text(out, "]}");
        crs_add_header(response, &crs_systems[0]);
    }
    geo_hits_clear(&hits);
    return ok;
}
