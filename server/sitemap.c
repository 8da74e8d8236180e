/*
 * GET /sitemap.xml, its parts, and /robots.txt: what search engines are to find, and what they are
 * to leave alone.
 *
 * Sources: https://www.sitemaps.org/protocol.html (at most 50,000 addresses in a part), RFC 9309.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/feature_value.h"
#include "server/program_handlers.h"
#include "server/text.h"
#include "server/xml.h"

enum { ADDRESSES_A_PART = 50000, ADDRESSES_A_PULL = 500 };

#define XML_TYPE  "application/xml; charset=utf-8"
#define XML_HEAD  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define NAMESPACE "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""
#define URLSET    XML_HEAD "<urlset " NAMESPACE ">\n"

/* ---- One address ---- */

static void open_address(struct aro_buffer *out, const char *base_url, const char *path)
{
    aro_buffer_text(out, "<url><loc>");
    xml_escape(out, base_url, strlen(base_url));
    xml_escape(out, path, strlen(path));
}

static void write_address(struct aro_buffer *out, const char *base_url, const char *path,
                          const char *id)
{
    open_address(out, base_url, path);
    text_encode(out, id, TEXT_KEEP_UNRESERVED);
    aro_buffer_text(out, "</loc></url>\n");
}

/* With the day that it was changed on. */
static void write_initiative(struct aro_buffer *out, const char *base_url,
                             const struct snapshot *snapshot, uint32_t position)
{
    struct text_slice slice = text_block_at(&snapshot->initiatives.full, position);
    struct schema_json_walk walk = feature_value_properties(slice.text, slice.len);
    struct schema_json_slice key, value;
    open_address(out, base_url, "/initiatives/");
    aro_buffer_printf(out, "%lld</loc>", (long long)snapshot->initiatives.ids[position]);
    while (schema_json_key(&walk, &key) == SCHEMA_JSON_FOUND &&
           schema_json_value(&walk, &value) == SCHEMA_JSON_FOUND)
        if (schema_json_is(key, "updated_at")) {
            aro_buffer_text(out, "<lastmod>");
            feature_value_text(out, value);
            aro_buffer_text(out, "</lastmod>");
        }
    aro_buffer_text(out, "</url>\n");
}

/* ---- The part of pages ---- */

static void write_territories(struct aro_buffer *out, const char *base_url,
                              const struct snapshot *snapshot, enum schema_territory_kind kind,
                              const char *path)
{
    size_t n;
    const struct snapshot_territory *all = snapshot_territories(snapshot, kind, &n);
    for (size_t i = 0; i < n; i++)
        if (all[i].n_initiatives > 0 || all[i].n_labelled > 0)
            write_address(out, base_url, path, all[i].code);
}

/* Of communes those that have something to say. */
static void write_pages(struct aro_buffer *out, const char *base_url,
                        const struct snapshot *snapshot)
{
    static const char *const pages[] = {
        "/",         "/liste",   "/territoires?f=html", "/themes?f=html",
        "/a-propos", "/donnees", "/accessibilite",      "/integrer"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        write_address(out, base_url, pages[i], "");
    for (size_t i = 0; i < snapshot->n_themes; i++)
        write_address(out, base_url, "/themes/", snapshot->themes[i].id);
    write_territories(out, base_url, snapshot, SCHEMA_REGION, "/territoires/region/");
    write_territories(out, base_url, snapshot, SCHEMA_DEPARTEMENT, "/territoires/departement/");
    write_territories(out, base_url, snapshot, SCHEMA_EPCI, "/territoires/epci/");
    for (size_t i = 0; i < snapshot->communes.n; i++)
        if (snapshot->commune.n_initiatives[i] > 0 || snapshot->commune.niveaux[i] > 0)
            write_address(out, base_url, "/territoires/commune/", snapshot->commune.codes[i]);
}

/* ---- Parts of initiatives, some at a time ---- */

struct part {
    const struct snapshot *snapshot; /* the response holds it */
    char *base_url;
    size_t first, at, end; /* in the order of ids */
};

static bool pull_part(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    struct part *part = state;
    if (part->at == part->first)
        aro_buffer_text(out, URLSET);
    for (size_t i = 0; i < ADDRESSES_A_PULL && part->at < part->end; i++, part->at++)
        write_initiative(out, part->base_url, part->snapshot,
                         part->snapshot->initiative.by_id[part->at]);
    *out_end = part->at == part->end;
    if (*out_end)
        aro_buffer_text(out, "</urlset>\n");
    return aro_buffer_ok(out, err);
}

static void free_part(void *state)
{
    struct part *part = state;
    free(part->base_url);
    free(part);
}

static bool answer_part(const struct request *request, size_t number, struct response *response,
                        struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    struct part *part = calloc(1, sizeof *part);
    char *base_url = strdup(request->base_url);
    size_t first = (number - 1) * ADDRESSES_A_PART, left = snapshot->initiatives.n - first;
    if (!part || !base_url) {
        free(part);
        free(base_url);
        return aro_error_no_memory(err);
    }
    *part = (struct part){snapshot, base_url, first, first,
                          first + (left < ADDRESSES_A_PART ? left : ADDRESSES_A_PART)};
    const struct stream_source source = {.state = part, .pull = pull_part, .free = free_part};
    return response_set_source(response, &source, err);
}

static size_t count_parts(const struct snapshot *snapshot)
{
    return (snapshot->initiatives.n + ADDRESSES_A_PART - 1) / ADDRESSES_A_PART;
}

/* ---- Answers ---- */

bool handle_sitemap_part(const struct request *request, struct response *response,
                         struct aro_error *err)
{
    const char *name = request->path_values[0];
    struct aro_buffer *out = response_buffer(response);
    int64_t number = 0;
    bool is_pages = strcmp(name, "pages") == 0;
    if (!is_pages && (!text_id_parse(name, &number) || number < 1 ||
                      (size_t)number > count_parts(request->snapshot)))
        return aro_error_set(err, ARO_NOT_FOUND, "the sitemap has no part '%.40s'", name);
    response_set_type(response, XML_TYPE);
    if (!is_pages)
        return answer_part(request, (size_t)number, response, err);
    aro_buffer_text(out, URLSET);
    write_pages(out, request->base_url, request->snapshot);
    aro_buffer_text(out, "</urlset>\n");
    return true;
}

static void write_part(const struct request *request, const char *name, struct aro_buffer *out)
{
    aro_buffer_text(out, "<sitemap><loc>");
    xml_escape(out, request->base_url, strlen(request->base_url));
    aro_buffer_printf(out, "/sitemap/%s.xml</loc></sitemap>\n", name);
}

bool handle_sitemap(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    response_set_type(response, XML_TYPE);
    aro_buffer_text(out, XML_HEAD "<sitemapindex " NAMESPACE ">\n");
    write_part(request, "pages", out);
    for (size_t i = 1; i <= count_parts(request->snapshot); i++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        write_part(request, name, out);
    }
    aro_buffer_text(out, "</sitemapindex>\n");
    return true;
}

/* Pages are to be found; what answers programs costs more than it tells a crawler, and the next
 * pages of lists lead to nothing that the sitemap does not have. */
bool handle_robots(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(response_buffer(response),
                      "User-agent: *\n"
                      "Disallow: /collections/*/items\n"
                      "Disallow: /clusters/\n"
                      "Disallow: /counts\n"
                      "Disallow: /map\n"
                      "Disallow: /search\n"
                      "Disallow: /tiles/\n"
                      "Disallow: /*cursor=\n"
                      "\nSitemap: %s/sitemap.xml\n",
                      request->base_url);
    return true;
}
