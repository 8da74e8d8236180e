/* A page of a collection as a file, made while it is sent. */
#include <stdio.h>
#include <string.h>

#include "geo/fold.h"
#include "server/format.h"

/* The filters that a file is named after, in this order. */
static const enum param naming[] = {
    PARAM_Q,     PARAM_COMMUNE, PARAM_EPCI,   PARAM_DEPARTEMENT, PARAM_REGION, PARAM_AXE,
    PARAM_ENJEU, PARAM_USAGE,   PARAM_NIVEAU, PARAM_DATETIME,    PARAM_NEAR,   PARAM_BBOX,
};
enum { NAME_MAX_BYTES = 100 };

/* Folded, so that only letters, digits and "-" are left, whatever was asked for. */
static void add_word(struct aro_buffer *name, const char *text)
{
    struct aro_buffer folded = {0};
    geo_fold(&folded, text, strlen(text));
    for (size_t i = 0; i < folded.len; i++) {
        unsigned char c = (unsigned char)folded.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (i == 0 || is_plain || c == ' ')
            aro_buffer_char(name, i == 0 ? '-' : is_plain ? (char)c : '-');
        if (i == 0 && is_plain)
            aro_buffer_char(name, (char)c);
    }
    name->failed |= folded.failed;
    aro_buffer_clear(&folded);
}

/* initiatives-departement-13-2026-11-26.csv: the day is that of the data's newest change. */
static void write_name(const struct request *request, const struct collection *collection,
                       const char *ending, struct aro_buffer *name)
{
    const char *last_change = request->snapshot->last_change;
    aro_buffer_text(name, collection->id);
    for (size_t i = 0; i < sizeof naming / sizeof *naming && !name->failed; i++) {
        const char *value = request_param(request, naming[i]);
        size_t before = name->len;
        if (!value)
            continue;
        if (naming[i] != PARAM_Q)
            aro_buffer_printf(name, "-%s", param_infos[naming[i]].name);
        add_word(name, value);
        if (name->len > NAME_MAX_BYTES)
            name->len = before;
    }
    if (*last_change)
        aro_buffer_printf(name, "-%.10s", last_change);
    aro_buffer_printf(name, ".%s", ending);
}

static void add_header(struct response *response, const char *name, struct aro_buffer *value)
{
    aro_buffer_char(value, '\0');
    response_add_header(response, name, value->failed ? "" : value->data);
    response_buffer(response)->failed |= value->failed;
    value->len = 0;
}

/* What the counts of a document say; its links are those of items.c. */
static void add_headers(const struct request *request, const struct items_page *items,
                        const char *ending, struct response *response)
{
    struct aro_buffer value = {0};
    aro_buffer_text(&value, "attachment; filename=\"");
    write_name(request, items->collection, ending, &value);
    aro_buffer_char(&value, '"');
    add_header(response, "Content-Disposition", &value);
    aro_buffer_printf(&value, "%zu", items->page.n_matched);
    add_header(response, "OGC-NumberMatched", &value);
    aro_buffer_printf(&value, "%zu", items->page.n_returned);
    add_header(response, "OGC-NumberReturned", &value);
    aro_buffer_clear(&value);
}

bool items_write_file(const struct request *request, struct items_page *items,
                      struct response *response, struct aro_error *err)
{
    const char *dialect_text = request_param(request, PARAM_DIALECT);
    const struct format_writer *writer = format_writer_of(request->format);
    struct format_about about = {.snapshot = request->snapshot,
                                 .request = request,
                                 .temp_folder = request->settings->temp_folder};
    struct stream_source source;
    if (dialect_text && request->format != FORMAT_CSV)
        return aro_error_set_for(err, "dialect", ARO_BAD_INPUT, "dialect is for f=csv only");
    if (!format_dialect_parse(dialect_text, &about.dialect, err))
        return false;
    add_headers(request, items, writer->ending, response);
    return format_open(writer, &about, items, &source, err) &&
           response_set_source(response, &source, err);
}
