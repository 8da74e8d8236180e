/*
 * GET /territoires: how to frame mainland France and each overseas territory on a map, and which
 * reference systems are the legal ones there. Boxes are computed from the communes.
 */
#include <math.h>
#include <string.h>

#include "geo/json.h"
#include "server/answer.h"
#include "server/cards.h"
#include "server/handlers.h"

/* ---- Reference systems ---- */

enum { MAX_SYSTEMS = 8 };

/*
 * Decree 2000-1276 of 26 December 2000, as changed by decree 2019-165 of 5 March 2019; codes and
 * names are EPSG's. Where a territory spreads over several zones those that its islands lie in,
 * first the one with most inhabitants. No system is set for Clipperton.
 */
static const struct {
    const char *territory; /* code of a département, or metro */
    struct {
        int epsg;
        const char *nom;
    } systems[MAX_SYSTEMS];
} legal[] = {
    {"metro", {{2154, "RGF93 v1 / Lambert-93"}}},
    {"971", {{5490, "RGAF09 / UTM zone 20N"}}},
    {"972", {{5490, "RGAF09 / UTM zone 20N"}}},
    {"973", {{2972, "RGFG95 / UTM zone 22N"}}},
    {"974", {{2975, "RGR92 / UTM zone 40S"}}},
    {"975", {{4467, "RGSPM06 / UTM zone 21N"}}},
    {"976", {{4471, "RGM04 / UTM zone 38S"}}},
    {"977", {{5490, "RGAF09 / UTM zone 20N"}}},
    {"978", {{5490, "RGAF09 / UTM zone 20N"}}},
    {"984",
     {{7079, "RGTAAF07 / UTM zone 42S"},
      {7080, "RGTAAF07 / UTM zone 43S"},
      {7076, "RGTAAF07 / UTM zone 39S"},
      {7074, "RGTAAF07 / UTM zone 37S"},
      {7075, "RGTAAF07 / UTM zone 38S"},
      {7077, "RGTAAF07 / UTM zone 40S"},
      {8455, "RGTAAF07 / UTM zone 53S"},
      {8456, "RGTAAF07 / UTM zone 54S"}}},
    {"986", {{8903, "RGWF96 / UTM zone 1S"}}},
    {"987",
     {{3297, "RGPF / UTM zone 6S"},
      {3296, "RGPF / UTM zone 5S"},
      {3298, "RGPF / UTM zone 7S"},
      {3299, "RGPF / UTM zone 8S"}}},
    {"988", {{3163, "RGNC91-93 / Lambert New Caledonia"}}},
};

static void write_systems(const char *code, struct aro_buffer *out)
{
    const char *separator = "";
    aro_buffer_text(out, ",\"crs\":[");
    for (size_t i = 0; i < sizeof legal / sizeof *legal; i++) {
        if (strcmp(legal[i].territory, code) != 0)
            continue;
        for (size_t j = 0; j < MAX_SYSTEMS && legal[i].systems[j].epsg; j++) {
            aro_buffer_printf(out, "%s{\"code\":\"EPSG:%d\",\"nom\":", separator,
                              legal[i].systems[j].epsg);
            aro_json_text(out, legal[i].systems[j].nom);
            aro_buffer_char(out, '}');
            separator = ",";
        }
    }
    aro_buffer_char(out, ']');
}

/* ---- Frames ---- */

/* Of the communes of a territory, on the map. Longitudes are watched twice, the second time from
 * Greenwich on instead of the antimeridian: the narrower of the two is the box. */
struct frame {
    uint32_t n_communes;
    int64_t population;
    bool has_place;
    struct geo_mercator_box box, turned;
};

static const uint32_t half_a_turn = UINT32_C(1) << 31;

static void stretch(struct geo_mercator_box *box, struct geo_mercator low, struct geo_mercator high)
{
    box->low.x = low.x < box->low.x ? low.x : box->low.x;
    box->low.y = low.y < box->low.y ? low.y : box->low.y;
    box->high.x = high.x > box->high.x ? high.x : box->high.x;
    box->high.y = high.y > box->high.y ? high.y : box->high.y;
}

/* The contour's box where there is one, or else the town hall. */
static void add_commune(const struct snapshot *snapshot, uint32_t commune, struct frame *frame)
{
    const struct snapshot_layer *layer = &snapshot->layers->of_kind[SNAPSHOT_LAYER_COMMUNES];
    struct geo_mercator_box box;
    int64_t population = snapshot->commune.populations[commune];
    frame->n_communes++;
    frame->population += population > 0 ? population : 0;
    if (snapshot->contours.n > 0 && snapshot->contours.shapes[commune] != SNAPSHOT_NONE)
        box = layer->levels->shape_boxes[commune];
    else if (commune < snapshot->communes.n_placed)
        box.low = box.high = snapshot->communes.places[commune];
    else
        return;
    struct geo_mercator turned_low = {box.low.x ^ half_a_turn, box.low.y},
                        turned_high = {box.high.x ^ half_a_turn, box.high.y};
    if (!frame->has_place) {
        frame->box = box;
        frame->turned = (struct geo_mercator_box){turned_low, turned_high};
    }
    frame->has_place = true;
    stretch(&frame->box, box.low, box.high);
    stretch(&frame->turned, turned_low, turned_high);
}

/* West above east where the box crosses the antimeridian. */
static struct geo_mercator_box narrower(const struct frame *frame)
{
    struct geo_mercator_box box = frame->box, turned = frame->turned;
    if (box.high.x - box.low.x <= turned.high.x - turned.low.x)
        return box;
    turned.low.x ^= half_a_turn;
    turned.high.x ^= half_a_turn;
    return turned;
}

static void write_ordinates(struct aro_buffer *out, struct geo_coord coord)
{
    enum { DECIMALS = 5 };
    aro_json_number(out, coord.lon_e7 / 1e7, DECIMALS);
    aro_buffer_char(out, ',');
    aro_json_number(out, coord.lat_e7 / 1e7, DECIMALS);
}

/* The zoom at which the box fills two tiles of 256 pixels, and no closer than a town. */
static void write_frame(const struct frame *frame, struct aro_buffer *out)
{
    const double tiles = 2, closest = 12, world = 4294967296.0;
    if (!frame->has_place) {
        aro_buffer_text(out, ",\"bbox\":null,\"centre\":null,\"zoom\":null");
        return;
    }
    struct geo_mercator_box box = narrower(frame);
    uint32_t width = box.high.x - box.low.x, height = box.high.y - box.low.y; /* modulo a turn */
    struct geo_mercator middle = {box.low.x + width / 2, box.low.y + height / 2};
    double zoom = log2(tiles * world / fmax(1, width > height ? width : height));
    aro_buffer_text(out, ",\"bbox\":[");
    write_ordinates(out, geo_mercator_to_coord((struct geo_mercator){box.low.x, box.high.y}));
    aro_buffer_char(out, ',');
    write_ordinates(out, geo_mercator_to_coord((struct geo_mercator){box.high.x, box.low.y}));
    aro_buffer_text(out, "],\"centre\":[");
    write_ordinates(out, geo_mercator_to_coord(middle));
    aro_buffer_text(out, "],\"zoom\":");
    aro_json_number(out, floor(10 * fmin(closest, zoom)) / 10, 1);
}

/* ---- The answer ---- */

static void write_territory(const char *code, const char *nom, enum snapshot_zone zone,
                            const struct frame *frame, struct aro_buffer *out)
{
    aro_buffer_text(out, "{\"code\":");
    aro_json_text(out, code);
    aro_buffer_text(out, ",\"nom\":");
    aro_json_text(out, nom);
    aro_buffer_printf(out, ",\"zone\":\"%s\",\"communes\":%u,\"population\":%lld",
                      snapshot_zone_name(zone), (unsigned)frame->n_communes,
                      (long long)frame->population);
    write_frame(frame, out);
    write_systems(code, out);
    aro_buffer_char(out, '}');
}

/* The communes in a département, or of mainland France with Corsica. */
static struct frame frame_of(const struct snapshot *snapshot, uint32_t departement)
{
    const struct commune_columns *columns = &snapshot->commune;
    struct frame frame = {0};
    for (uint32_t i = 0; i < snapshot->communes.n; i++)
        if (departement == SNAPSHOT_NONE ? columns->zones[i] == SNAPSHOT_METRO
                                         : columns->departements[i] == departement)
            add_commune(snapshot, i, &frame);
    return frame;
}

/* Régions with their départements. */
static json_t *regions_of(const struct snapshot *snapshot)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < snapshot->n_regions; i++) {
        json_t *region = card_territory(snapshot, SCHEMA_REGION, i), *departements = json_array();
        for (uint32_t j = 0; j < snapshot->n_departements; j++)
            if (snapshot->departements[j].region == i)
                json_array_append_new(departements,
                                      card_territory(snapshot, SCHEMA_DEPARTEMENT, j));
        json_object_set_new(region, "departements", departements);
        json_array_append_new(list, region);
    }
    return list;
}

bool handle_territoires(const struct request *request, struct response *response,
                        struct aro_error *err)
{
    (void)err;
    const struct snapshot *snapshot = request->snapshot;
    struct aro_buffer *out = response_buffer(response);
    struct frame frame = frame_of(snapshot, SNAPSHOT_NONE);
    aro_buffer_text(out, "{\"territoires\":[");
    write_territory("metro", "France métropolitaine", SNAPSHOT_METRO, &frame, out);
    for (uint32_t i = 0; i < snapshot->n_departements; i++) {
        const struct snapshot_territory *departement = &snapshot->departements[i];
        if (departement->zone == SNAPSHOT_METRO)
            continue;
        frame = frame_of(snapshot, i);
        aro_buffer_char(out, ',');
        write_territory(departement->code, departement->nom, departement->zone, &frame, out);
    }
    aro_buffer_text(out, "],");
    if (request->for_page) { /* which lists the administrative ones too */
        aro_buffer_text(out, "\"regions\":");
        cards_write(regions_of(snapshot), out);
        aro_buffer_char(out, ',');
    }
    answer_self_link(request, ANSWER_TYPE_JSON, out);
    aro_buffer_text(out, "]}");
    return true;
}
