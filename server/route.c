#include "server/route.h"

#include <stdlib.h>
#include <string.h>

#include "server/text.h"

void route_match_clear(struct route_match *match)
{
    free(match->text);
    *match = (struct route_match){0};
}

param_set route_params(const struct route *route)
{
    return route->params | (route->formats & FORMAT_HTML ? PARAM_BIT(PARAM_LANG) : 0);
}

/* One {name} or {name*} at *pattern against the path: copies the value to `out`. Returns how much
 * of the path it took, 0 where it does not fit. What stands behind a name in its segment, as in
 * "{y}.mvt", is not part of the value. */
static size_t match_value(const char **pattern, const char *path, char *out)
{
    const char *close = strchr(*pattern, '}');
    size_t len = close[-1] == '*' ? strlen(path) : strcspn(path, "/");
    size_t behind_len = strcspn(close + 1, "/{");
    if (len > behind_len && memcmp(path + len - behind_len, close + 1, behind_len) == 0)
        len -= behind_len;
    memcpy(out, path, len);
    out[len] = '\0';
    *pattern = close + 1;
    return len;
}

/* `values_text` has room for the path, a terminator for each value and one more. */
static bool matches(const char *pattern, const char *path, char *values_text,
                    const char *values[REQUEST_MAX_PATH_VALUES])
{
    size_t n = 0;
    while (*pattern) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t len = match_value(&pattern, path, values_text);
        if (len == 0 || n == REQUEST_MAX_PATH_VALUES)
            return false;
        values[n++] = values_text;
        values_text += len + 1;
        path += len;
    }
    return *path == '\0';
}

static const struct route *find(const struct route *in_routes, size_t n, struct route_match *match,
                                char *values_text)
{
    for (size_t i = 0; i < n; i++) {
        memset(match->values, 0, sizeof match->values);
        if (matches(in_routes[i].pattern, match->path, values_text, match->values))
            return &in_routes[i];
    }
    return NULL;
}

/* A slash at the end is the mistake that people make. */
static bool refuse(const struct route *in_routes, size_t n, struct route_match *match,
                   char *values_text, struct aro_error *err)
{
    size_t len = strlen(match->path);
    if (len > 1 && match->path[len - 1] == '/') {
        match->text[len - 1] = '\0';
        if (find(in_routes, n, match, values_text))
            return aro_error_set(err, ARO_NOT_FOUND, "no '%.200s/' here: did you mean '%.200s'?",
                                 match->path, match->path);
        match->text[len - 1] = '/';
    }
    return aro_error_set(err, ARO_NOT_FOUND, "no '%.200s' here", match->path);
}

bool route_find(const struct route *in_routes, size_t n, const char *path, size_t len,
                struct route_match *out_match, struct aro_error *err)
{
    struct route_match match = {.text = malloc(2 * len + REQUEST_MAX_PATH_VALUES + 3)};
    if (!match.text)
        return aro_error_no_memory(err);
    char *values_text = match.text + len + 1;
    match.path = match.text;
    bool ok = text_decode(TEXT_PATH, path, len, match.text, err);
    if (!ok)
        aro_error_context(err, "path");
    /* An encoded slash would be a separator once decoded: no path of ours holds one. */
    bool encoded_slash = memmem(path, len, "%2F", 3) || memmem(path, len, "%2f", 3);
    match.route = ok && !encoded_slash ? find(in_routes, n, &match, values_text) : NULL;
    if (ok && !match.route)
        ok = refuse(in_routes, n, &match, values_text, err);
    if (ok)
        *out_match = match;
    else
        route_match_clear(&match);
    return ok;
}
