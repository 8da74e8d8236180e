/* Systems ready for use: transformations take long to make, so threads hand them on. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/state.h"

enum { KEPT_MAX = 64 }; /* of 0.7 MB each */

struct crs_pool {
    pthread_mutex_t lock; /* guards what follows */
    size_t n_kept;
    struct kept {
        const struct crs *crs;
        struct geo_transform *transform;
    } kept[KEPT_MAX];
};

struct crs_pool *crs_pool_new(struct aro_error *err)
{
    struct crs_pool *pool = calloc(1, sizeof *pool);
    if (!pool) {
        aro_error_no_memory(err);
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

void crs_pool_free(struct crs_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->n_kept; i++)
        geo_transform_free(pool->kept[i].transform);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

/* NULL where none of the system lies there. */
static struct geo_transform *take(struct crs_pool *pool, const struct crs *crs)
{
    struct geo_transform *transform = NULL;
    pthread_mutex_lock(&pool->lock);
    for (size_t i = pool->n_kept; i-- > 0 && !transform;)
        if (pool->kept[i].crs == crs) {
            transform = pool->kept[i].transform;
            pool->kept[i] = pool->kept[--pool->n_kept];
        }
    pthread_mutex_unlock(&pool->lock);
    return transform;
}

static void put(struct crs_pool *pool, const struct crs *crs, struct geo_transform *transform)
{
    pthread_mutex_lock(&pool->lock);
    if (pool->n_kept < KEPT_MAX) {
        pool->kept[pool->n_kept++] = (struct kept){crs, transform};
        transform = NULL;
    }
    pthread_mutex_unlock(&pool->lock);
    geo_transform_free(transform);
}

bool crs_view_open(const struct request *request, const struct crs *crs, struct crs_view *out_view,
                   struct aro_error *err)
{
    struct crs_view view = {.crs = crs, .pool = request->server ? request->server->crs_pool : NULL};
    if (!crs->is_stored) {
        view.transform = view.pool ? take(view.pool, crs) : NULL;
        if (!view.transform)
            view.transform = geo_transform_new(crs->uri, err);
        if (!view.transform)
            return false;
    }
    *out_view = view;
    return true;
}

bool crs_view_of_request(const struct request *request, struct crs_view *out_view,
                         struct aro_error *err)
{
    const struct crs *crs;
    return crs_param(request, PARAM_CRS, &crs, err) && crs_view_open(request, crs, out_view, err);
}

void crs_view_close(struct crs_view *view)
{
    if (view->transform && view->pool)
        put(view->pool, view->crs, view->transform);
    else
        geo_transform_free(view->transform);
    *view = (struct crs_view){0};
}

/* ---- Positions ---- */

static void transform(const struct crs_view *view, struct geo_xy *positions, size_t n)
{
    static const double per_metre = 1000;
    if (!view->transform)
        return;
    geo_transform_positions(view->transform, GEO_FROM_WGS84, positions, n);
    for (size_t i = 0; i < n; i++)
        positions[i] = (struct geo_xy){nearbyint(positions[i].x * per_metre) / per_metre,
                                       nearbyint(positions[i].y * per_metre) / per_metre};
}

void crs_view_positions(const struct crs_view *view, const struct geo_coord *coords, size_t n,
                        struct geo_xy *out_positions)
{
    for (size_t i = 0; i < n; i++) {
        struct geo_point point = geo_coord_to_point(coords[i]);
        out_positions[i] = (struct geo_xy){point.lon_deg, point.lat_deg};
    }
    transform(view, out_positions, n);
}

/* Reads "2.35,48.85]" at `at`; returns what stands behind the latitude. NULL: that it is not. */
static const char *read_position(const char *at, const char *end, struct geo_xy *out_position)
{
    const char *comma = memchr(at, ',', (size_t)(end - at));
    const char *bracket = memchr(at, ']', (size_t)(end - at));
    if (!comma || !bracket || comma > bracket ||
        !geo_number_parse(at, (size_t)(comma - at), &out_position->x, NULL) ||
        !geo_number_parse(comma + 1, (size_t)(bracket - comma - 1), &out_position->y, NULL))
        return NULL;
    return bracket;
}

/* False where a position is none. */
static bool write_anew(const struct crs_view *view, const char *at, const char *end,
                       struct aro_buffer *out)
{
    while (at < end) {
        struct geo_xy position;
        const char *behind = NULL;
        if (*at == '[')
            behind = read_position(at + 1, end, &position);
        if (!behind) {
            aro_buffer_char(out, *at++);
            continue;
        }
        transform(view, &position, 1);
        if (isnan(position.x))
            return false;
        crs_write_position(view->crs, position, out);
        at = behind + 1;
    }
    return true;
}

void crs_view_rewrite(const struct crs_view *view, size_t from, struct aro_buffer *buffer)
{
    struct aro_buffer text = {0};
    if (buffer->failed)
        return;
    aro_buffer_append(&text, buffer->data + from, buffer->len - from);
    buffer->failed |= text.failed;
    buffer->len = from;
    if (!text.failed && !write_anew(view, text.data, text.data + text.len, buffer)) {
        buffer->len = from;
        aro_buffer_text(buffer, "null");
    }
    aro_buffer_clear(&text);
}
