#include <string.h>

#include "geo/json.h"
#include "server/answer.h"
#include "server/collections.h"
#include "server/handlers.h"
#include "server/tally.h"

static bool read_dimension(const struct request *request, enum tally_by *out_by,
                           struct aro_error *err)
{
    static const char *const wanted =
        "wanted one of region, departement, epci, commune, axe, enjeu, usage, annee, niveau";
    const char *text = request_param(request, PARAM_BY);
    for (int i = 0; text && i < N_TALLY_BY; i++) {
        if (strcmp(text, tally_names[i]) == 0) {
            *out_by = (enum tally_by)i;
            return true;
        }
    }
    if (!text)
        return aro_error_set_for(err, "by", ARO_BAD_INPUT, "by is missing: %s", wanted);
    return aro_error_set_for(err, "by", ARO_BAD_INPUT, "by '%.40s' is not known: %s", text, wanted);
}

static void open_answer(enum tally_by by, size_t total, struct aro_buffer *out)
{
    aro_buffer_printf(out,
                      "{\"by\":\"%s\",\"total\":%zu,\"multiple\":%s,\"counts\":", tally_names[by],
                      total, tally_is_multiple(by) ? "true" : "false");
}

static void close_answer(const struct request *request, struct aro_buffer *out)
{
    aro_buffer_char(out, ',');
    answer_self_link(request, ANSWER_TYPE_JSON, out);
    aro_buffer_text(out, "]}");
}

/* Without a filter the counts are known, and written, since the snapshot was built. */
static void answer_all(const struct request *request, enum tally_by by, struct response *response)
{
    struct text_slice text = text_block_at(&request->snapshot->counts, by);
    open_answer(by, request->snapshot->initiatives.n, response_buffer(response));
    response_add_static(response, text.text, text.len);
    close_answer(request, response_buffer(response));
}

static bool answer_some(const struct request *request, enum tally_by by, const struct query *query,
                        struct response *response, struct aro_error *err)
{
    struct aro_buffer *out = response_buffer(response);
    struct query_set set = {0};
    struct tally tally = {0};
    bool ok =
        query_find(query, NULL, &set, err) && tally_make(request->snapshot, by, &set, &tally, err);
    if (ok) {
        open_answer(by, set.count, out);
        tally_write(request->snapshot, &tally, out);
        close_answer(request, out);
    }
    query_set_clear(&set);
    tally_clear(&tally);
    return ok;
}

bool handle_counts(const struct request *request, struct response *response, struct aro_error *err)
{
    enum tally_by by = BY_REGION;
    bool ok = true;
    if (!read_dimension(request, &by, err))
        return false;
    struct query *query = query_new(request, &collections[COLLECTION_INITIATIVES], err);
    if (!query)
        return false;
    if (query_is_all(query))
        answer_all(request, by, response);
    else
        ok = answer_some(request, by, query, response, err);
    query_free(query);
    return ok;
}
