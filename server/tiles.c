/*
 * Tiles by their addresses: from the cache, or rendered, compressed and kept.
 */
#include <string.h>

#include "geo/hash.h"
#include "server/collections.h"
#include "server/handlers.h"
#include "server/state.h"
#include "server/tilesets.h"

/* Below this a gzip body saves less than a packet. */
enum { GZIP_MIN_BYTES = 1024 };

/* One answer in the making. */
struct tile_answer {
    const struct request *request;
    unsigned sets; /* enum tile_set bits */
    struct geo_tile tile;
    bool every_point;      /* cluster=none */
    struct aro_buffer key; /* of the cache */
    struct tile_info info;
};

/* ---- What is asked ---- */

static bool read_cluster(const struct request *request, bool *out_every_point,
                         struct aro_error *err)
{
    const char *text = request_param(request, PARAM_CLUSTER);
    *out_every_point = text && strcmp(text, "none") == 0;
    if (!text || *out_every_point || strcmp(text, "distance") == 0)
        return true;
    return aro_error_set_for(err, "cluster", ARO_BAD_INPUT,
                             "cluster '%.40s' is not known here: wanted distance or none", text);
}

/* Everything that the bytes follow from, but for the program and its settings. */
static void write_key(struct tile_answer *answer)
{
    const struct request *request = answer->request;
    aro_buffer_text(&answer->key, request->snapshot->version);
    aro_buffer_printf(&answer->key, "%x/%u/%u/%u%c", answer->sets, (unsigned)answer->tile.zoom,
                      (unsigned)answer->tile.x, (unsigned)answer->tile.y,
                      request->accepts_gzip ? 'z' : '?');
    aro_buffer_text(&answer->key, request->query);
}

/* ---- The tile ---- */

static bool render(struct tile_answer *answer, struct aro_buffer *out, struct aro_error *err)
{
    const struct request *request = answer->request;
    const struct settings *settings = request->settings;
    struct tile_pool *pool = request->server->tile_pool;
    struct query *query = query_new(request, &collections[COLLECTION_INITIATIVES], err);
    struct tile_scratch *scratch = query ? tile_pool_take(pool, err) : NULL;
    struct tile_request tile = {
        .sets = answer->sets,
        .tile = answer->tile,
        .query = query && !query_is_all(query) ? query : NULL,
        .points_zoom = answer->every_point ? 0 : (uint8_t)settings->tile_points_zoom,
        .cell_px = (uint32_t)settings->cluster_cell_px,
        .budget = (size_t)settings->tile_budget,
    };
    bool ok = scratch && tile_render(request->snapshot, &tile, scratch, out, err);
    if (scratch)
        tile_pool_put(pool, scratch);
    query_free(query);
    return ok && aro_buffer_ok(out, err);
}

/* Replaces the bytes by their gzip form. */
static bool compress(const struct tile_answer *answer, struct aro_buffer *bytes,
                     struct aro_error *err)
{
    struct aro_buffer packed = {0};
    struct body_piece piece = {.bytes = bytes->data, .len = bytes->len};
    aro_buffer_reserve(&packed, bytes->len / 2 + 1024);
    if (!gzip_pieces(answer->request->server->gzip, &piece, 1, &packed, err)) {
        aro_buffer_clear(&packed);
        return false;
    }
    aro_buffer_clear(bytes);
    *bytes = packed;
    return true;
}

static bool make(struct tile_answer *answer, struct aro_buffer *out, struct aro_error *err)
{
    if (!render(answer, out, err))
        return false;
    answer->info.tag = geo_hash(out->data, out->len);
    answer->info.gzipped = answer->request->accepts_gzip && out->len >= GZIP_MIN_BYTES;
    if (answer->info.gzipped && !compress(answer, out, err))
        return false;
    tile_cache_keep(answer->request->server->tile_cache, answer->key.data, answer->key.len,
                    out->data, out->len, &answer->info);
    return true;
}

static bool find_or_make(struct tile_answer *answer, struct aro_buffer *out, struct aro_error *err)
{
    write_key(answer);
    return aro_buffer_ok(&answer->key, err) &&
           (tile_cache_find(answer->request->server->tile_cache, answer->key.data, answer->key.len,
                            out, &answer->info) ||
            make(answer, out, err)) &&
           aro_buffer_ok(out, err);
}

static bool answer_tile(struct tile_answer *answer, struct response *response,
                        struct aro_error *err)
{
    struct aro_buffer *out = response_buffer(response);
    bool ok =
        read_cluster(answer->request, &answer->every_point, err) && find_or_make(answer, out, err);
    aro_buffer_clear(&answer->key);
    if (!ok)
        return false;
    response_set_tag(response, answer->info.tag);
    if (answer->info.gzipped)
        response_set_gzipped(response);
    if (out->len == 0)
        response_set_status(response, (unsigned)answer->request->settings->tile_empty_status);
    return true;
}

/* @param info  NULL: all sets */
static bool answer_address(const struct request *request, const struct tileset_info *info,
                           const char *zoom, const char *x, const char *y,
                           struct response *response, struct aro_error *err)
{
    struct tile_answer answer = {.request = request};
    if (!geo_tile_parse(zoom, x, y, &answer.tile, err))
        return false;
    answer.sets = info ? info->set : tileset_all(answer.tile.zoom);
    return answer_tile(&answer, response, err);
}

bool handle_tile(const struct request *request, struct response *response, struct aro_error *err)
{
    const char *const *values = request->path_values;
    const struct tileset_info *info = tileset_find(values[0], err);
    return info && answer_address(request, info, values[1], values[2], values[3], response, err);
}

bool handle_tile_of_all(const struct request *request, struct response *response,
                        struct aro_error *err)
{
    const char *const *values = request->path_values;
    return answer_address(request, NULL, values[0], values[1], values[2], response, err);
}

bool handle_ogc_tile(const struct request *request, struct response *response,
                     struct aro_error *err)
{
    const char *const *values = request->path_values;
    const struct tileset_info *info = tileset_find(values[0], err);
    return info && answer_address(request, info, values[1], values[3], values[2], response, err);
}

bool handle_ogc_tile_of_all(const struct request *request, struct response *response,
                            struct aro_error *err)
{
    const char *const *values = request->path_values;
    return answer_address(request, NULL, values[0], values[2], values[1], response, err);
}
