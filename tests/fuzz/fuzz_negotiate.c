/* Accept, Accept-Encoding, If-None-Match, f=, and paths: whatever comes, an answer of the table. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/negotiate.h"
#include "server/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_formats(const char *text)
{
    unsigned formats = FORMAT_JSON | FORMAT_HTML | FORMAT_GEOJSON;
    enum format format = negotiate_accept(formats, FORMAT_JSON, text);
    struct aro_error err = {0};
    if (!(format & formats))
        abort();
    if (negotiate_f(text, formats, FORMAT_JSON, &format, &err) && !(format & formats))
        abort();
}

static void check_wishes(const char *text)
{
    struct encoding_wishes wishes = negotiate_encoding(text);
    const int values[] = {wishes.gzip, wishes.br, wishes.identity};
    for (int i = 0; i < 3; i++)
        if (values[i] < 0 || values[i] > 1000)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct route_match match = {0};
    struct aro_error err = {0};
    if (!text)
        abort();
    check_formats(text);
    check_wishes(text);
    if (etag_matches(text, NULL) && !strchr(text, '*'))
        abort();
    if (route_find(routes, n_routes, text, strlen(text), &match, &err) == (err.status != ARO_OK))
        abort();
    route_match_clear(&match);
    free(text);
    return 0;
}
