#include <string.h>

#include "geo/json.h"
#include "server/program_handlers.h"
#include "server/response.h"
#include "server/state.h"

bool handle_livez(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)request;
    (void)err;
    aro_buffer_text(response_buffer(response), "{\"status\":\"alive\"}\n");
    return true;
}

bool handle_readyz(const struct request *request, struct response *response, struct aro_error *err)
{
    if (atomic_load(&request->server->draining))
        return aro_error_set(err, ARO_BUSY, "the server is stopping");
    if (!request->snapshot)
        return aro_error_set(err, ARO_BUSY, "the data is being loaded: try again in a moment");
    aro_buffer_text(response_buffer(response), "{\"status\":\"ready\"}\n");
    return true;
}

bool handle_metrics(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    const struct server *server = request->server;
    struct metrics_now now = {
        .snapshot = request->snapshot,
        .snapshots = snapshot_holder_held(server->holder),
        .in_flight = server->listener ? listener_in_flight(server->listener) : 0,
        .tiles = tile_cache_counts(server->tile_cache),
    };
    metrics_write(server->metrics, &now, response_buffer(response));
    return true;
}

bool handle_about(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    const struct snapshot *snapshot = request->snapshot;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"name\":\"arobase\",\"version\":");
    aro_json_text(out, ARO_VERSION);
    aro_buffer_text(out, ",\"data\":");
    if (!snapshot) {
        aro_buffer_text(out, "null}\n");
        return true;
    }
    aro_buffer_text(out, "{\"store_id\":");
    aro_json_text(out, snapshot->state.store_id);
    aro_buffer_text(out, ",\"seq\":");
    aro_json_integer(out, snapshot->state.seq);
    aro_buffer_text(out, ",\"version\":");
    aro_json_text(out, snapshot->version);
    aro_buffer_text(out, ",\"millesime\":");
    aro_json_text(out, *snapshot->state.millesime ? snapshot->state.millesime : NULL);
    aro_buffer_text(out, "}}\n");
    return true;
}

bool handle_asset(const struct request *request, struct response *response, struct aro_error *err)
{
    const char *path = request->path_values[0];
    size_t len = strlen(path);
    bool is_template =
        strncmp(path, "pages/", 6) == 0 && len > 5 && strcmp(path + len - 5, ".html") == 0;
    const struct asset *asset = is_template ? NULL : asset_find(path);
    if (!asset)
        return aro_error_set(err, ARO_NOT_FOUND, "no file '%.200s' in /assets/", path);
    response_set_asset(response, asset);
    return true;
}
