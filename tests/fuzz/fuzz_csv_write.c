/*
 * Any texts as cells: what is written is read back by schema/csv, and no cell of the guarded kind
 * is a formula. The first byte is the separator's choice; texts are parted by zero bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schema/charset.h"
#include "schema/csv.h"
#include "schema/csv_write.h"

enum { MAX_CELLS = 16 };

static void write_row(struct aro_buffer *out, char separator, bool guarded, char *const *texts,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        aro_buffer_char(out, separator);
        if (guarded)
            schema_csv_write_guarded(out, texts[i], strlen(texts[i]));
        else
            schema_csv_write(out, separator, texts[i], strlen(texts[i]));
    }
    aro_buffer_text(out, "\r\n");
}

static void check(char separator, bool guarded, char *const *texts, size_t n)
{
    struct aro_buffer out = {0};
    struct aro_error err = {0};
    const struct schema_record *record;
    aro_buffer_text(&out, "first");
    for (size_t i = 0; i < n; i++)
        aro_buffer_printf(&out, "%cc%zu", separator, i);
    aro_buffer_text(&out, "\r\n\"x\"");
    write_row(&out, separator, guarded, texts, n);
    struct schema_input *input = schema_input_from_memory(out.data, out.len, 0, &err);
    struct schema_csv *csv = schema_csv_open(input, &err);
    if (!csv || schema_csv_next(csv, &record, &err) != SCHEMA_NEXT_RECORD ||
        record->n_fields != n + 1)
        abort();
    for (size_t i = 0; i < n; i++) {
        const char *text = record->fields[i + 1].text ? record->fields[i + 1].text : "";
        if (guarded && *text && strchr("=+-@\t\r\n", *text))
            abort();
        text += guarded ? schema_csv_unguard(text, strlen(text)) : 0;
        if (strcmp(text, texts[i]) != 0)
            abort();
    }
    schema_csv_close(csv);
    schema_input_close(input);
    aro_buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *texts[MAX_CELLS];
    size_t n = 1;
    if (size < 2 || schema_charset_valid_len((const char *)data + 1, size - 1) < size - 1)
        return 0;
    char *copy = calloc(size + 1, 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    texts[0] = copy + 1;
    for (size_t i = 1; i < size && n < MAX_CELLS; i++)
        if (copy[i] == '\0')
            texts[n++] = copy + i + 1;
    check(";,\t"[data[0] % 3], false, texts, n);
    check(";,\t"[data[0] % 3], true, texts, n);
    free(copy);
    return 0;
}
