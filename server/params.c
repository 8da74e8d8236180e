#include "server/params.h"

#include <stdlib.h>
#include <string.h>

#include "geo/spelling.h"
#include "server/text.h"

#define CODES_SCHEMA                                                                               \
    "{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\",\"pattern\":"               \
    "\"^[0-9A-Za-z]+$\"}}"
#define BBOX_SCHEMA                                                                                \
    "{\"type\":\"array\",\"oneOf\":[{\"minItems\":4,\"maxItems\":4},"                              \
    "{\"minItems\":6,\"maxItems\":6}],\"items\":{\"type\":\"number\",\"format\":\"double\"}}"
#define CRS_SCHEMA                                                                                 \
    "{\"type\":\"string\",\"format\":\"uri\",\"default\":"                                         \
    "\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"}"

const struct param_info param_infos[PARAM_COUNT_OF_ALL] = {
    [PARAM_F] =
        {"f",
         "Format of the answer, instead of the Accept header. A feed (atom) has the newest of the "
         "initiatives that match, 50 where limit does not say.",
         "{\"type\":\"string\",\"enum\":[\"json\",\"geojson\",\"html\",\"csv\",\"geojsonseq\","
         "\"geojsonl\",\"fgb\",\"gpkg\",\"atom\"]}",
         "json"},
    [PARAM_DIALECT] =
        {"dialect",
         "With f=csv: for spreadsheets in French (semicolons, UTF-8 mark, formulas made "
         "harmless), the same so that Excel keeps codes when it is opened by a double "
         "click, or as RFC 4180 has it.",
         "{\"type\":\"string\",\"enum\":[\"spreadsheet\",\"excel\",\"rfc4180\"],"
         "\"default\":\"spreadsheet\"}",
         "rfc4180"},
    [PARAM_LANG] = {"lang", "Language of a page, instead of the Accept-Language header.",
                    "{\"type\":\"string\",\"enum\":[\"fr\",\"en\"],\"default\":\"fr\"}", "en"},
    [PARAM_BBOX] = {"bbox",
                    "Only what lies in the box minLon,minLat,maxLon,maxLat (WGS 84 degrees; edges "
                    "included; minLon above maxLon crosses the antimeridian; the heights of six "
                    "numbers are left aside).",
                    BBOX_SCHEMA, "2.2,48.8,2.5,48.9"},
    [PARAM_BBOX_CRS] = {"bbox-crs",
                        "Coordinate reference system of bbox, one of those that the collection "
                        "lists, in the order of its axes. What is compared is the position as crs= "
                        "would show it; edges included.",
                        CRS_SCHEMA, "http://www.opengis.net/def/crs/EPSG/0/2154"},
    [PARAM_NEAR] = {"near",
                    "A point lon,lat: each feature gets distance_m (geodesic), nearest first.",
                    "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"items\":{\"type\":"
                    "\"number\",\"format\":\"double\"}}",
                    "2.35,48.85"},
    [PARAM_RADIUS] = {"radius", "With near: only what is at most so many metres away.",
                      "{\"type\":\"number\",\"format\":\"double\",\"minimum\":0}", "5000"},
    [PARAM_COMMUNE] = {"commune",
                       "INSEE codes of communes, any of them; former codes lead to the commune of "
                       "today.",
                       CODES_SCHEMA, "13056"},
    [PARAM_EPCI] = {"epci", "SIREN codes of EPCIs, any of them.", CODES_SCHEMA, "200054807"},
    [PARAM_DEPARTEMENT] = {"departement", "Codes of departements, any of them.", CODES_SCHEMA,
                           "2A,13"},
    [PARAM_REGION] = {"region", "INSEE codes of regions, any of them.", CODES_SCHEMA, "93"},
    [PARAM_AXE] = {"axe", "Ids of axes of the theme taxonomy (see /themes), any of them.",
                   CODES_SCHEMA, "1"},
    [PARAM_ENJEU] = {"enjeu", "Ids of enjeux of the theme taxonomy, any of them.", CODES_SCHEMA,
                     "2a"},
    [PARAM_USAGE] = {"usage", "Ids of usages of the theme taxonomy, any of them.", CODES_SCHEMA,
                     "4c2"},
    [PARAM_NIVEAU] = {"niveau", "Newest label of the commune, 1 to 5 arobases, any of them.",
                      "{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"integer\","
                      "\"minimum\":1,\"maximum\":5}}",
                      "4,5"},
    [PARAM_DATETIME] =
        {"datetime",
         "Date or RFC 3339 instant, or an interval of two with \"/\"; \"..\" is an "
         "open end. Labels are of whole years; territories, which have no time, match any.",
         "{\"type\":\"string\"}", "2018-01-01/2020-12-31"},
    [PARAM_Q] = {"q", "Words that must all occur; accents and case do not matter.",
                 "{\"type\":\"string\"}", "mediatheque"},
    [PARAM_FILTER] = {"filter",
                      "A condition of CQL2 on the properties of the collection (see its "
                      "queryables); as text, or as filter-lang says.",
                      "{\"type\":\"string\"}", "niveau >= 4 AND date >= DATE('2019-01-01')"},
    [PARAM_FILTER_LANG] =
        {"filter-lang", "Which form of CQL2 the filter has.",
         "{\"type\":\"string\",\"enum\":[\"cql2-text\",\"cql2-json\"],\"default\":"
         "\"cql2-text\"}",
         "cql2-text"},
    [PARAM_FILTER_CRS] = {"filter-crs",
                          "Coordinate reference system of the geometries in the filter; longitude "
                          "and latitude without it.",
                          "{\"type\":\"string\",\"format\":\"uri\",\"default\":"
                          "\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"}",
                          "http://www.opengis.net/def/crs/EPSG/0/4326"},
    [PARAM_LIMIT] = {"limit",
                     "At most so many features; more than the maximum is answered with the maximum "
                     "and a next link. For files (f=csv, gpkg, …) also all.",
                     "{\"oneOf\":[{\"type\":\"integer\",\"minimum\":1,\"maximum\":10000},"
                     "{\"type\":\"string\",\"enum\":[\"all\"]}],\"default\":1000}",
                     "100"},
    [PARAM_CURSOR] = {"cursor", "Where a page begins: as found in a next link.",
                      "{\"type\":\"string\"}", NULL},
    [PARAM_OFFSET] = {"offset", "So many features are passed over.",
                      "{\"type\":\"integer\",\"minimum\":0,\"default\":0}", "0"},
    [PARAM_ID] = {"id", "Only the feature of this id.", "{\"type\":\"string\"}", "17"},
    [PARAM_TITRE] = {"titre", "Initiatives of this title; of an embed, what stands above it.",
                     "{\"type\":\"string\"}", "Un fablab pour tous"},
    [PARAM_DATE] = {"date", "Initiatives of this day.", "{\"type\":\"string\",\"format\":\"date\"}",
                    "2019-03-14"},
    [PARAM_COMMUNE_NOM] = {"commune_nom", "Features of communes of this name.",
                           "{\"type\":\"string\"}", "Martigues"},
    [PARAM_POPULATION] = {"population", "Communes and territories of so many inhabitants.",
                          "{\"type\":\"integer\"}", "48420"},
    [PARAM_INITIATIVES] = {"initiatives", "Communes and territories of so many initiatives.",
                           "{\"type\":\"integer\"}", "3"},
    [PARAM_COMMUNES] = {"communes", "Territories of so many communes.", "{\"type\":\"integer\"}",
                        "119"},
    [PARAM_COMMUNES_LABELLISEES] = {"communes_labellisees",
                                    "Territories of so many communes with a label.",
                                    "{\"type\":\"integer\"}", "12"},
    [PARAM_ANNEE] = {"annee", "Labels of this year.", "{\"type\":\"integer\"}", "2020"},
    [PARAM_SOUS_TITRE] = {"sous_titre", "Initiatives of this subtitle.", "{\"type\":\"string\"}",
                          "Un projet construit avec les habitants"},
    [PARAM_ACTIONS] = {"actions", "Initiatives whose actions are this text; see q for words.",
                       "{\"type\":\"string\"}", "Un moteur de recherche rassemble les activités."},
    [PARAM_SYNTHESE] = {"synthese", "Initiatives whose summary is this text.",
                        "{\"type\":\"string\"}",
                        "Rendre visibles les créneaux vides a davantage servi."},
    [PARAM_OUTILS] = {"outils", "Initiatives whose tools are this text.", "{\"type\":\"string\"}",
                      "Logiciel libre hébergé par la commune"},
    [PARAM_PRESTATAIRES] = {"prestataires", "Initiatives whose providers are this text.",
                            "{\"type\":\"string\"}", "Une entreprise de la région"},
    [PARAM_RECOMMANDATIONS] = {"recommandations", "Initiatives whose advice is this text.",
                               "{\"type\":\"string\"}",
                               "Associer dès le premier jour les agents d'accueil."},
    [PARAM_RESULTATS] = {"resultats", "Initiatives whose results are this text.",
                         "{\"type\":\"string\"}", "186 réservations ont été faites."},
    [PARAM_POSITION] = {"position",
                        "Initiatives whose point is their own, or that of their commune.",
                        "{\"type\":\"string\",\"enum\":[\"exacte\",\"commune\"]}", "exacte"},
    [PARAM_SOURCE] = {"source", "Initiatives that came from here.", "{\"type\":\"string\"}",
                      "synthetique"},
    [PARAM_SOURCE_ID] = {"source_id", "Initiatives that the source calls so.",
                         "{\"type\":\"string\"}", "00000470"},
    [PARAM_CREATED_AT] = {"created_at", "Initiatives first stored at this instant.",
                          "{\"type\":\"string\",\"format\":\"date-time\"}", "2024-03-14T12:00:00Z"},
    [PARAM_UPDATED_AT] = {"updated_at", "Initiatives last changed at this instant.",
                          "{\"type\":\"string\",\"format\":\"date-time\"}", "2024-03-14T12:00:00Z"},
    [PARAM_VERSION] = {"version", "Initiatives of this version.", "{\"type\":\"integer\"}", "1"},
    [PARAM_SORTBY] = {"sortby",
                      "Names of sortables of the collection, separated by commas; \"-\" before one "
                      "sorts it downward. Nulls come last.",
                      "{\"type\":\"array\",\"minItems\":1,\"maxItems\":4,\"items\":{\"type\":"
                      "\"string\",\"pattern\":\"^[+-]?[A-Za-z_]+$\"}}",
                      "-date,titre"},
    [PARAM_RESULT_TYPE] = {"resultType", "What is answered: features, or only how many there are.",
                           "{\"type\":\"string\",\"enum\":[\"results\",\"hits\"],\"default\":"
                           "\"results\"}",
                           "hits"},
    [PARAM_PROFILE] = {"profile", "Which properties: the few of a list, or all.",
                       "{\"type\":\"string\",\"enum\":[\"compact\",\"full\"],\"default\":"
                       "\"full\"}",
                       "compact"},
    [PARAM_PROPERTIES] =
        {"properties",
         "Names of the properties to send, separated by commas; all without it. With "
         "'initiatives' among those of communes, axe, enjeu, usage and datetime say which "
         "initiatives are counted.",
         "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1}",
         "code,nom,initiatives"},
    [PARAM_CRS] = {"crs",
                   "Coordinate reference system of the answer, one of those that the collection "
                   "lists, in the order of its axes; in files x or longitude first. The header "
                   "Content-Crs tells it.",
                   CRS_SCHEMA, "http://www.opengis.net/def/crs/EPSG/0/2154"},
    [PARAM_ZOOM] = {"zoom", "Zoom level of the map, on tiles of 256 pixels.",
                    "{\"type\":\"number\",\"minimum\":0,\"maximum\":22}", "9"},
    [PARAM_LON] = {"lon", "Longitude, WGS 84 degrees.",
                   "{\"type\":\"number\",\"format\":\"double\",\"minimum\":-180,\"maximum\":180}",
                   "5.05"},
    [PARAM_LAT] = {"lat", "Latitude, WGS 84 degrees.",
                   "{\"type\":\"number\",\"format\":\"double\",\"minimum\":-90,\"maximum\":90}",
                   "43.4"},
    [PARAM_BY] = {"by", "What is counted by.",
                  "{\"type\":\"string\",\"enum\":[\"region\",\"departement\",\"epci\",\"commune\","
                  "\"axe\",\"enjeu\",\"usage\",\"annee\",\"niveau\"]}",
                  "region"},
    [PARAM_CLUSTER] = {"cluster",
                       "How what would lie on each other is drawn. On a map: together by distance "
                       "at every zoom, or by admin (régions, then départements) where it is wide; "
                       "without it, by distance above a budget. On tiles: by distance, or none: "
                       "each place for itself.",
                       "{\"type\":\"string\",\"enum\":[\"distance\",\"admin\",\"none\"]}",
                       "distance"},
    [PARAM_NOM] = {"nom",
                   "A name, or its beginning, or the beginnings of its words; accents, case, "
                   "hyphens and St for Saint do not matter. Each item gets a _score.",
                   "{\"type\":\"string\"}", "saint etienne"},
    [PARAM_CODE] = {"code",
                    "The code: of communes that of INSEE, where a former one leads to the commune "
                    "of today; of EPCIs that of SIREN.",
                    "{\"type\":\"string\"}", "44109"},
    [PARAM_CODE_POSTAL] = {"codePostal", "A postal code.", "{\"type\":\"string\"}", "13500"},
    [PARAM_SIREN] = {"siren", "The SIREN number of a commune.", "{\"type\":\"string\"}",
                     "214401093"},
    [PARAM_CODE_EPCI] = {"codeEpci", "Communes of this EPCI (SIREN).", "{\"type\":\"string\"}",
                         "244400404"},
    [PARAM_CODE_DEPARTEMENT] = {"codeDepartement", "What lies in this département.",
                                "{\"type\":\"string\"}", "44"},
    [PARAM_CODE_REGION] = {"codeRegion", "What lies in this région.", "{\"type\":\"string\"}",
                           "52"},
    [PARAM_ANCIEN_CODE] = {"ancienCode", "The commune of today of a code that is no more.",
                           "{\"type\":\"string\"}", "01003"},
    [PARAM_CODE_PARENT] = {"codeParent",
                           "Arrondissements of Paris (75056), Lyon (69123) or Marseille (13055).",
                           "{\"type\":\"string\"}", "75056"},
    [PARAM_CHEF_LIEU] = {"chefLieu", "Communes associées and déléguées of this commune.",
                         "{\"type\":\"string\"}", "50129"},
    [PARAM_TYPE] = {"type",
                    "Types of places, any of them, in this order: communes of today, "
                    "arrondissements of Paris, Lyon and Marseille, communes associées, communes "
                    "déléguées.",
                    "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":["
                    "\"commune-actuelle\",\"arrondissement-municipal\",\"commune-associee\","
                    "\"commune-deleguee\"]}}",
                    "commune-actuelle,arrondissement-municipal"},
    [PARAM_ZONE] = {"zone",
                    "Mainland France with Corsica, the overseas départements, the other overseas "
                    "collectivities: any of them. Without it all communes; EPCIs, départements and "
                    "régions of metro and drom.",
                    "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"metro\","
                    "\"drom\",\"com\"]}}",
                    "metro,drom,com"},
    [PARAM_FIELDS] = {"fields",
                      "Members of the answer, in this order, beside nom and code; unknown names "
                      "are ignored. nom, code, type, zone, siren, population, codesPostaux, "
                      "codeDepartement, codeRegion, codeEpci, departement, region, epci, "
                      "anciensCodes, associees, deleguees, codeParent, chefLieu, surface "
                      "(hectares), centre, mairie, contour, bbox; of EPCIs codesDepartements and "
                      "codesRegions.",
                      "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}",
                      "nom,code,codesPostaux,centre"},
    [PARAM_FORMAT] = {"format", "JSON objects, or GeoJSON features; of oEmbed JSON or XML.",
                      "{\"type\":\"string\",\"enum\":[\"json\",\"geojson\",\"xml\"],\"default\":"
                      "\"json\"}",
                      "geojson"},
    [PARAM_GEOMETRY] = {"geometry",
                        "The geometry of communes and territories in GeoJSON: centre is the town "
                        "hall of a commune, or a point on the contour; contour, bbox and a "
                        "territory's centre are null without contours. mairie: in API Géo, the "
                        "same as centre; none: in collections, always null.",
                        "{\"type\":\"string\",\"enum\":[\"centre\",\"mairie\",\"contour\","
                        "\"bbox\",\"none\"],\"default\":\"centre\"}",
                        "contour"},
    [PARAM_BOOST] = {"boost",
                     "With nom: large towns come before better matches, but for the whole name. "
                     "Without it they come first among equals.",
                     "{\"type\":\"string\",\"enum\":[\"population\"]}", "population"},
    [PARAM_URL] = {"url",
                   "The address of a page of this service: of an initiative, a territory, a "
                   "theme, a list or an embed.",
                   "{\"type\":\"string\",\"format\":\"uri\"}",
                   "https://atlas.example.org/embed?commune=13056"},
    [PARAM_MAXWIDTH] = {"maxwidth", "The embed is at most so many pixels wide.",
                        "{\"type\":\"integer\",\"minimum\":1}", "600"},
    [PARAM_MAXHEIGHT] = {"maxheight", "The embed is at most so many pixels high.",
                         "{\"type\":\"integer\",\"minimum\":1}", "480"},
    [PARAM_VUE] = {"vue", "What an embed shows: a map, a list, or both.",
                   "{\"type\":\"string\",\"enum\":[\"carte\",\"liste\",\"carte-liste\"],"
                   "\"default\":\"carte-liste\"}",
                   "liste"},
    [PARAM_COULEUR] = {"couleur",
                       "The colour of links and buttons of an embed, as three or six hexadecimal "
                       "digits; made darker or lighter where it could not be read.",
                       "{\"type\":\"string\",\"pattern\":\"^#?([0-9A-Fa-f]{3}){1,2}$\"}", "2464cf"},
    [PARAM_HAUTEUR] = {"hauteur", "The height of an embed in pixels, where it does not fit itself.",
                       "{\"type\":\"integer\",\"minimum\":200,\"maximum\":4000}", "560"},
    [PARAM_CONSENTEMENT] = {"consentement",
                            "When an embed asks for anything: at once, or at a click.",
                            "{\"type\":\"string\",\"enum\":[\"non\",\"clic\"],\"default\":\"non\"}",
                            "clic"},
    [PARAM_LIEU] = {"lieu", "The name or code of a commune to embed the initiatives of.",
                    "{\"type\":\"string\"}", "Martigues"},
    [PARAM_V] = {"v", "Version of the file: with it, the answer may be kept for ever.",
                 "{\"type\":\"string\"}", "1f2e3d4c"},
};

const enum param params_by_name[PARAM_COUNT_OF_ALL] = {
    PARAM_ACTIONS,
    PARAM_ANCIEN_CODE,
    PARAM_ANNEE,
    PARAM_AXE,
    PARAM_BBOX,
    PARAM_BBOX_CRS,
    PARAM_BOOST,
    PARAM_BY,
    PARAM_CHEF_LIEU,
    PARAM_CLUSTER,
    PARAM_CODE,
    PARAM_CODE_DEPARTEMENT,
    PARAM_CODE_EPCI,
    PARAM_CODE_PARENT,
    PARAM_CODE_POSTAL,
    PARAM_CODE_REGION,
    PARAM_COMMUNE,
    PARAM_COMMUNE_NOM,
    PARAM_COMMUNES,
    PARAM_COMMUNES_LABELLISEES,
    PARAM_CONSENTEMENT,
    PARAM_COULEUR,
    PARAM_CREATED_AT,
    PARAM_CRS,
    PARAM_CURSOR,
    PARAM_DATE,
    PARAM_DATETIME,
    PARAM_DEPARTEMENT,
    PARAM_DIALECT,
    PARAM_ENJEU,
    PARAM_EPCI,
    PARAM_F,
    PARAM_FIELDS,
    PARAM_FILTER,
    PARAM_FILTER_CRS,
    PARAM_FILTER_LANG,
    PARAM_FORMAT,
    PARAM_GEOMETRY,
    PARAM_HAUTEUR,
    PARAM_ID,
    PARAM_INITIATIVES,
    PARAM_LANG,
    PARAM_LAT,
    PARAM_LIEU,
    PARAM_LIMIT,
    PARAM_LON,
    PARAM_MAXHEIGHT,
    PARAM_MAXWIDTH,
    PARAM_NEAR,
    PARAM_NIVEAU,
    PARAM_NOM,
    PARAM_OFFSET,
    PARAM_OUTILS,
    PARAM_POPULATION,
    PARAM_POSITION,
    PARAM_PRESTATAIRES,
    PARAM_PROFILE,
    PARAM_PROPERTIES,
    PARAM_Q,
    PARAM_RADIUS,
    PARAM_RECOMMANDATIONS,
    PARAM_REGION,
    PARAM_RESULT_TYPE,
    PARAM_RESULTATS,
    PARAM_SIREN,
    PARAM_SORTBY,
    PARAM_SOURCE,
    PARAM_SOURCE_ID,
    PARAM_SOUS_TITRE,
    PARAM_SYNTHESE,
    PARAM_TITRE,
    PARAM_TYPE,
    PARAM_UPDATED_AT,
    PARAM_URL,
    PARAM_USAGE,
    PARAM_V,
    PARAM_VERSION,
    PARAM_VUE,
    PARAM_ZONE,
    PARAM_ZOOM,
};

void params_clear(struct params *params)
{
    free(params->text);
    free(params->canonical);
    *params = (struct params){0};
}

static enum param find_param(const char *name, param_set known)
{
    enum { HALF = 64 };
    for (int from = 0; from < PARAM_COUNT_OF_ALL; from += HALF)
        for (uint64_t left = (uint64_t)(known >> from); left; left &= left - 1) {
            int i = from + __builtin_ctzll(left);
            if (*param_infos[i].name == *name && strcmp(param_infos[i].name, name) == 0)
                return (enum param)i;
        }
    return PARAM_COUNT_OF_ALL;
}

static bool refuse_unknown(const char *name, param_set known, struct aro_error *err)
{
    const char *names[PARAM_COUNT_OF_ALL] = {0};
    struct aro_buffer list = {0};
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++) {
        enum param param = params_by_name[i];
        if (!(known & PARAM_BIT(param)))
            continue;
        names[i] = param_infos[param].name;
        aro_buffer_printf(&list, "%s'%s'", list.len ? ", " : "", names[i]);
    }
    const char *nearest = geo_spelling_nearest(name, names, PARAM_COUNT_OF_ALL);
    if (nearest)
        aro_error_set_for(err, name, ARO_BAD_INPUT, "unknown parameter '%.64s': did you mean '%s'?",
                          name, nearest);
    else if (list.len == 0)
        aro_error_set_for(err, name, ARO_BAD_INPUT,
                          "unknown parameter '%.64s': this address takes none", name);
    else
        aro_error_set_for(err, name, ARO_BAD_INPUT,
                          "unknown parameter '%.64s': this address takes %.*s", name, (int)list.len,
                          list.data);
    aro_buffer_clear(&list);
    return false;
}

/* One "name=value", decoded where it stands: decoding never makes a text longer, and the "&" or
 * NUL behind it gives way to the terminator. */
static bool parse_pair(char *pair, size_t len, param_set known, bool lenient, struct params *params,
                       struct aro_error *err)
{
    char *equals = memchr(pair, '=', len);
    size_t name_len = equals ? (size_t)(equals - pair) : len;
    char *value = equals ? equals + 1 : pair + len;
    size_t value_len = len - (size_t)(value - pair);
    struct aro_error decode_err = {0};
    if (!text_decode(TEXT_FORM, pair, name_len, pair, &decode_err))
        return lenient ||
               aro_error_set(err, ARO_BAD_INPUT, "name of a parameter: %s", decode_err.message);
    enum param param = find_param(pair, known);
    if (param == PARAM_COUNT_OF_ALL)
        return lenient || refuse_unknown(pair, known, err);
    const char *name = param_infos[param].name;
    if (params->values[param])
        return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                 "parameter '%s' is given twice: give it once", name);
    if (!text_decode(TEXT_FORM, value, value_len, value, &decode_err))
        return aro_error_set_for(err, name, ARO_BAD_INPUT, "parameter '%s': %s", name,
                                 decode_err.message);
    params->values[param] = value;
    return true;
}

static bool parse_pairs(char *text, param_set known, bool lenient, struct params *params,
                        struct aro_error *err)
{
    size_t n = 0;
    for (char *pair = text; *pair;) {
        size_t len = strcspn(pair, "&");
        char *next = pair + len + (pair[len] == '&');
        if (len > 0 && ++n > PARAMS_MAX)
            return aro_error_set(err, ARO_BAD_INPUT, "more than %d parameters", PARAMS_MAX);
        if (len > 0 && !parse_pair(pair, len, known, lenient, params, err))
            return false;
        pair = next;
    }
    return true;
}

void params_write(struct aro_buffer *out, const char *const *values, param_set without)
{
    const char *separator = "";
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++) {
        enum param param = params_by_name[i];
        if (!values[param] || (without & PARAM_BIT(param)))
            continue;
        aro_buffer_text(out, separator);
        aro_buffer_text(out, param_infos[param].name);
        aro_buffer_char(out, '=');
        text_encode(out, values[param], TEXT_KEEP_IN_QUERY);
        separator = "&";
    }
}

bool params_parse(const char *query, size_t len, param_set known, bool lenient,
                  struct params *out_params, struct aro_error *err)
{
    struct params params = {.text = strndup(query, len)};
    struct aro_buffer canonical = {0};
    bool ok = params.text ? parse_pairs(params.text, known, lenient, &params, err)
                          : aro_error_no_memory(err);
    if (ok) {
        params_write(&canonical, params.values, 0);
        params.canonical = aro_buffer_take_text(&canonical, err);
    }
    if (!ok || !params.canonical) {
        params_clear(&params);
        return false;
    }
    *out_params = params;
    return true;
}
