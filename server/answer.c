#include "server/answer.h"

#include <math.h>

#include "geo/json.h"
#include "server/negotiate.h"

void answer_runs(struct response *response, const struct text_block *texts,
                 const struct geo_run *runs, size_t n_runs, bool *is_first)
{
    for (size_t i = 0; i < n_runs; i++) {
        struct geo_run left = runs[i];
        while (left.first < left.end) {
            struct text_part part = text_block_part(texts, left);
            response_add_texts(response, part.slice.text + *is_first, part.slice.len - *is_first,
                               part.packed, part.texts);
            *is_first = false;
            left.first = part.end;
        }
    }
}

void answer_hit(struct aro_buffer *out, const struct text_block *texts, const struct geo_hit *hit,
                bool *is_first)
{
    enum { CLOSING = 2 }; /* the braces of the properties and of the feature */
    struct text_slice slice = text_block_at(texts, hit->position);
    aro_buffer_append(out, slice.text + *is_first, slice.len - *is_first - CLOSING);
    *is_first = false;
    if (!isnan(hit->distance_m)) {
        aro_buffer_text(out, ",\"distance_m\":");
        aro_json_number(out, hit->distance_m, 1);
    }
    aro_buffer_text(out, "}}");
}

void answer_lead_to(struct response *response, unsigned status, struct aro_buffer *address)
{
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_char(address, '\0');
    out->failed |= address->failed;
    response_set_status(response, status);
    response_add_header(response, "Location", address->failed ? "" : address->data);
    if (out->len == 0)
        aro_buffer_text(out, "{}\n");
    aro_buffer_clear(address);
}

static void write_behind_href(struct aro_buffer *out, const char *rel, const char *type)
{
    aro_buffer_text(out, ",\"rel\":\"");
    aro_buffer_text(out, rel);
    aro_buffer_text(out, "\",\"type\":\"");
    aro_buffer_text(out, type);
    aro_buffer_text(out, "\"}");
}

void answer_link(struct aro_buffer *out, const char *rel, const char *type, struct aro_buffer *href)
{
    aro_buffer_text(out, "{\"href\":");
    aro_json_string(out, href->data ? href->data : "", href->len);
    write_behind_href(out, rel, type);
    out->failed |= href->failed;
    aro_buffer_clear(href);
}

void answer_alternates(struct aro_buffer *out, const struct request *request, unsigned formats)
{
    struct aro_buffer before = {0}, behind = {0}, quoted = {0};
    request_link_around(request, PARAM_F, &before, &behind);
    aro_json_string(&quoted, before.data ? before.data : "", before.len);
    if (quoted.len > 0)
        quoted.len--; /* the quote at its end: what follows needs no escapes */
    for (unsigned format = 1; format && format <= formats; format <<= 1) {
        if (!(formats & format))
            continue;
        aro_buffer_text(out, ",{\"href\":");
        aro_buffer_append(out, quoted.data, quoted.len);
        aro_buffer_text(out, format_name((enum format)format));
        aro_buffer_append(out, behind.data, behind.len);
        aro_buffer_char(out, '"');
        write_behind_href(out, "alternate", format_content_type((enum format)format));
    }
    out->failed |= before.failed || behind.failed || quoted.failed;
    aro_buffer_clear(&before);
    aro_buffer_clear(&behind);
    aro_buffer_clear(&quoted);
}

void answer_self_link(const struct request *request, const char *type, struct aro_buffer *out)
{
    struct aro_buffer href = {0};
    request_link(request, &href, PARAM_COUNT_OF_ALL, NULL);
    aro_buffer_text(out, "\"links\":[");
    answer_link(out, "self", type, &href);
}
