/*
 * GET /oembed: the frame for a page of this service, so that pasting its address into an editor is
 * enough.
 *
 * Source: oEmbed 1.0, https://oembed.com (sections 2.2 and 2.3).
 */
#include <stdlib.h>
#include <string.h>

#include "geo/json.h"
#include "server/embed.h"
#include "server/handlers.h"
#include "server/params.h"
#include "server/problem.h"
#include "server/text.h"
#include "server/xml.h"

enum { WIDTH = 600, HEIGHT = 600, CACHE_SECONDS = 3600 };

/* ---- What is asked for ---- */

struct oembed {
    const struct request *request;
    struct embed_view view;
    size_t width, height;
    struct aro_buffer title, html;
};

/* At most what is asked for. */
static bool read_size(const struct request *request, enum param param, size_t *size,
                      struct aro_error *err)
{
    const char *text = request_param(request, param);
    int64_t most;
    if (!text)
        return true;
    if (!text_id_parse(text, &most) || most == 0)
        return aro_error_set_for(err, param_infos[param].name, ARO_BAD_INPUT,
                                 "%s '%.40s' is not a number of pixels", param_infos[param].name,
                                 text);
    if ((size_t)most < *size)
        *size = (size_t)most;
    return true;
}

/* Path and query of an address below our own; false for any other. */
static bool split_url(const char *url, const char *base_url, const char **out_path,
                      size_t *out_path_len, const char **out_query)
{
    size_t base_len = strlen(base_url);
    if (strncmp(url, base_url, base_len) != 0 || url[base_len] != '/')
        return false;
    *out_path = url + base_len;
    *out_path_len = strcspn(*out_path, "?#");
    const char *query = *out_path + *out_path_len;
    *out_query = *query == '?' ? query + 1 : "";
    return true;
}

/* The view of a page; whatever is wrong with its address, there is nothing to embed. */
static bool find_view(const struct request *request, const char *url, struct embed_view *out_view,
                      struct params *params, struct aro_error *err)
{
    const char *path, *query;
    size_t path_len;
    struct aro_error why = {0};
    if (!split_url(url, request->base_url, &path, &path_len, &query))
        return aro_error_set_for(err, "url", ARO_NOT_FOUND, "url '%.200s' is not below %.200s", url,
                                 request->base_url);
    char *decoded = malloc(path_len + 1);
    if (!decoded)
        return aro_error_no_memory(err);
    bool ok = text_decode(TEXT_PATH, path, path_len, decoded, &why) &&
              params_parse(query, strcspn(query, "#"), EMBED_PARAMS, true, params, &why) &&
              embed_view_of(request, decoded, params->values, out_view, &why);
    free(decoded);
    if (ok)
        return true;
    if (why.status == ARO_NO_MEMORY)
        return aro_error_no_memory(err);
    return aro_error_set_for(err, "url", ARO_NOT_FOUND, "url: %s", why.message);
}

/* ---- The answer ---- */

static void write_html(struct oembed *oembed)
{
    struct aro_buffer url = {0};
    struct aro_buffer *out = &oembed->html;
    embed_write_url(oembed->request->base_url, oembed->view.params, &url);
    aro_buffer_text(out, "<iframe src=\"");
    xml_escape(out, url.data, url.len);
    aro_buffer_printf(out, "\" width=\"%zu\" height=\"%zu\" title=\"", oembed->width,
                      oembed->height);
    xml_escape(out, oembed->title.data, oembed->title.len);
    aro_buffer_text(out, "\" loading=\"lazy\" frameborder=\"0\"></iframe>");
    out->failed |= url.failed;
    aro_buffer_clear(&url);
}

static void write_json(const struct oembed *oembed, struct aro_buffer *out)
{
    aro_buffer_text(out, "{\"version\":\"1.0\",\"type\":\"rich\",\"title\":");
    aro_json_string(out, oembed->title.data, oembed->title.len);
    aro_buffer_text(out, ",\"provider_name\":");
    aro_json_text(out, oembed->request->settings->site_name);
    aro_buffer_text(out, ",\"provider_url\":");
    aro_json_text(out, oembed->request->base_url);
    aro_buffer_printf(out,
                      ",\"cache_age\":%d,\"width\":%zu,\"height\":%zu,\"html\":", CACHE_SECONDS,
                      oembed->width, oembed->height);
    aro_json_string(out, oembed->html.data, oembed->html.len);
    aro_buffer_text(out, "}\n");
}

static void write_element(struct aro_buffer *out, const char *name, const char *text, size_t len)
{
    aro_buffer_printf(out, "<%s>", name);
    xml_escape(out, text, len);
    aro_buffer_printf(out, "</%s>\n", name);
}

static void write_xml(const struct oembed *oembed, struct aro_buffer *out)
{
    const char *base_url = oembed->request->base_url;
    const char *name = oembed->request->settings->site_name;
    aro_buffer_text(out, "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<oembed>\n"
                         "<version>1.0</version>\n<type>rich</type>\n");
    write_element(out, "title", oembed->title.data, oembed->title.len);
    write_element(out, "provider_name", name, strlen(name));
    write_element(out, "provider_url", base_url, strlen(base_url));
    aro_buffer_printf(out, "<cache_age>%d</cache_age>\n<width>%zu</width>\n<height>%zu</height>\n",
                      CACHE_SECONDS, oembed->width, oembed->height);
    write_element(out, "html", oembed->html.data, oembed->html.len);
    aro_buffer_text(out, "</oembed>\n");
}

static bool answer(struct oembed *oembed, bool as_xml, struct response *response,
                   struct aro_error *err)
{
    struct aro_buffer *out = response_buffer(response);
    embed_write_title(oembed->request->snapshot, oembed->view.params, &oembed->title);
    write_html(oembed);
    if (!aro_buffer_ok(&oembed->title, err) || !aro_buffer_ok(&oembed->html, err))
        return false;
    if (as_xml) {
        response_set_type(response, "text/xml; charset=utf-8");
        write_xml(oembed, out);
    } else {
        write_json(oembed, out);
    }
    return true;
}

/* 501: what a provider answers to a format that it does not have. */
static bool refuse_format(const char *format, struct response *response)
{
    struct aro_buffer text = {0};
    aro_buffer_printf(&text, "format '%.40s' is not one of: 'json', 'xml'%c", format, '\0');
    response_set_status(response, 501);
    response_set_type(response, "application/problem+json");
    problem_write(response_buffer(response), 501, text.failed ? "" : text.data, "format");
    aro_buffer_clear(&text);
    return true;
}

bool handle_oembed(const struct request *request, struct response *response, struct aro_error *err)
{
    struct oembed oembed = {.request = request, .width = WIDTH, .height = HEIGHT};
    struct params params = {0};
    const char *url = request_param(request, PARAM_URL);
    const char *format = request_param(request, PARAM_FORMAT);
    bool as_xml = format && strcmp(format, "xml") == 0;
    if (format && !as_xml && strcmp(format, "json") != 0)
        return refuse_format(format, response);
    if (!url)
        return aro_error_set_for(err, "url", ARO_BAD_INPUT,
                                 "url is missing: the address of a page "
                                 "of this service");
    bool ok = read_size(request, PARAM_MAXWIDTH, &oembed.width, err) &&
              read_size(request, PARAM_MAXHEIGHT, &oembed.height, err) &&
              find_view(request, url, &oembed.view, &params, err) &&
              answer(&oembed, as_xml, response, err);
    embed_view_clear(&oembed.view);
    params_clear(&params);
    aro_buffer_clear(&oembed.title);
    aro_buffer_clear(&oembed.html);
    return ok;
}
