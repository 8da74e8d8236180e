#include "server/tile_layers.h"

#include "server/tile_render.h"

#define COUNTS                                                                                     \
    "\"count\":\"Number\",\"axe_1\":\"Number\",\"axe_2\":\"Number\",\"axe_3\":\"Number\","         \
    "\"axe_4\":\"Number\""

#define AREA(set, id, description, own)                                                            \
    {set,                                                                                          \
     "{\"id\":\"" id "\",\"description\":\"" description "\",\"fields\":{" AREA_FIELDS own "}}"},  \
    {                                                                                              \
        set, "{\"id\":\"" id "_labels\",\"description\":\"Where the names of " id                  \
             " can stand\",\"fields\":{" AREA_FIELDS own "}}"                                      \
    }
#define AREA_FIELDS                                                                                \
    "\"code\":\"String\",\"nom\":\"String\",\"population\":\"Number\",\"initiatives\":\"Number\","
#define OF_TERRITORIES "\"communes\":\"Number\",\"communes_labellisees\":\"Number\""

/* As they are drawn; tests/api/test_export.py looks whether a tile has a property beside these. */
static const struct {
    enum tile_set set;
    const char *json;
} layers[] = {
    AREA(TILE_REGIONS, "regions", "Régions", OF_TERRITORIES),
    AREA(TILE_DEPARTEMENTS, "departements", "Départements", OF_TERRITORIES),
    AREA(TILE_EPCIS, "epcis", "EPCIs", OF_TERRITORIES),
    AREA(TILE_COMMUNES, "communes", "Communes", "\"niveau\":\"Number\""),
    {TILE_INITIATIVES,
     "{\"id\":\"initiatives\",\"description\":\"Initiatives, and stacks of them at one place\","
     "\"fields\":{\"titre\":\"String\",\"date\":\"String\",\"commune\":\"String\","
     "\"commune_nom\":\"String\",\"axes\":\"String\",\"niveau\":\"Number\",\"stack\":\"Boolean\","
     "\"ids\":\"String\",\"place\":\"String\"," COUNTS "}}"},
    {TILE_INITIATIVES,
     "{\"id\":\"clusters\",\"description\":\"Initiatives that lie near each other\",\"fields\":{"
     "\"cluster\":\"Boolean\",\"expansion_zoom\":\"Number\"," COUNTS "}}"},
    {TILE_INITIATIVES, "{\"id\":\"_meta\",\"description\":\"Totals of the tile\",\"fields\":{"
                       "\"initiatives\":\"Number\"}}"},
};

void tile_layers_write(unsigned sets, struct aro_buffer *out)
{
    const char *before = "[";
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        if (!(sets & layers[i].set))
            continue;
        aro_buffer_text(out, before);
        aro_buffer_text(out, layers[i].json);
        before = ",";
    }
    aro_buffer_text(out, *before == '[' ? "[]" : "]");
}
