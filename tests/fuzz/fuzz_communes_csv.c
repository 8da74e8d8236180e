/*
 * Any bytes as the body of POST /communes/at: the same comes back however they are cut, and what
 * comes back is CSV again, each row with the columns that were sent and the seven that are added.
 *
 * The first byte says into what pieces. An eighth of the inputs stand behind a header and so many
 * blank lines that it is read before the rest has come.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/csv.h"
#include "server/handlers.h"
#include "server/response.h"
#include "tests/fuzz/snapshot_made.h"

enum { N_APPENDED = 7, HEADER_READ_BYTES = 64 << 10 };

static const struct snapshot *snapshot; /* made before the first input */

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool take(void *state, const char *bytes, size_t len, size_t piece, struct aro_error *err)
{
    for (size_t at = 0; at < len; at += piece)
        if (!upload_communes_at.take(state, bytes + at, piece < len - at ? piece : len - at, err))
            return false;
    return true;
}

static void read_answer(const struct response *response, struct aro_buffer *out)
{
    char part[4096];
    ssize_t n;
    require(response->fd >= 0);
    while ((n = read(response->fd, part, sizeof part)) > 0)
        aro_buffer_append(out, part, (size_t)n);
    require(n == 0 && out->len == response->body_bytes && !out->failed);
}

/* Appends what is answered; false, with what was said instead, where it is refused. */
static bool answer(const struct aro_buffer *body, size_t piece, struct aro_buffer *out)
{
    static const struct settings settings = {.max_upload_rows = 1000};
    struct aro_error err = {0};
    struct response *response = response_new(NULL);
    void *state = upload_communes_at.begin(snapshot, &settings, &err);
    require(response && state);
    bool ok = take(state, body->data, body->len, piece, &err) &&
              upload_communes_at.answer(state, response, &err);
    if (ok)
        read_answer(response, out);
    else
        aro_buffer_text(out, err.message);
    require(ok || err.status == ARO_BAD_INPUT || err.status == ARO_TOO_LARGE);
    upload_communes_at.free(state);
    response_free(response);
    return ok;
}

static struct schema_csv *open_csv(const char *bytes, size_t len, struct schema_input **out_input)
{
    size_t mark = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    *out_input = schema_input_from_memory(bytes + mark, len - mark, 0, NULL);
    require(*out_input != NULL);
    return schema_csv_open(*out_input, NULL);
}

static void check_is_csv(const struct aro_buffer *out)
{
    struct schema_input *input;
    struct schema_csv *csv = open_csv(out->data, out->len, &input);
    const struct schema_record *record;
    struct aro_error err = {0};
    require(csv != NULL);
    size_t n = schema_csv_n_columns(csv);
    require(n >= 2 + N_APPENDED);
    enum schema_next next;
    while ((next = schema_csv_next(csv, &record, &err)) == SCHEMA_NEXT_RECORD)
        require(record->n_fields == n && record->fields[n - 1].text);
    require(next == SCHEMA_NEXT_END);
    schema_csv_close(csv);
    schema_input_close(input);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    snapshot = snapshot_made();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aro_buffer body = {0}, whole = {0}, cut = {0};
    if (size < 2)
        return 0;
    bool read_early = data[0] % 8 == 7;
    if (read_early) {
        aro_buffer_text(&body, "lon,nom,lat\n");
        while (body.len < HEADER_READ_BYTES)
            aro_buffer_char(&body, '\n');
    }
    aro_buffer_append(&body, (const char *)data + 1, size - 1);
    bool ok = answer(&body, body.len, &whole);
    bool ok_cut = answer(&body, read_early ? HEADER_READ_BYTES : 1 + data[0] / 8U, &cut);
    require(ok == ok_cut && whole.len == cut.len && memcmp(whole.data, cut.data, cut.len) == 0);
    if (ok)
        check_is_csv(&whole);
    aro_buffer_clear(&body);
    aro_buffer_clear(&whole);
    aro_buffer_clear(&cut);
    return 0;
}
