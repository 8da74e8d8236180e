#include "server/crs.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "geo/json.h"

/* ---- The systems ---- */

#define EPSG_URI "http://www.opengis.net/def/crs/EPSG/0/"
#define METRES(number)                                                                             \
    {                                                                                              \
        .uri = EPSG_URI #number, .authority = "EPSG", .code = #number, .epsg = (number)            \
    }
#define DEGREES(number)                                                                            \
    {                                                                                              \
        .uri = EPSG_URI #number, .authority = "EPSG", .code = #number, .epsg = (number),           \
        .is_stored = true, .is_latitude_first = true                                               \
    }

/* Those of the decree 2000-1276 (as of 2019) are the legal ones of each part of France. */
const struct crs crs_systems[] = {
    {.uri = "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
     .authority = "OGC",
     .code = "CRS84",
     .epsg = 4326,
     .is_stored = true},
    DEGREES(4326), /* WGS 84 */
    DEGREES(4258), /* ETRS89 */
    METRES(3857),  /* Pseudo-Mercator, of web maps */
    METRES(2154),  /* Lambert-93: metropolitan France */
    METRES(3942),  /* its nine conic zones, from south to north */
    METRES(3943),
    METRES(3944),
    METRES(3945),
    METRES(3946),
    METRES(3947),
    METRES(3948),
    METRES(3949),
    METRES(3950),
    METRES(5490), /* Guadeloupe, Martinique, Saint-Barthélemy, Saint-Martin */
    METRES(2972), /* Guyane */
    METRES(2975), /* La Réunion */
    METRES(4471), /* Mayotte */
    METRES(4467), /* Saint-Pierre-et-Miquelon */
    METRES(3163), /* Nouvelle-Calédonie */
    METRES(3296), /* Polynésie française, from west to east */
    METRES(3297),
    METRES(3298),
    METRES(3299),
    METRES(8903), /* Wallis-et-Futuna */
};
const size_t n_crs_systems = sizeof crs_systems / sizeof *crs_systems;

/* ---- Names ---- */

/* What is left behind a beginning, in any case; NULL where the text begins otherwise. */
static const char *behind(const char *text, const char *beginning)
{
    size_t len = strlen(beginning);
    return strncasecmp(text, beginning, len) == 0 ? text + len : NULL;
}

/* A version such as "0", "1.3" or none, with the sign behind it: systems do not depend on it. */
static const char *behind_version(const char *text, char sign)
{
    text += strspn(text, "0123456789.");
    return *text == sign ? text + 1 : NULL;
}

static bool is_code(const char *text, size_t len, const struct crs *crs)
{
    return len == strlen(crs->code) && strncasecmp(text, crs->code, len) == 0;
}

static bool is_named(const char *text, const struct crs *crs)
{
    size_t len = strlen(text), authority_len = strlen(crs->authority);
    const char *rest = behind(text, "http://www.opengis.net/def/crs/");
    rest = rest ? rest : behind(text, "https://www.opengis.net/def/crs/");
    const char *urn = rest ? NULL : behind(text, "urn:ogc:def:crs:");
    bool is_curie = !rest && !urn;
    bool is_safe = is_curie && len > 2 && text[0] == '[' && text[len - 1] == ']';
    char sign = rest ? '/' : ':';
    const char *name = rest ? rest : urn ? urn : text + is_safe;
    const char *code = behind(name, crs->authority) ? name + authority_len : NULL;
    if (!code || *code++ != sign)
        return false;
    code = is_curie ? code : behind_version(code, sign);
    return code && is_code(code, strlen(code) - is_safe, crs);
}

const struct crs *crs_find(const char *text)
{
    for (size_t i = 0; i < n_crs_systems; i++)
        if (is_named(text, &crs_systems[i]))
            return &crs_systems[i];
    return NULL;
}

bool crs_is_other(const struct crs *crs)
{
    return crs && crs != &crs_systems[0];
}

bool crs_param(const struct request *request, enum param param, const struct crs **out_crs,
               struct aro_error *err)
{
    const char *text = request_param(request, param), *name = param_infos[param].name;
    struct aro_buffer all = {0};
    *out_crs = text ? crs_find(text) : &crs_systems[0];
    if (*out_crs)
        return true;
    for (size_t i = 1; i < n_crs_systems; i++)
        aro_buffer_printf(&all, "%s%s", i > 1 ? ", " : "", crs_systems[i].code);
    aro_error_set_for(err, name, ARO_BAD_INPUT,
                      "%s '%.80s' is not served: wanted a URI such as %s, OGC:CRS84, or EPSG: and "
                      "one of %.*s",
                      name, text, crs_systems[0].uri, (int)all.len, all.data ? all.data : "");
    aro_buffer_clear(&all);
    return false;
}

/* ---- What answers say ---- */

void crs_add_header(struct response *response, const struct crs *crs)
{
    char value[128];
    assert(strlen(crs->uri) + sizeof "<>" <= sizeof value);
    stpcpy(stpcpy(stpcpy(value, "<"), crs->uri), ">");
    response_add_header(response, "Content-Crs", value);
}

void crs_write_list(struct aro_buffer *out)
{
    aro_buffer_char(out, '[');
    for (size_t i = 0; i < n_crs_systems; i++)
        aro_buffer_printf(out, "%s\"%s\"", i ? "," : "", crs_systems[i].uri);
    aro_buffer_char(out, ']');
}

enum { DEGREE_DECIMALS = 7, METRE_DECIMALS = 3 };

void crs_write_ordinate(const struct crs *crs, double ordinate, struct aro_buffer *out)
{
    aro_json_number(out, ordinate, crs->is_stored ? DEGREE_DECIMALS : METRE_DECIMALS);
}

void crs_write_position(const struct crs *crs, struct geo_xy position, struct aro_buffer *out)
{
    bool turned = crs->is_latitude_first;
    aro_buffer_char(out, '[');
    crs_write_ordinate(crs, turned ? position.y : position.x, out);
    aro_buffer_char(out, ',');
    crs_write_ordinate(crs, turned ? position.x : position.y, out);
    aro_buffer_char(out, ']');
}

void crs_write_geometry(const struct crs *crs, struct geo_xy position, struct aro_buffer *out)
{
    if (isnan(position.x)) {
        aro_buffer_text(out, "null");
        return;
    }
    aro_buffer_text(out, "{\"type\":\"Point\",\"coordinates\":");
    crs_write_position(crs, position, out);
    aro_buffer_char(out, '}');
}
