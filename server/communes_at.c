#include <math.h>
#include <string.h>

#include "geo/json.h"
#include "server/answer.h"
#include "server/communes_inside.h"
#include "server/crs.h"
#include "server/handlers.h"

enum { N_NEAREST = 3, MAX_NEIGHBOURS = 32 };

/* As far off as a telephone's position may be: which communes it may mean. */
static const double neighbour_m = 50;

/* ---- With contours ---- */

/* What is known of a place. Hits are shapes, and what is written of them communes. */
struct located {
    const struct snapshot_contours *contours;
    struct geo_coord coord;
    uint32_t holding; /* the shape, or GEO_LOCATE_NONE at sea and abroad */
    double border_m;  /* INFINITY there, which is written as null */
    struct geo_hits nearest, neighbours;
};

static void located_clear(struct located *located)
{
    geo_hits_clear(&located->nearest);
    geo_hits_clear(&located->neighbours);
}

static void drop_holding(struct located *located)
{
    struct geo_hits *hits = &located->neighbours;
    size_t n = 0;
    for (size_t i = 0; i < hits->n; i++)
        if (hits->items[i].position != located->holding)
            hits->items[n++] = hits->items[i];
    hits->n = n;
}

/* Far from every border, which most places are, the nearest ones tell that there is no neighbour.
 */
static bool has_neighbours(const struct located *located)
{
    const struct geo_hits *nearest = &located->nearest;
    size_t first = located->holding != GEO_LOCATE_NONE;
    return nearest->n > first && nearest->items[first].distance_m <= neighbour_m;
}

static bool locate(struct located *located, struct aro_error *err)
{
    const struct geo_locator *locator = located->contours->locator;
    if (!geo_locator_look(locator, located->coord, N_NEAREST, &located->holding, &located->border_m,
                          &located->nearest, err))
        return false;
    if (has_neighbours(located) && !geo_locator_nearest(locator, located->coord, MAX_NEIGHBOURS,
                                                        neighbour_m, &located->neighbours, err))
        return false;
    drop_holding(located);
    return true;
}

static void write_shapes(const struct request *request, const struct located *located,
                         const struct geo_hits *hits, struct aro_buffer *out)
{
    bool is_first = true;
    for (size_t i = 0; i < hits->n; i++) {
        struct geo_hit hit = hits->items[i];
        hit.position = located->contours->communes[hit.position];
        answer_hit(out, &request->snapshot->communes.full, &hit, &is_first);
    }
}

static void write_holding(const struct request *request, const struct located *located,
                          struct aro_buffer *out)
{
    if (located->holding == GEO_LOCATE_NONE) {
        aro_buffer_text(out, "null");
        return;
    }
    const struct text_block *texts = &request->snapshot->communes.full;
    uint32_t commune = located->contours->communes[located->holding];
    struct text_slice slice = text_block_at(texts, commune);
    aro_buffer_append(out, slice.text + 1, slice.len - 1); /* without the separating comma */
}

/* The year of the contour that the answer rests on. */
static const char *millesime_of(const struct located *located)
{
    uint32_t shape = located->holding;
    if (shape == GEO_LOCATE_NONE && located->nearest.n > 0)
        shape = located->nearest.items[0].position;
    const char *year = shape == GEO_LOCATE_NONE ? "" : located->contours->millesimes[shape];
    return *year ? year : NULL;
}

static bool answer_from_contours(const struct request *request, struct geo_point point,
                                 struct aro_buffer *out, struct aro_error *err)
{
    struct located located = {.contours = &request->snapshot->contours};
    bool ok = geo_coord_from_point(point, &located.coord, err) && locate(&located, err);
    if (ok) {
        aro_buffer_text(out, "{\"containing\":");
        write_holding(request, &located, out);
        aro_buffer_text(out, ",\"nearest\":[");
        write_shapes(request, &located, &located.nearest, out);
        aro_buffer_text(out, "],\"border_m\":");
        aro_json_number(out, located.border_m, 1);
        aro_buffer_text(out, ",\"neighbours\":[");
        write_shapes(request, &located, &located.neighbours, out);
        aro_buffer_text(out, "],\"measured_to\":\"contour\",\"millesime\":");
        aro_json_text(out, millesime_of(&located));
        aro_buffer_char(out, ',');
    }
    located_clear(&located);
    return ok;
}

/* ---- Without ---- */

/* A centre only tells which commune is near. */
static bool answer_from_centres(const struct request *request, struct geo_point point,
                                struct aro_buffer *out, struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    struct geo_hits hits = {0};
    bool ok =
        geo_nearest(snapshot->communes.index, point, INFINITY, N_NEAREST, NULL, NULL, &hits, err);
    if (ok) {
        aro_buffer_text(out, "{\"containing\":null,\"nearest\":[");
        communes_write_hits(request, &hits, out);
        aro_buffer_text(out, "],\"border_m\":null,\"neighbours\":[],\"measured_to\":\"centre\","
                             "\"millesime\":");
        aro_json_text(out, snapshot->state.millesime[0] ? snapshot->state.millesime : NULL);
        aro_buffer_text(out, ",\"note\":\"No contours are loaded: the nearest communes are told by "
                             "the distance to their centre, and none is said to hold the "
                             "point.\",");
    }
    geo_hits_clear(&hits);
    return ok;
}

bool handle_communes_at(const struct request *request, struct response *response,
                        struct aro_error *err)
{
    struct geo_point point;
    struct aro_buffer *out = response_buffer(response);
    if (!communes_read_point(request, &point, err))
        return false;
    bool has_contours = request->snapshot->contours.n > 0;
    if (!(has_contours ? answer_from_contours(request, point, out, err)
                       : answer_from_centres(request, point, out, err)))
        return false;
    answer_self_link(request, ANSWER_TYPE_JSON, out);
    aro_buffer_text(out, "]}");
    crs_add_header(response, &crs_systems[0]);
    return true;
}
