#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/account.h"
#include "server/clock.h"
#include "server/forwarded.h"
#include "server/hash.h"
#include "server/headers.h"
#include "server/log.h"
#include "server/negotiate.h"
#include "server/page.h"
#include "server/params.h"
#include "server/problem.h"
#include "server/route.h"
#include "server/snapshot_edit.h"
#include "server/state.h"

/* Below this a gzip body saves less than a packet. */
enum { GZIP_MIN_BYTES = 1024, TAG_MAX = 48 };

/* One request on its way through. */
struct work {
    const struct site *site;
    const struct exchange *exchange;
    struct route_match match;
    struct params params;
    char *forwarded_url; /* owned; NULL: base_url is another's */
    struct request request;
    struct response *response;
    /* "" for an answer without. The same data deflated ahead makes other bytes. */
    char tag[TAG_MAX], gzip_tag[TAG_MAX], packed_tag[TAG_MAX];
    double started_s, handled_s, finished_s;
};

static bool is_method(const struct work *work, const char *method)
{
    return strcmp(work->exchange->method, method) == 0;
}

static void answer_options(struct work *work)
{
    work->response->status = 204;
    headers_add_options(work->response, work->match.route);
    headers_add_cors(work->response);
}

static bool find_format(struct work *work, struct aro_error *err)
{
    const struct route *route = work->match.route;
    const char *f = work->params.values[PARAM_F];
    if (f)
        return negotiate_f(f, route->formats, route->default_format, &work->request.format, err);
    work->request.format = negotiate_accept(route->formats, route->default_format,
                                            work->exchange->headers[HTTP_ACCEPT]);
    return true;
}

static bool find_language(struct work *work, struct aro_error *err)
{
    const char *lang = work->params.values[PARAM_LANG];
    if (lang)
        return negotiate_lang(lang, &work->request.language, err);
    work->request.language = negotiate_language(work->exchange->headers[HTTP_ACCEPT_LANGUAGE]);
    return true;
}

static const char *find_base_url(struct work *work)
{
    const struct server *server = work->site->server;
    if (server->settings->base_url)
        return server->settings->base_url;
    if (server->trusted_proxies.n > 0 && !work->forwarded_url)
        work->forwarded_url = forwarded_base_url(work->exchange, &server->trusted_proxies);
    return work->forwarded_url ? work->forwarded_url : work->exchange->local_url;
}

/* The path and the query of the target; an absolute one (RFC 9112, section 3.2.2) is accepted. */
static const char *split_target(const char *target, size_t *out_path_len, const char **out_query)
{
    if (strncmp(target, "http://", 7) == 0 || strncmp(target, "https://", 8) == 0) {
        target = strchr(target, ':') + 3;
        target += strcspn(target, "/?");
    }
    *out_path_len = strcspn(target, "?#");
    const char *query = target + *out_path_len;
    *out_query = *query == '?' ? query + 1 : "";
    return target;
}

/* A person in a browser, who has not asked for another form by f=. */
static bool wants_page(const struct work *work)
{
    const char *f = work->params.values[PARAM_F];
    return !work->exchange->upload && (!f || strcmp(f, "html") == 0) &&
           negotiate_accept(FORMAT_JSON | FORMAT_HTML, FORMAT_JSON,
                            work->exchange->headers[HTTP_ACCEPT]) == FORMAT_HTML;
}

/* As it stands in the address, so that the page finds its way up; owned by the caller. */
static char *sent_path(const struct work *work)
{
    size_t len;
    const char *query, *path = split_target(work->exchange->target, &len, &query);
    return *path == '/' ? strndup(path, len) : strdup("/");
}

/* The problem as a page, which needs nothing but what every page has. False where that fails. */
static bool write_problem_page(struct work *work, unsigned status, const char *detail,
                               const char *parameter)
{
    struct response *response = work->response;
    struct aro_error err = {0};
    char *path = sent_path(work);
    struct request request = {.server = work->site->server,
                              .settings = work->site->server->settings,
                              .base_url = find_base_url(work),
                              .path = path,
                              .params = work->params.values};
    if (!find_language(work, &err))
        work->request.language = LANGUAGE_FR;
    request.language = work->request.language;
    bool ok = path && page_problem(&request, status, detail, parameter, &response->buffer, &err);
    free(path);
    if (!ok) {
        response->buffer.len = 0;
        response->buffer.failed = false;
        return false;
    }
    response->content_type = format_content_type(FORMAT_HTML);
    response_add_header(response, "Content-Language", language_names[request.language]);
    response_add_header(response, "Vary", "Accept, Accept-Language");
    headers_add_page_security(response, request.settings, work->match.route);
    return true;
}

/* What went wrong becomes the answer, whatever was written before. */
static void answer_problem(struct work *work, unsigned status, const struct aro_error *err)
{
    struct response *response = work->response;
    bool ours = status == 500 || err->status == ARO_NO_MEMORY;
    const char *detail =
        status == 500 ? "something failed inside the server; its log says what" : err->message;
    if (ours)
        log_line(LOG_LEVEL_ERROR, "request failed", "route",
                 work->match.route ? work->match.route->pattern : "-", "reason", err->message,
                 NULL);
    response_reset(response);
    response->status = status;
    if (!wants_page(work) || !write_problem_page(work, status, detail, err->parameter)) {
        response->content_type = "application/problem+json";
        problem_write(&response->buffer, status, detail, err->parameter);
    }
    response_add_header(response, "Cache-Control", "no-store");
    response_add_header(response, "X-Content-Type-Options", "nosniff");
    if (status == 405)
        response_add_header(response, "Allow", headers_methods(work->match.route));
    if (status == 503)
        response_add_header(response, "Retry-After", "1");
    headers_add_cors(response);
}

/* A body of texts that were deflated ahead has other bytes where some of them stand beside: which,
 * follows from the state that was saved. */
static void write_packed_tag(struct work *work, size_t len)
{
    const struct snapshot *snapshot = work->request.snapshot;
    memcpy(work->packed_tag, work->tag, len);
    if (snapshot && snapshot->edits)
        snprintf(work->packed_tag + len, sizeof work->packed_tag - len, "-p%" PRIx64 "\"",
                 (uint64_t)snapshot_saved_seq(snapshot));
    else
        memcpy(work->packed_tag + len, "-pk\"", 5);
}

static void write_tags(struct work *work, uint64_t hash)
{
    enum { DIGITS = 16 };
    *work->tag = '"';
    for (int i = 0; i < DIGITS; i++)
        work->tag[1 + i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
    memcpy(work->gzip_tag, work->tag, 1 + DIGITS);
    memcpy(work->tag + 1 + DIGITS, "\"", 2);
    memcpy(work->gzip_tag + 1 + DIGITS, "-gz\"", 5);
    write_packed_tag(work, 1 + DIGITS);
}

/* Everything that the bytes of an answer follow from, so that the tag is known before they are. */
static void make_tags(struct work *work)
{
    const struct request *request = &work->request;
    uint64_t hash = work->site->server->tag_seed;
    hash = hash_text(hash, request->base_url);
    hash = hash_text(hash, request->path);
    hash = hash_text(hash, request->query);
    hash = hash_text(hash, request->snapshot->version);
    hash = hash_bytes(hash, &request->format, sizeof request->format);
    if (request->format == FORMAT_HTML)
        hash = hash_text(hash, language_names[request->language]);
    write_tags(work, hash);
}

/* The asset's tags are those of its bytes; each coding has its own. */
static void make_asset_tags(struct work *work, const struct asset *asset)
{
    snprintf(work->tag, sizeof work->tag, "\"%.32s\"", asset->hash);
    const char *coding = work->response->encoding;
    if (coding)
        snprintf(work->tag, sizeof work->tag, "\"%.32s-%s\"", asset->hash,
                 strcmp(coding, "br") == 0 ? "br" : "gz");
    snprintf(work->gzip_tag, sizeof work->gzip_tag, "%s", work->tag);
}

static struct encoding_wishes wishes_of(const struct work *work)
{
    return negotiate_encoding(work->exchange->headers[HTTP_ACCEPT_ENCODING]);
}

/* The tag among ours that the client holds already, or NULL. */
static const char *held_tag(const struct work *work)
{
    const char *header = work->exchange->headers[HTTP_IF_NONE_MATCH];
    if (!header || !*work->tag)
        return NULL;
    bool takes_gzip = wishes_of(work).gzip > 0;
    if (takes_gzip && etag_matches(header, work->gzip_tag))
        return work->gzip_tag;
    if (takes_gzip && *work->packed_tag && etag_matches(header, work->packed_tag))
        return work->packed_tag;
    return etag_matches(header, work->tag) ? work->tag : NULL;
}

static const char *cache_control(const struct work *work)
{
    if (work->exchange->upload)
        return "no-store";
    const struct route *route = work->match.route;
    const struct asset *asset = work->response->asset;
    const char *version = work->params.values[PARAM_V];
    if (asset && version && strcmp(version, asset->hash) == 0)
        return "public, max-age=31536000, immutable";
    return route->cache_control ? route->cache_control : "public, max-age=0, must-revalidate";
}

static void add_common_headers(struct work *work, const char *tag)
{
    struct response *response = work->response;
    if (tag && *tag)
        response_add_header(response, "ETag", tag);
    response_add_header(response, "Cache-Control", cache_control(work));
    headers_add_vary(response, work->match.route, work->request.format == FORMAT_HTML);
    headers_add_cors(response);
    headers_add_sharing(response, work->match.route);
}

static void answer_not_modified(struct work *work, const char *tag)
{
    response_reset(work->response);
    work->response->status = 304;
    add_common_headers(work, tag);
}

/* Lists the asset's bytes in the coding that the client likes most. */
static void choose_asset_bytes(struct work *work)
{
    struct response *response = work->response;
    const struct asset *asset = response->asset;
    struct encoding_wishes wishes = wishes_of(work);
    if (asset->brotli && wishes.br > 0 && wishes.br >= wishes.gzip &&
        wishes.br >= wishes.identity) {
        response->encoding = "br";
        response_add_static(response, asset->brotli, asset->brotli_len);
    } else if (asset->gzip && wishes.gzip > 0 && wishes.gzip >= wishes.identity) {
        response->encoding = "gzip";
        response_add_static(response, asset->gzip, asset->gzip_len);
    } else {
        response_add_static(response, asset->plain, asset->plain_len);
    }
    make_asset_tags(work, asset);
}

static void add_timing(struct work *work)
{
    const char *asked = work->exchange->headers[HTTP_X_SERVER_TIMING];
    char text[96];
    if (!asked || strcmp(asked, "1") != 0)
        return;
    snprintf(text, sizeof text, "answer;dur=%.3f, encode;dur=%.3f",
             (work->handled_s - work->started_s) * 1e3, (clock_seconds() - work->handled_s) * 1e3);
    response_add_header(work->response, "Server-Timing", text);
    response_add_header(work->response, "Timing-Allow-Origin", "*");
}

static bool compress(struct work *work, struct aro_error *err)
{
    struct response *response = work->response;
    bool worth = !response->asset && response->fd < 0 && !response->encoding &&
                 (response->stream || response->body_bytes >= GZIP_MIN_BYTES);
    if (!worth || !work->request.accepts_gzip)
        return true;
    return response_gzip(response, work->site->server->gzip, err);
}

static void add_body_headers(struct work *work)
{
    struct response *response = work->response;
    response_add_header(response, "X-Content-Type-Options", "nosniff");
    if (response->encoding)
        response_add_header(response, "Content-Encoding", response->encoding);
    if (work->request.format == FORMAT_HTML)
        response_add_header(response, "Content-Language", language_names[work->request.language]);
    if (response->content_type && strncmp(response->content_type, "text/html", 9) == 0)
        headers_add_page_security(response, work->site->server->settings, work->match.route);
}

/* A handler is through: from what it wrote to what is sent. */
static bool finish(struct work *work, struct aro_error *err)
{
    struct response *response = work->response;
    work->handled_s = clock_seconds();
    if (response->has_tag)
        write_tags(work, response->tag);
    if (!response->content_type && response->status != 204)
        response->content_type = format_content_type(work->request.format);
    if (response->asset)
        choose_asset_bytes(work);
    if (!response_finish(response, err) || !compress(work, err))
        return false;
    const char *tag = response->is_packed                      ? work->packed_tag
                      : response->encoding && !response->asset ? work->gzip_tag
                                                               : work->tag;
    if (response->status == 200 && *tag && held_tag(work)) {
        answer_not_modified(work, tag);
        return true;
    }
    add_common_headers(work, response->status == 200 ? tag : NULL);
    add_body_headers(work);
    add_timing(work);
    return true;
}

static bool fill_request(struct work *work, const char *query, struct aro_error *err)
{
    const struct route *route = work->match.route;
    struct request *request = &work->request;
    param_set known = work->exchange->upload ? 0 : route_params(route);
    if (!params_parse(query, strlen(query), known, route->lenient, &work->params, err) ||
        !find_format(work, err) || !find_language(work, err))
        return false;
    request->route = route;
    request->path = work->match.path;
    memcpy(request->path_values, work->match.values, sizeof request->path_values);
    request->params = work->params.values;
    request->query = work->params.canonical;
    struct encoding_wishes wishes = wishes_of(work);
    request->accepts_gzip = wishes.gzip > 0 && wishes.gzip >= wishes.identity;
    request->base_url = find_base_url(work);
    request->server = work->site->server;
    request->settings = work->site->server->settings;
    return true;
}

/* Gives the response its reference to the data; without data only some routes answer. */
static bool take_snapshot(struct work *work, struct aro_error *err)
{
    const struct snapshot *snapshot = snapshot_acquire(work->site->server->holder);
    work->request.snapshot = work->response->holding = snapshot;
    if (snapshot || work->match.route->needs_no_snapshot)
        return true;
    return aro_error_set(err, ARO_BUSY, "the data is being loaded: try again in a moment");
}

/* A handler's route: parameters, format, data; then 304 or the handler. */
static bool answer_route(struct work *work, const char *query, struct aro_error *err)
{
    if (!fill_request(work, query, err) || !take_snapshot(work, err))
        return false;
    if (!work->match.route->needs_no_snapshot && !work->match.route->tagged_by_handler) {
        make_tags(work);
        /* "*" matches what exists, which only the handler knows: finish() looks again. */
        const char *header = work->exchange->headers[HTTP_IF_NONE_MATCH];
        const char *tag = etag_matches(header, NULL) ? NULL : held_tag(work);
        if (tag) {
            answer_not_modified(work, tag);
            return true;
        }
    }
    bool is_page = work->request.format == FORMAT_HTML && work->match.route->page;
    handler_fn *handler = is_page ? page_answer : work->match.route->handler;
    return handler(&work->request, work->response, err) && finish(work, err);
}

/* What the body made of itself while it came. */
static bool answer_upload(struct work *work, const char *query, struct aro_error *err)
{
    return fill_request(work, query, err) && take_snapshot(work, err) &&
           upload_answer(work->exchange->upload, work->response, err) && finish(work, err);
}

/* Of an address that is none, what says in which form and language it is told. */
static void read_manners(struct work *work, const char *query)
{
    struct aro_error err = {0};
    params_parse(query, strlen(query), PARAM_BIT(PARAM_F) | PARAM_BIT(PARAM_LANG), true,
                 &work->params, &err);
}

static void answer(struct work *work)
{
    struct aro_error err = {0};
    const struct site *site = work->site;
    const char *query;
    size_t path_len;
    size_t limit = (size_t)site->server->settings->max_url_bytes;
    const char *path = split_target(work->exchange->target, &path_len, &query);
    if (strlen(work->exchange->target) > limit) {
        aro_error_set(&err, ARO_TOO_LARGE, "the address is longer than %zu bytes", limit);
        answer_problem(work, 414, &err);
    } else if (!route_find(site->routes, site->n_routes, path, path_len, &work->match, &err)) {
        read_manners(work, query);
        answer_problem(work, problem_http_status(err.status), &err);
    } else if (is_method(work, "OPTIONS")) {
        answer_options(work);
    } else if (work->exchange->upload) {
        if (!answer_upload(work, query, &err))
            answer_problem(work, problem_http_status(err.status), &err);
    } else if (!is_method(work, "GET") && !is_method(work, "HEAD")) {
        aro_error_set(&err, ARO_BAD_INPUT, "%.16s is not answered here: %s are",
                      work->exchange->method, headers_methods(work->match.route));
        answer_problem(work, 405, &err);
    } else if (!answer_route(work, query, &err)) {
        answer_problem(work, problem_http_status(err.status), &err);
    }
}

/* Tells the metrics and the log, or leaves it to the end of a body that is made while it is sent.
 */
static void give_account(struct work *work)
{
    const struct server *server = work->site->server;
    struct response *response = work->response;
    struct account account = {.metrics = server->metrics,
                              .route = work->match.route,
                              .status = response->status,
                              .seconds = clock_seconds() - work->started_s};
    if (!work->site->counted)
        return;
    if (server->settings->log_requests)
        account_open_line(&account, work->exchange);
    if (response->stream && (response->account = malloc(sizeof account)))
        *response->account = account;
    else
        account_settle(&account, is_method(work, "HEAD") ? 0 : response->body_bytes);
}

struct response *dispatch(void *context, const struct exchange *exchange)
{
    const struct site *site = context;
    struct work work = {.site = site, .exchange = exchange, .started_s = clock_seconds()};
    struct aro_error err = {0};
    work.response = response_new(site->server->responses);
    if (!work.response)
        return NULL;
    answer(&work);
    struct response *response = work.response;
    if (response->content_type)
        response_add_header(response, "Content-Type", response->content_type);
    if (!response_finish(response, &err)) {
        response_free(response);
        response = NULL;
    }
    if (response)
        give_account(&work);
    route_match_clear(&work.match);
    params_clear(&work.params);
    free(work.forwarded_url);
    return response;
}
