/*
 * CSV: for French spreadsheets (";", UTF-8 with its mark, CRLF), or as RFC 4180 has it.
 *
 * Text stands in quotes and numbers do not, so that LibreOffice keeps a code such as 01004 when it
 * is told to take quoted fields for text. Excel has no such choice: in its dialect a text of digits
 * is a formula that gives it, ="01004".
 */
#include <stdlib.h>
#include <string.h>

#include "schema/csv_write.h"
#include "server/format.h"

struct csv {
    struct feature_reader *reader;
    enum csv_dialect dialect;
    bool has_header;
    struct aro_buffer text; /* of the cell at hand */
};

static void *begin(const struct format_about *about, struct aro_error *err)
{
    struct csv *csv = calloc(1, sizeof *csv);
    if (csv)
        *csv = (struct csv){.reader = about->reader, .dialect = about->dialect};
    else
        aro_error_no_memory(err);
    return csv;
}

static void csv_free(void *state)
{
    struct csv *csv = state;
    aro_buffer_clear(&csv->text);
    free(csv);
}

static char separator(const struct csv *csv)
{
    return csv->dialect == CSV_RFC4180 ? ',' : ';';
}

static void write_header(struct csv *csv, struct aro_buffer *out)
{
    size_t n;
    const struct feature_column *columns = feature_reader_columns(csv->reader, &n);
    char comma = separator(csv);
    csv->has_header = true;
    if (csv->dialect != CSV_RFC4180)
        aro_buffer_text(out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < n; i++)
        aro_buffer_printf(out, "%s%c", columns[i].name, comma);
    bool in_degrees = feature_reader_crs(csv->reader)->is_stored;
    aro_buffer_printf(out, in_degrees ? "lon%clat%cwkt\r\n" : "x%cy%cwkt\r\n", comma, comma);
}

/* ---- Cells ---- */

static bool is_digits(const struct aro_buffer *text)
{
    size_t n = 0;
    while (n < text->len && text->data[n] >= '0' && text->data[n] <= '9')
        n++;
    return n > 0 && n == text->len;
}

static void write_text(const struct csv *csv, struct aro_buffer *out)
{
    const struct aro_buffer *text = &csv->text;
    out->failed |= text->failed;
    if (csv->dialect == CSV_RFC4180)
        schema_csv_write(out, separator(csv), text->data, text->len);
    else if (csv->dialect == CSV_EXCEL && is_digits(text))
        aro_buffer_printf(out, "\"=\"\"%.*s\"\"\"", (int)text->len, text->data);
    else
        schema_csv_write_guarded(out, text->data, text->len);
}

/* Joined as an import takes them apart. */
static void join(struct schema_json_slice list, struct aro_buffer *out)
{
    struct schema_json_walk walk = {.text = list.text, .len = list.len};
    struct schema_json_slice item;
    const char *between = "";
    while (feature_value_next(&walk, &item)) {
        aro_buffer_text(out, between);
        feature_value_text(out, item);
        between = "|";
    }
}

static void write_cell(struct csv *csv, enum property_type type, struct schema_json_slice value,
                       struct aro_buffer *out)
{
    csv->text.len = 0;
    switch (type) {
    case PROPERTY_INTEGER:
    case PROPERTY_NUMBER:
        aro_buffer_append(out, value.text, value.len);
        return;
    case PROPERTY_DATE:
    case PROPERTY_INSTANT: /* spreadsheets know dates by how they look, and quotes hide that */
        feature_value_text(out, value);
        return;
    case PROPERTY_TEXTS:
        join(value, &csv->text);
        break;
    case PROPERTY_JSON:
        aro_buffer_append(&csv->text, value.text, value.len);
        break;
    case PROPERTY_TEXT:
    case PROPERTY_GEOMETRY:
        feature_value_text(&csv->text, value);
        break;
    }
    write_text(csv, out);
}

static void write_place(struct csv *csv, const struct feature_row *row, struct aro_buffer *out)
{
    const struct crs *crs = feature_reader_crs(csv->reader);
    char comma = separator(csv);
    struct aro_buffer *text = &csv->text;
    if (!row->has_place) {
        aro_buffer_printf(out, "%c%c", comma, comma);
        return;
    }
    text->len = 0;
    crs_write_ordinate(crs, row->x, text);
    size_t x_len = text->len;
    crs_write_ordinate(crs, row->y, text);
    int y_len = (int)(text->len - x_len);
    out->failed |= text->failed;
    if (out->failed)
        return;
    const char *x = text->data, *y = x + x_len;
    aro_buffer_printf(out, "%.*s%c%.*s%cPOINT (%.*s %.*s)", (int)x_len, x, comma, y_len, y, comma,
                      (int)x_len, x, y_len, y);
}

static bool write_row(void *state, const struct feature_row *row, struct aro_buffer *out,
                      struct aro_error *err)
{
    struct csv *csv = state;
    size_t n;
    const struct feature_column *columns = feature_reader_columns(csv->reader, &n);
    const struct schema_json_slice *values = feature_reader_values(csv->reader, row);
    if (!csv->has_header)
        write_header(csv, out);
    for (size_t i = 0; i < n; i++) {
        if (values[i].text)
            write_cell(csv, columns[i].type, values[i], out);
        aro_buffer_char(out, separator(csv));
    }
    write_place(csv, row, out);
    aro_buffer_text(out, "\r\n");
    return aro_buffer_ok(out, err);
}

static bool tail(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    struct csv *csv = state;
    (void)err;
    if (!csv->has_header)
        write_header(csv, out);
    *out_end = true;
    return true;
}

const struct format_writer format_csv = {
    .format = FORMAT_CSV,
    .ending = "csv",
    .begin = begin,
    .free = csv_free,
    .row = write_row,
    .tail = tail,
};

bool format_dialect_parse(const char *text, enum csv_dialect *out_dialect, struct aro_error *err)
{
    static const char *const names[] = {
        [CSV_SPREADSHEET] = "spreadsheet", [CSV_EXCEL] = "excel", [CSV_RFC4180] = "rfc4180"};
    *out_dialect = CSV_SPREADSHEET;
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0) {
            *out_dialect = (enum csv_dialect)i;
            return true;
        }
    return !text ||
           aro_error_set_for(err, "dialect", ARO_BAD_INPUT,
                             "dialect '%.40s' is not one of: spreadsheet, excel, rfc4180", text);
}
