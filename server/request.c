#include <string.h>

#include "server/params.h"
#include "server/text.h"

const char *request_param(const struct request *request, enum param param)
{
    return request->params[param];
}

/* The query with one parameter replaced. */
static void write_changed(const struct request *request, struct aro_buffer *out, enum param param,
                          const char *value)
{
    const char *values[PARAM_COUNT_OF_ALL];
    memcpy(values, request->params, sizeof values);
    values[param] = value;
    if (param == PARAM_CURSOR)
        values[PARAM_OFFSET] = NULL;
    params_write(out, values, 0);
}

void request_link(const struct request *request, struct aro_buffer *out, enum param param,
                  const char *value)
{
    aro_buffer_text(out, request->base_url);
    text_encode(out, request->path, "/:,@");
    size_t before = out->len;
    aro_buffer_char(out, '?');
    if (param < PARAM_COUNT_OF_ALL)
        write_changed(request, out, param, value);
    else
        aro_buffer_text(out, request->query);
    if (!out->failed && out->len == before + 1)
        out->len = before;
}
