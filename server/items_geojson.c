#include "server/answer.h"
#include "server/format.h"
#include "server/response.h"

/* What a page copies where it is not sent from where its features lie. */
enum { COPY_MAX_BYTES = 256 << 10 };

/* A gzip body comes from what was deflated ahead, which suits runs that are not short. */
static bool is_packed(const struct items_page *items)
{
    enum { MEAN_TEXTS = 8 };
    const struct geo_runs *runs = &items->page.runs;
    return text_block_packed(items->texts) && geo_runs_count(runs) / MEAN_TEXTS >= runs->n;
}

/* Ready texts that are sent from where they lie: few and long runs, or all of them short. */
static bool stands_ready(const struct request *request, const struct items_page *items)
{
    enum { HEAD_AND_BEHIND = 2 };
    const struct query_page *page = &items->page;
    size_t bytes = 0;
    if (selection_is_set(&items->selection))
        return false;
    for (size_t i = 0; i < page->hits.n && bytes <= COPY_MAX_BYTES; i++)
        bytes += text_block_at(items->texts, page->hits.items[i].position).len;
    for (size_t i = 0; i < page->runs.n; i++)
        bytes += text_block_bytes(items->texts, page->runs.items[i]);
    if (bytes <= COPY_MAX_BYTES)
        return true;
    size_t n_pieces = page->runs.n + HEAD_AND_BEHIND;
    bool is_long =
        n_pieces <= RESPONSE_MAX_PIECES && bytes / n_pieces >= RESPONSE_MIN_MEAN_PIECE_BYTES;
    return !page->in_hits && is_long && (!request->accepts_gzip || is_packed(items));
}

static void write_ready(const struct request *request, const struct items_page *items,
                        struct response *response)
{
    const struct query_page *page = &items->page;
    struct aro_buffer *out = response_buffer(response);
    bool is_first = true;
    format_geojson_head(items, out);
    answer_runs(response, items->texts, page->runs.items, page->runs.n, &is_first);
    for (size_t i = 0; i < page->hits.n; i++)
        answer_hit(out, items->texts, &page->hits.items[i], &is_first);
    format_geojson_behind(request, items, out);
}

bool items_write_geojson(const struct request *request, struct items_page *items,
                         struct response *response, struct aro_error *err)
{
    const struct format_about about = {.snapshot = request->snapshot, .request = request};
    struct stream_source source;
    if (stands_ready(request, items)) {
        write_ready(request, items, response);
        return true;
    }
    return format_open(&format_geojson, &about, items, &source, err) &&
           response_set_source(response, &source, err);
}
