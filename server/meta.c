#include <string.h>

#include "geo/json.h"
#include "server/cards.h"
#include "server/collections.h"
#include "server/conformance.h"
#include "server/negotiate.h"
#include "server/program_handlers.h"
#include "server/response.h"

/* The page where a person asks, the OGC landing page (17-069r4, section 7.2) where a program does.
 */
bool handle_landing(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"title\":\"arobase\",\"description\":\"Local initiatives of French "
                         "communes, as features.\",\"links\":[");
    link_write(request, out, "/", "self", "application/json", "This document");
    aro_buffer_char(out, ',');
    link_write(request, out, "/", "alternate", "text/html", "The map");
    aro_buffer_char(out, ',');
    link_write(request, out, "/api", "service-desc", format_content_type(FORMAT_OPENAPI),
               "The interface, as OpenAPI 3.0");
    aro_buffer_char(out, ',');
    link_write(request, out, "/api?f=html", "service-doc", "text/html", "The interface, to read");
    aro_buffer_char(out, ',');
    link_write(request, out, "/conformance", "conformance", "application/json",
               "Conformance classes");
    aro_buffer_char(out, ',');
    link_write(request, out, "/functions", "http://www.opengis.net/def/rel/ogc/1.0/functions",
               "application/json", "The functions that filters may call");
    aro_buffer_char(out, ',');
    link_write(request, out, "/collections", "data", "application/json", "The collections");
    aro_buffer_char(out, ',');
    link_write(request, out, "/tiles", "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
               "application/json", "Vector tiles of everything");
    aro_buffer_char(out, ',');
    link_write(request, out, "/tileMatrixSets",
               "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", "application/json",
               "The tiling scheme of the tiles");
    aro_buffer_text(out, "]}\n");
    return true;
}

bool handle_conformance(const struct request *request, struct response *response,
                        struct aro_error *err)
{
    (void)request;
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"conformsTo\":[");
    for (size_t i = 0; i < n_conformance_classes; i++) {
        aro_buffer_text(out, i ? "," : "");
        aro_json_text(out, conformance_classes[i]);
    }
    aro_buffer_text(out, "]}\n");
    return true;
}

bool handle_collections(const struct request *request, struct response *response,
                        struct aro_error *err)
{
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"links\":[");
    link_write(request, out, "/collections", "self", "application/json", "This document");
    aro_buffer_char(out, ',');
    link_write(request, out, "/collections?f=html", "alternate", "text/html", "The same as a page");
    aro_buffer_text(out, "],\"collections\":[");
    for (size_t i = 0; i < N_COLLECTIONS; i++) {
        aro_buffer_text(out, i ? "," : "");
        collection_write(request, &collections[i], out);
    }
    aro_buffer_text(out, "]}\n");
    return true;
}

bool handle_collection(const struct request *request, struct response *response,
                       struct aro_error *err)
{
    struct aro_buffer *out = response_buffer(response);
    const struct collection *collection = collection_find(request->path_values[0], err);
    if (!collection)
        return false;
    collection_write(request, collection, out);
    aro_buffer_char(out, '\n');
    return true;
}

/* Axes with their enjeux, these with their usages, each with the way to its page. */
static json_t *themes_tree(const struct snapshot *snapshot)
{
    enum { LEVELS = 3 };
    json_t *levels[LEVELS + 1] = {json_array()}, *root = levels[0];
    for (uint32_t i = 0; i < snapshot->n_themes; i++) { /* each comes behind what is above it */
        int niveau = snapshot->themes[i].niveau;
        json_t *theme = card_theme(snapshot, i), *below = json_array();
        json_object_set_new(theme, "below", below);
        json_array_append_new(levels[niveau - 1], theme);
        levels[niveau] = below;
    }
    return root;
}

bool handle_themes(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    const struct snapshot *snapshot = request->snapshot;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"themes\":[");
    for (size_t i = 0; i < snapshot->n_themes; i++) {
        const struct snapshot_theme *theme = &snapshot->themes[i];
        bool root = theme->parent == SNAPSHOT_NONE;
        aro_buffer_text(out, i ? ",{\"id\":" : "{\"id\":");
        aro_json_text(out, theme->id);
        aro_buffer_text(out, ",\"parent\":");
        aro_json_text(out, root ? NULL : snapshot->themes[theme->parent].id);
        aro_buffer_printf(out, ",\"niveau\":%d,\"libelle\":", theme->niveau);
        aro_json_text(out, theme->libelle);
        aro_buffer_char(out, '}');
    }
    aro_buffer_text(out, "]");
    if (request->for_page) { /* which shows them as the tree that they are */
        aro_buffer_text(out, ",\"tree\":");
        cards_write(themes_tree(snapshot), out);
    }
    aro_buffer_text(out, "}\n");
    return true;
}

bool handle_summary(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    const struct snapshot *snapshot = request->snapshot;
    const struct snapshot_headline *headline = &snapshot->headline;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"annee\":");
    if (headline->annee)
        aro_json_integer(out, headline->annee);
    else
        aro_buffer_text(out, "null");
    aro_buffer_printf(out, ",\"labelled_communes\":%u,\"labelled_population\":",
                      (unsigned)headline->labelled_communes);
    aro_json_integer(out, headline->labelled_population);
    aro_buffer_text(out, ",\"population\":");
    aro_json_integer(out, headline->population);
    aro_buffer_printf(out,
                      ",\"initiatives\":%zu,\"communes\":%zu,\"contours\":%zu,\"synthetic\":%s}\n",
                      snapshot->initiatives.n, snapshot->communes.n, snapshot->contours.n,
                      headline->synthetic ? "true" : "false");
    return true;
}

/* The state that French law knows for a site that was not audited: the statement itself is words.
 */
bool handle_accessibilite(const struct request *request, struct response *response,
                          struct aro_error *err)
{
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"referentiel\":\"RGAA 4.1.2\",\"etat\":\"non conforme\",\"audit\":null,"
                         "\"editeur\":");
    aro_json_text(out, request->settings->site_owner);
    aro_buffer_text(out, ",\"contact\":");
    aro_json_text(out, request->settings->site_contact);
    aro_buffer_text(out, ",\"version\":");
    aro_json_text(out, ARO_VERSION);
    aro_buffer_text(out, "}\n");
    return true;
}

/* What the page needs to know of the settings. */
bool handle_config(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    const struct settings *settings = request->settings;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"version\":");
    aro_json_text(out, ARO_VERSION);
    aro_buffer_text(out, ",\"basemap_style\":");
    aro_json_text(out, settings->basemap_style);
    aro_buffer_text(out, ",\"map_budget\":");
    aro_json_integer(out, settings->map_budget);
    aro_buffer_text(out, ",\"items_default\":");
    aro_json_integer(out, settings->items_default);
    aro_buffer_text(out, ",\"items_max\":");
    aro_json_integer(out, settings->items_max);
    aro_buffer_text(out, "}\n");
    return true;
}
