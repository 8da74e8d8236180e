#include <string.h>

#include "geo/json.h"
#include "server/answer.h"
#include "server/crs.h"
#include "server/map_inside.h"

enum { STACK_IDS_LISTED = 10 };

static const int64_t FIRST_TERRITORY_ID = (int64_t)1 << 51;

/* One answer while it is written. */
struct writing {
    const struct map_view *view;
    struct aro_buffer *out;
    struct aro_buffer member_query; /* behind the path of a stack's members */
    struct aro_buffer href;         /* of the group at hand */
    bool is_first;
};

/* What the link to a group's members asks: what filters them, wherever they are. The request's
 * query is in encoded form. */
static void write_member_query(const struct request *request, struct aro_buffer *out)
{
    static const char *const dropped[] = {"bbox=", "zoom=", "cluster=", "f="};
    for (const char *pair = request->query; pair && *pair;) {
        size_t len = strcspn(pair, "&");
        bool keep = true;
        for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
            keep &= strncmp(pair, dropped[i], strlen(dropped[i])) != 0;
        if (keep) {
            aro_buffer_char(out, out->len > 0 ? '&' : '?');
            aro_buffer_append(out, pair, len);
        }
        pair += len + (pair[len] == '&');
    }
}

static void write_counts(const struct geo_cluster *cluster, struct aro_buffer *out)
{
    aro_buffer_text(out, "\"count\":");
    aro_json_integer(out, cluster->count);
    for (int i = 0; i < GEO_CLUSTER_GROUPS; i++) {
        aro_buffer_text(out, ",\"axe_");
        aro_json_integer(out, i + 1);
        aro_buffer_text(out, "\":");
        aro_json_integer(out, cluster->group_counts[i]);
    }
}

static void open_feature(struct writing *writing, int64_t id, uint32_t position)
{
    const struct snapshot *snapshot = writing->view->snapshot;
    struct aro_buffer *out = writing->out;
    if (!writing->is_first)
        aro_buffer_char(out, ',');
    writing->is_first = false;
    aro_buffer_text(out, "{\"type\":\"Feature\",\"id\":");
    aro_json_integer(out, id);
    aro_buffer_text(out, ",\"geometry\":{\"type\":\"Point\",\"coordinates\":");
    geo_coord_write_position(out, snapshot->initiatives.coords[position]);
    aro_buffer_char(out, '}');
}

static void write_box(const struct geo_cluster *cluster, struct aro_buffer *out)
{
    struct geo_coord north_west = geo_mercator_to_coord(cluster->box.low);
    struct geo_coord south_east = geo_mercator_to_coord(cluster->box.high);
    aro_buffer_text(out, ",\"bbox\":[");
    geo_coord_write(out, north_west.lon_e7);
    aro_buffer_char(out, ',');
    geo_coord_write(out, south_east.lat_e7);
    aro_buffer_char(out, ',');
    geo_coord_write(out, south_east.lon_e7);
    aro_buffer_char(out, ',');
    geo_coord_write(out, north_west.lat_e7);
    aro_buffer_char(out, ']');
}

static void write_cluster(struct writing *writing, const struct geo_cluster *cluster)
{
    const struct settings *settings = writing->view->request->settings;
    struct aro_buffer *out = writing->out;
    uint8_t expansion = geo_cluster_expansion_level(cluster);
    open_feature(writing, clusters_id(writing->view->snapshot, cluster), cluster->position);
    write_box(cluster, out);
    aro_buffer_text(out, ",\"properties\":{\"cluster\":true,");
    write_counts(cluster, out);
    aro_buffer_text(out, ",\"expansion_zoom\":");
    aro_json_integer(out, clusters_zoom(expansion, (uint32_t)settings->cluster_cell_px));
    aro_buffer_text(out, "}}");
}

/* Members of a stack are neighbours: matching positions from its first on. */
static void write_stack_ids(struct writing *writing, const struct geo_cluster *stack)
{
    const uint64_t *bits = writing->view->set.bits;
    size_t n = stack->count < STACK_IDS_LISTED ? stack->count : STACK_IDS_LISTED;
    uint32_t at = stack->first;
    aro_buffer_text(writing->out, ",\"ids\":[");
    for (size_t i = 0; i < n; at++) {
        if (!(bits[at / 64] >> at % 64 & 1))
            continue;
        if (i++ > 0)
            aro_buffer_char(writing->out, ',');
        aro_json_integer(writing->out, writing->view->snapshot->initiatives.ids[at]);
    }
    aro_buffer_char(writing->out, ']');
}

static void write_stack(struct writing *writing, const struct geo_cluster *stack)
{
    struct aro_buffer *href = &writing->href, *out = writing->out;
    int64_t id = clusters_id(writing->view->snapshot, stack);
    href->len = 0;
    aro_buffer_text(href, writing->view->request->base_url);
    aro_buffer_text(href, "/clusters/");
    aro_json_integer(href, id);
    aro_buffer_text(href, "/items");
    aro_buffer_append(href, writing->member_query.data, writing->member_query.len);
    open_feature(writing, id, stack->position);
    aro_buffer_text(out, ",\"properties\":{\"stack\":true,");
    write_counts(stack, out);
    write_stack_ids(writing, stack);
    aro_buffer_text(out, ",\"href\":");
    aro_json_string(out, href->data ? href->data : "", href->len);
    aro_buffer_text(out, "}}");
}

/* ---- Territories ---- */

struct territory {
    const char *kind; /* as its parameter is named; NULL: none */
    char tag;
    const struct snapshot_territory *row;
    int next_zoom; /* at which what is below it is shown */
};

static struct territory territory_of(const struct snapshot *snapshot,
                                     const struct geo_cluster *cluster)
{
    size_t number = cluster->cell.x;
    if (number < snapshot->n_regions)
        return (struct territory){"region", 'R', &snapshot->regions[number], MAP_REGION_ZOOM};
    number -= snapshot->n_regions;
    if (number < snapshot->n_departements)
        return (struct territory){"departement", 'D', &snapshot->departements[number],
                                  MAP_DEPARTEMENT_ZOOM};
    return (struct territory){.tag = 'X', .next_zoom = MAP_DEPARTEMENT_ZOOM};
}

static int64_t territory_id(const struct territory *territory)
{
    int64_t bytes = (unsigned char)territory->tag;
    for (const char *c = territory->row ? territory->row->code : ""; *c && bytes >> 40 == 0; c++)
        bytes = bytes << 8 | (unsigned char)*c;
    return FIRST_TERRITORY_ID + bytes;
}

/* What its members are asked with: the filters of the map, and the territory itself. */
static void write_territory_link(struct writing *writing, const struct territory *territory,
                                 struct aro_buffer *href)
{
    const struct aro_buffer *query = &writing->member_query;
    aro_buffer_printf(href, "%s/collections/initiatives/items", writing->view->request->base_url);
    aro_buffer_append(href, query->data, query->len);
    aro_buffer_printf(href, "%c%s=%s", query->len ? '&' : '?', territory->kind,
                      territory->row->code);
}

/* Where the filter names such territories already, its own would stand twice: then without link. */
static bool has_link(const struct writing *writing, const struct territory *territory)
{
    const struct request *request = writing->view->request;
    return territory->kind &&
           !request_param(request, territory->tag == 'R' ? PARAM_REGION : PARAM_DEPARTEMENT);
}

static void write_territory(struct writing *writing, const struct geo_cluster *cluster)
{
    struct territory territory = territory_of(writing->view->snapshot, cluster);
    struct aro_buffer *href = &writing->href, *out = writing->out;
    open_feature(writing, territory_id(&territory), cluster->position);
    write_box(cluster, out);
    aro_buffer_text(out, ",\"properties\":{\"cluster\":true,");
    write_counts(cluster, out);
    aro_buffer_printf(out, ",\"expansion_zoom\":%d,\"territoire\":", territory.next_zoom);
    aro_json_text(out, territory.kind);
    aro_buffer_text(out, ",\"code\":");
    aro_json_text(out, territory.row ? territory.row->code : NULL);
    aro_buffer_text(out, ",\"nom\":");
    aro_json_text(out, territory.row ? territory.row->nom : NULL);
    if (has_link(writing, &territory)) {
        href->len = 0;
        write_territory_link(writing, &territory, href);
        aro_buffer_text(out, ",\"href\":");
        aro_json_string(out, href->data ? href->data : "", href->len);
    }
    aro_buffer_text(out, "}}");
}

/* ---- The whole ---- */

/* How many single points, from there on, stand one behind the other in memory too. */
static uint32_t count_singles(const struct geo_clusters *clusters, size_t from)
{
    const struct geo_cluster *first = &clusters->items[from];
    uint32_t n = 0;
    while (from + n < clusters->n && first[n].count == 1 &&
           first[n].position == first->position + n)
        n++;
    return n;
}

/* Single points that are neighbours in memory go out as one piece. */
static void write_groups(struct writing *writing, struct response *response)
{
    const struct geo_clusters *clusters = &writing->view->clusters;
    const struct text_block *texts = &writing->view->snapshot->initiatives.compact;
    for (size_t i = 0; i < clusters->n;) {
        const struct geo_cluster *group = &clusters->items[i];
        uint32_t singles = writing->view->admin ? 0 : count_singles(clusters, i);
        struct geo_run points = {group->position, group->position + singles};
        if (singles > 0)
            answer_runs(response, texts, &points, 1, &writing->is_first);
        else if (writing->view->admin)
            write_territory(writing, group);
        else if (geo_cluster_is_stack(group))
            write_stack(writing, group);
        else
            write_cluster(writing, group);
        i += singles > 0 ? singles : 1;
    }
}

void map_write(const struct map_view *view, struct response *response)
{
    struct aro_buffer *out = response_buffer(response);
    struct writing writing = {.view = view, .out = out, .is_first = true};
    write_member_query(view->request, &writing.member_query);
    aro_buffer_printf(out,
                      "{\"type\":\"FeatureCollection\",\"mode\":\"%s\",\"zoom\":%u,"
                      "\"numberMatched\":%zu,\"numberReturned\":%zu,\"features\":[",
                      view->clustered ? "clusters" : "points", (unsigned)view->zoom,
                      view->set.count, view->clusters.n);
    write_groups(&writing, response);
    aro_buffer_text(out, "],");
    answer_self_link(view->request, ANSWER_TYPE_GEOJSON, out);
    aro_buffer_text(out, "]}");
    crs_add_header(response, &crs_systems[0]);
    out->failed |= writing.member_query.failed | writing.href.failed;
    aro_buffer_clear(&writing.member_query);
    aro_buffer_clear(&writing.href);
}
