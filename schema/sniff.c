#include "schema/sniff.h"

#include <string.h>
#include <strings.h>

#include "schema/charset.h"

enum { SNIFF_BYTES = 64 << 10 };

#define MAGIC(text) (text), sizeof(text) - 1

/* Longer ones before those they begin with. Sources: the formats' own specifications. */
static const struct {
    const char *bytes;
    size_t len, offset;
    const char *what;
} signatures[] = {
    {MAGIC("\xFF\xFE\0\0"), 0, "is UTF-32 text: save it as UTF-8"},
    {MAGIC("\0\0\xFE\xFF"), 0, "is UTF-32 text: save it as UTF-8"},
    {MAGIC("\xFF\xFE"), 0, "is UTF-16 text (little-endian): save it as UTF-8"},
    {MAGIC("\xFE\xFF"), 0, "is UTF-16 text (big-endian): save it as UTF-8"},
    {MAGIC("PK\x03\x04"), 0,
     "looks like a ZIP archive: unpack it first (a spreadsheet, .xlsx or .ods: save it as CSV)"},
    {MAGIC("PK\x05\x06"), 0, "looks like an empty ZIP archive"},
    {MAGIC("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), 0,
     "looks like an old Office document (.xls): save it as CSV"},
    {MAGIC("7z\xBC\xAF\x27\x1C"), 0, "looks like a 7z archive: unpack it first"},
    {MAGIC("Rar!\x1A\x07"), 0, "looks like a RAR archive: unpack it first"},
    {MAGIC("BZh"), 0, "looks like bzip2: unpack it first (gzip is read as it is)"},
    {MAGIC("\xFD\x37zXZ\0"), 0, "looks like xz: unpack it first (gzip is read as it is)"},
    {MAGIC("\x28\xB5\x2F\xFD"), 0, "looks like zstd: unpack it first (gzip is read as it is)"},
    {MAGIC("\x1F\x8B"), 0, "is gzip inside gzip: unpack it once"},
    {MAGIC("ustar"), 257, "looks like a tar archive: unpack it first"},
    {MAGIC("SQLite format 3\0"), 0,
     "looks like a SQLite or GeoPackage file; CSV or GeoJSON was wanted"},
    {MAGIC("\0\0\x27\x0A"), 0, "looks like a Shapefile; CSV or GeoJSON was wanted"},
    {MAGIC("fgb\x03"), 0, "looks like FlatGeobuf; CSV or GeoJSON was wanted"},
    {MAGIC("PAR1"), 0, "looks like Parquet; CSV or GeoJSON was wanted"},
    {MAGIC("\x89PNG\r\n\x1A\n"), 0, "looks like a PNG image; CSV or GeoJSON was wanted"},
    {MAGIC("\xFF\xD8\xFF"), 0, "looks like a JPEG image; CSV or GeoJSON was wanted"},
    {MAGIC("GIF8"), 0, "looks like a GIF image; CSV or GeoJSON was wanted"},
    {MAGIC("%PDF-"), 0, "looks like a PDF; CSV or GeoJSON was wanted"},
    {MAGIC("\x7F"
           "ELF"),
     0, "looks like a program; CSV or GeoJSON was wanted"},
    {MAGIC("<!DOCTYPE html"), 0, "looks like an HTML page, not the data: was the download right?"},
    {MAGIC("<html"), 0, "looks like an HTML page, not the data: was the download right?"},
    {MAGIC("<?xml"), 0, "looks like XML; CSV or GeoJSON was wanted"},
};

static bool check_signatures(const struct schema_window *window, struct aro_error *err)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        size_t offset = signatures[i].offset, len = signatures[i].len;
        if (window->len < offset + len)
            continue;
        const char *found = window->data + offset;
        /* The names of HTML come in any case; elsewhere a letter's case is part of the magic. */
        bool same = signatures[i].bytes[0] == '<'
                        ? strncasecmp(found, signatures[i].bytes, len) == 0
                        : memcmp(found, signatures[i].bytes, len) == 0;
        if (same)
            return aro_error_set(err, ARO_BAD_INPUT, "%s", signatures[i].what);
    }
    return true;
}

/* Control characters that texts have: tab, line ends, form feed, RFC 8142's record separator. */
static bool is_text_control(unsigned char byte)
{
    return byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f' || byte == 0x1E;
}

/* One stray byte is a matter for its record; many mean that this never was text. */
static bool check_binary(const char *text, size_t len, struct aro_error *err)
{
    size_t n_controls = 0, n_nuls[2] = {0, 0};
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];
        n_controls += byte < 0x20 && !is_text_control(byte);
        n_nuls[i % 2] += byte == 0;
    }
    /* UTF-16 of Latin letters has a NUL in every second byte, on one side only. */
    for (size_t side = 0; side < 2; side++) {
        if (len >= 4 && n_nuls[side] > len / 4 && n_nuls[!side] < len / 64 + 1)
            return aro_error_set(err, ARO_BAD_INPUT, "looks like UTF-16 text: save it as UTF-8");
    }
    if (n_controls > 1 && n_controls > len / 32)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "looks like a binary file; CSV or GeoJSON was wanted");
    return true;
}

static bool check_encoding(const struct schema_window *window, struct aro_error *err)
{
    size_t len = window->at_end ? window->len : schema_charset_whole_len(window->data, window->len);
    if (!schema_charset_looks_latin(window->data, len))
        return true;
    size_t at = schema_charset_valid_len(window->data, len);
    struct schema_charset_place place =
        schema_charset_place_of((struct schema_charset_place){1, 1}, window->data, at);
    return schema_charset_explain(window->data, len, at, place, "", err);
}

static bool ends_with(const char *text, size_t len, const char *ending)
{
    size_t ending_len = strlen(ending);
    return len >= ending_len && strncasecmp(text + len - ending_len, ending, ending_len) == 0;
}

static bool format_of_name(const char *path, enum schema_format *out_format)
{
    static const struct {
        const char *ending;
        enum schema_format format;
    } endings[] = {
        {".csv", SCHEMA_FORMAT_CSV},       {".tsv", SCHEMA_FORMAT_CSV},
        {".geojson", SCHEMA_FORMAT_JSON},  {".json", SCHEMA_FORMAT_JSON},
        {".geojsonl", SCHEMA_FORMAT_JSON}, {".geojsonseq", SCHEMA_FORMAT_JSON},
        {".geojsons", SCHEMA_FORMAT_JSON}, {".ndjson", SCHEMA_FORMAT_JSON},
        {".jsonl", SCHEMA_FORMAT_JSON},
    };
    size_t len = strlen(path);
    if (ends_with(path, len, ".gz"))
        len -= strlen(".gz");
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (!ends_with(path, len, endings[i].ending))
            continue;
        *out_format = endings[i].format;
        return true;
    }
    return false;
}

static bool choose_format(const struct schema_window *window, const char *path,
                          enum schema_format *out_format, struct aro_error *err)
{
    size_t at = strspn(window->data, " \t\r\n"); /* the padding's zeros end it */
    if (at == window->len && window->at_end)
        return aro_error_set(err, ARO_BAD_INPUT, "is empty");
    char first = window->data[at];
    bool looks_json = first == '{' || first == '[' || first == 0x1E;
    enum schema_format format = looks_json ? SCHEMA_FORMAT_JSON : SCHEMA_FORMAT_CSV;
    bool named = format_of_name(path, &format);
    if (named && format == SCHEMA_FORMAT_CSV && looks_json)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "is named as CSV but looks like JSON: name it .geojson");
    *out_format = format;
    return true;
}

bool schema_sniff(struct schema_input *input, const char *path, enum schema_format *out_format,
                  struct aro_error *err)
{
    const struct schema_window *window = schema_input_window(input);
    while (window->len < SNIFF_BYTES && !window->at_end) {
        if (!schema_input_more(input, err))
            return false;
    }
    /* No more of it, so that the answer does not depend on how the bytes came. */
    struct schema_window first = *window;
    if (first.len > SNIFF_BYTES)
        first = (struct schema_window){window->data, SNIFF_BYTES, false};
    if (!check_signatures(&first, err) || !check_binary(first.data, first.len, err) ||
        !check_encoding(&first, err))
        return false;
    if (window->len >= 3 && memcmp(window->data, "\xEF\xBB\xBF", 3) == 0)
        schema_input_consume(input, 3);
    return choose_format(window, path, out_format, err);
}
