#include "server/negotiate.h"

#include <string.h>
#include <strings.h>

static const struct {
    enum format format;
    const char *content_type;
    const char *f;              /* value of f= */
    const char *media_types[4]; /* what Accept may call it */
} formats_known[] = {
    {FORMAT_JSON, "application/json", "json", {"application/json"}},
    {FORMAT_GEOJSON,
     "application/geo+json",
     "geojson",
     {"application/geo+json", "application/json", "application/vnd.geo+json"}},
    {FORMAT_HTML, "text/html; charset=utf-8", "html", {"text/html", "application/xhtml+xml"}},
    {FORMAT_OPENAPI,
     "application/vnd.oai.openapi+json;version=3.0",
     "json",
     {"application/vnd.oai.openapi+json", "application/json"}},
    {FORMAT_SCHEMA,
     "application/schema+json",
     "json",
     {"application/schema+json", "application/json"}},
    {FORMAT_TEXT, "text/plain; version=0.0.4; charset=utf-8", "text", {"text/plain"}},
    {FORMAT_MVT,
     "application/vnd.mapbox-vector-tile",
     "mvt",
     {"application/vnd.mapbox-vector-tile", "application/x-protobuf"}},
    {FORMAT_CSV, "text/csv; charset=utf-8; header=present", "csv", {"text/csv"}},
    {FORMAT_GEOJSONSEQ, "application/geo+json-seq", "geojsonseq", {"application/geo+json-seq"}},
    {FORMAT_GEOJSONL, "application/x-ndjson", "geojsonl", {"application/x-ndjson"}},
    {FORMAT_FGB, "application/flatgeobuf", "fgb", {"application/flatgeobuf"}},
    {FORMAT_GPKG, "application/geopackage+sqlite3", "gpkg", {"application/geopackage+sqlite3"}},
    {FORMAT_ATOM, "application/atom+xml; charset=utf-8", "atom", {"application/atom+xml"}},
};
enum { N_FORMATS = sizeof formats_known / sizeof *formats_known };

const char *format_name(enum format format)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (formats_known[i].format == format)
            return formats_known[i].f;
    return "";
}

const char *format_content_type(enum format format)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (formats_known[i].format == format)
            return formats_known[i].content_type;
    return "application/octet-stream";
}

/* One element of a comma-separated header: what stands before ";", and its q. */
struct element {
    const char *text;
    size_t len;
    int q; /* thousandths */
};

static const char *skip_blank(const char *text)
{
    return text + strspn(text, " \t");
}

/* RFC 9110, section 12.4.2: "0" to "1" with up to three decimals; what is not that counts 0. */
static int parse_q(const char *text, size_t len)
{
    if (len == 0 || len > 5 || (text[0] != '0' && text[0] != '1') || (len > 1 && text[1] != '.'))
        return 0;
    int q = (text[0] - '0') * 1000;
    int scale = 100;
    for (size_t i = 2; i < len; i++, scale /= 10) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        q += (text[i] - '0') * scale;
    }
    return q > 1000 ? 0 : q;
}

/* Length up to one of `stops` outside of quotes. */
static size_t span_unquoted(const char *text, const char *stops)
{
    bool quoted = false;
    size_t i = 0;
    for (; text[i]; i++) {
        if (quoted && text[i] == '\\' && text[i + 1])
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && strchr(stops, text[i]))
            break;
    }
    return i;
}

static size_t trimmed_len(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return len;
}

/* The next element that is not empty; false at the end. */
static bool next_element(const char **cursor, struct element *out_element)
{
    const char *text = *cursor + strspn(*cursor, ", \t");
    if (!*text)
        return false;
    size_t len = span_unquoted(text, ",;");
    *out_element = (struct element){text, trimmed_len(text, len), 1000};
    text += len;
    while (*text == ';') {
        text = skip_blank(text + 1);
        len = span_unquoted(text, ",;");
        if (len > 2 && (text[0] | 0x20) == 'q' && text[1] == '=')
            out_element->q = parse_q(text + 2, trimmed_len(text + 2, len - 2));
        text += len;
    }
    *cursor = text;
    return true;
}

static bool is_text(const struct element *element, const char *text)
{
    return element->len == strlen(text) && strncasecmp(element->text, text, element->len) == 0;
}

/* How closely a media range names a type: 3 exactly, 2 as "type/" and a star, 1 as any, 0 not. */
static int closeness(const struct element *range, const char *media_type)
{
    if (is_text(range, media_type))
        return 3;
    if (is_text(range, "*/*"))
        return 1;
    size_t type_len = strcspn(media_type, "/") + 1;
    bool any_subtype = range->len == type_len + 1 && range->text[type_len] == '*';
    return any_subtype && strncasecmp(range->text, media_type, type_len) == 0 ? 2 : 0;
}

static int media_type_q(const char *accept, const char *media_type)
{
    struct element range;
    int closest = 0, q = 0;
    while (next_element(&accept, &range)) {
        int close = closeness(&range, media_type);
        if (close > closest) {
            closest = close;
            q = range.q;
        }
    }
    return q;
}

static int format_q(const char *accept, size_t format)
{
    int best = 0;
    for (size_t i = 0; i < 4 && formats_known[format].media_types[i]; i++) {
        int q = media_type_q(accept, formats_known[format].media_types[i]);
        best = q > best ? q : best;
    }
    return best;
}

enum format negotiate_accept(unsigned formats, enum format fallback, const char *accept)
{
    bool choice = (formats & (formats - 1)) != 0;
    if (!accept || !choice)
        return fallback;
    enum format best = fallback;
    int best_q = 0;
    for (size_t i = 0; i < N_FORMATS; i++) {
        enum format format = formats_known[i].format;
        int q = formats & format ? format_q(accept, i) : 0;
        if (q > best_q || (q == best_q && q > 0 && format == fallback)) {
            best = format;
            best_q = q;
        }
    }
    return best;
}

static bool is_json(enum format format)
{
    return format & (FORMAT_JSON | FORMAT_GEOJSON | FORMAT_OPENAPI | FORMAT_SCHEMA);
}

bool negotiate_f(const char *f, unsigned formats, enum format fallback, enum format *out_format,
                 struct aro_error *err)
{
    if (strcmp(f, "json") == 0 && is_json(fallback)) {
        *out_format = fallback;
        return true;
    }
    char names[160] = ""; /* of all that there are */
    for (size_t i = 0; i < N_FORMATS; i++) {
        enum format format = formats_known[i].format;
        if (!(formats & format))
            continue;
        bool json = strcmp(f, "json") == 0 && is_json(format);
        if (json || strcmp(f, formats_known[i].f) == 0) {
            *out_format = format;
            return true;
        }
        strcat(strcat(names, *names ? ", " : ""), formats_known[i].f);
    }
    return aro_error_set_for(err, "f", ARO_BAD_INPUT, "f='%.32s': this address has %s", f, names);
}

static int *wish_for(struct encoding_wishes *wishes, const struct element *coding)
{
    if (is_text(coding, "gzip") || is_text(coding, "x-gzip"))
        return &wishes->gzip;
    if (is_text(coding, "br"))
        return &wishes->br;
    return is_text(coding, "identity") ? &wishes->identity : NULL;
}

struct encoding_wishes negotiate_encoding(const char *accept_encoding)
{
    if (!accept_encoding)
        return (struct encoding_wishes){0, 0, 1};
    struct encoding_wishes wishes = {-1, -1, -1};
    int any = -1;
    struct element coding;
    while (next_element(&accept_encoding, &coding)) {
        int *wish = is_text(&coding, "*") ? &any : wish_for(&wishes, &coding);
        if (wish)
            *wish = coding.q;
    }
    int unnamed = any > 0 ? any : 0;
    wishes.gzip = wishes.gzip < 0 ? unnamed : wishes.gzip;
    wishes.br = wishes.br < 0 ? unnamed : wishes.br;
    /* Plain bytes stay acceptable unless refused by name or by "*;q=0"; last among equals. */
    wishes.identity = wishes.identity < 0 ? (any < 0 ? 1 : any) : wishes.identity;
    return wishes;
}

/* RFC 4647, basic filtering: "fr" and "fr-CA" are French. */
static bool is_language(const struct element *range, const char *name)
{
    size_t len = strlen(name);
    return range->len >= len && strncasecmp(range->text, name, len) == 0 &&
           (range->len == len || range->text[len] == '-');
}

enum language negotiate_language(const char *accept_language)
{
    int wishes[N_LANGUAGES], any = 0;
    struct element range;
    memset(wishes, -1, sizeof wishes);
    while (accept_language && next_element(&accept_language, &range)) {
        if (is_text(&range, "*"))
            any = range.q;
        for (int i = 0; i < N_LANGUAGES; i++)
            if (is_language(&range, language_names[i]) && range.q > wishes[i])
                wishes[i] = range.q;
    }
    enum language best = LANGUAGE_FR;
    for (int i = 0; i < N_LANGUAGES; i++) {
        wishes[i] = wishes[i] < 0 ? any : wishes[i];
        if (wishes[i] > wishes[best])
            best = (enum language)i;
    }
    return best;
}

bool negotiate_lang(const char *lang, enum language *out_language, struct aro_error *err)
{
    for (int i = 0; i < N_LANGUAGES; i++)
        if (strcmp(lang, language_names[i]) == 0) {
            *out_language = (enum language)i;
            return true;
        }
    return aro_error_set_for(err, "lang", ARO_BAD_INPUT, "lang '%.16s' is not one of: 'fr', 'en'",
                             lang);
}

bool etag_matches(const char *header, const char *tag)
{
    struct element element;
    while (header && next_element(&header, &element)) {
        if (is_text(&element, "*"))
            return true;
        if (!tag)
            continue;
        if (element.len > 2 && strncmp(element.text, "W/", 2) == 0) {
            element.text += 2;
            element.len -= 2;
        }
        if (element.len == strlen(tag) && memcmp(element.text, tag, element.len) == 0)
            return true;
    }
    return false;
}
