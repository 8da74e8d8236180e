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

static void write_address(const struct request *request, struct aro_buffer *out)
{
    aro_buffer_text(out, request->base_url);
    text_encode(out, request->path, TEXT_KEEP_IN_PATH);
}

void request_link(const struct request *request, struct aro_buffer *out, enum param param,
                  const char *value)
{
    write_address(request, out);
    size_t before = out->len;
    aro_buffer_char(out, '?');
    if (param < PARAM_COUNT_OF_ALL)
        write_changed(request, out, param, value);
    else
        aro_buffer_text(out, request->query);
    if (!out->failed && out->len == before + 1)
        out->len = before;
}

void request_link_around(const struct request *request, enum param param,
                         struct aro_buffer *out_before, struct aro_buffer *out_behind)
{
    param_set before = 0;
    int i = 0;
    const char *values[PARAM_COUNT_OF_ALL];
    memcpy(values, request->params, sizeof values);
    values[param] = "";
    do
        before |= PARAM_BIT(params_by_name[i]);
    while (params_by_name[i++] != param);
    write_address(request, out_before);
    aro_buffer_char(out_before, '?');
    params_write(out_before, values, ~before);
    aro_buffer_char(out_behind, '&');
    params_write(out_behind, values, before);
    if (!out_behind->failed && out_behind->len == 1)
        out_behind->len = 0;
}
