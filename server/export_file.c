#include "server/export_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "schema/aside.h"

/* All that matches, as a request with limit=all finds it, in the system that it asks for. */
static bool find_page(const struct export_file *what, struct items_page *items,
                      struct aro_error *err)
{
    const char *params[PARAM_COUNT_OF_ALL];
    memcpy(params, what->params, sizeof params);
    params[PARAM_LIMIT] = "all";
    const struct request request = {.settings = what->settings,
                                    .snapshot = what->snapshot,
                                    .params = params,
                                    .format = FORMAT_GEOJSONL}; /* of files, any */
    struct query *query = query_new(&request, what->collection, err);
    bool ok = query && selection_parse(&request, what->collection, &items->selection, err) &&
              query_page(query, &items->page, err);
    query_free(query);
    return ok;
}

static bool write_piece(FILE *file, const struct export_file *what, const struct aro_buffer *piece,
                        struct aro_error *err)
{
    return fwrite(piece->data, 1, piece->len, file) == piece->len ||
           aro_error_set(err, ARO_IO, "writing '%.200s' failed: %s", what->path, strerror(errno));
}

static bool write_all(const struct export_file *what, struct stream_source *source, FILE *file,
                      struct aro_error *err)
{
    struct aro_buffer piece = {0};
    bool ok = true, at_end = false;
    while (ok && !at_end) {
        piece.len = 0;
        ok = source->pull(source->state, &piece, &at_end, err) && aro_buffer_ok(&piece, err) &&
             (piece.len == 0 || write_piece(file, what, &piece, err));
        what->on_progress(what->context, format_progress(source));
        if (ok && what->stopped(what->context))
            ok = aro_error_set(err, ARO_STOPPED, "stopped");
    }
    aro_buffer_clear(&piece);
    return ok;
}

static bool write_file(const struct export_file *what, struct items_page *items, const char *path,
                       struct aro_error *err)
{
    struct stream_source source;
    struct format_about about = {.snapshot = what->snapshot,
                                 .temp_folder = what->settings->temp_folder};
    if (!format_dialect_parse(what->params[PARAM_DIALECT], &about.dialect, err) ||
        !format_open(what->writer, &about, items, &source, err))
        return false;
    FILE *file = fopen(path, "wb");
    bool ok = file ? write_all(what, &source, file, err)
                   : aro_error_set(err, ARO_IO, "cannot write '%.200s': %s", path, strerror(errno));
    if (file && fclose(file) != 0 && ok)
        ok = aro_error_set(err, ARO_IO, "writing '%.200s' failed: %s", what->path, strerror(errno));
    source.free(source.state);
    return ok;
}

bool export_file(const struct export_file *what, size_t *out_n_features, struct aro_error *err)
{
    struct schema_aside aside = {0};
    struct items_page items = {.collection = what->collection,
                               .texts = &collection_points(what->collection, what->snapshot)->full};
    bool ok = find_page(what, &items, err);
    size_t n = items.page.n_returned;
    ok = ok && schema_aside_begin(&aside, what->path, what->replace, err) &&
         write_file(what, &items, aside.path, err) && schema_aside_finish(&aside, err);
    schema_aside_clear(&aside);
    selection_clear(&items.selection);
    query_page_clear(&items.page);
    if (ok)
        *out_n_features = n;
    return ok;
}
