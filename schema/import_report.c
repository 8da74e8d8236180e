/*
 * What an import tells its caller on the way: problems, warnings, progress.
 */
#include <stdio.h>
#include <string.h>

#include "schema/import_inside.h"

/* What a person reads of a value: its beginning, cut at a character, on one line. */
static void shorten(const char *text, size_t len, char *out, size_t capacity)
{
    static const char dots[] = "…";
    size_t room = capacity - sizeof dots, n = len;
    if (n > room) {
        n = room;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)text[i] < 0x20 ? ' ' : text[i];
    memcpy(out + n, dots, n < len ? sizeof dots : 0);
    if (n == len)
        out[n] = '\0';
}

void import_report(struct import_run *run, const struct schema_problem *problem)
{
    run->summary.warnings += problem->is_warning;
    if (run->options->on_problem)
        run->options->on_problem(run->options->context, problem);
}

/* Of a row, at a column. */
static void report_at(struct import_row *row, size_t column, const char *value, size_t value_len,
                      const char *reason, bool is_warning)
{
    char shown[100];
    shorten(value ? value : "", value_len, shown, sizeof shown);
    uint64_t line = row->values[column].line;
    struct schema_problem problem = {
        .file = row->run->file,
        .line = line ? line : row->line,
        .column = row->run->kind->columns[column].name,
        .value = shown,
        .reason = reason,
        .is_warning = is_warning,
    };
    import_report(row->run, &problem);
}

void import_problem_at(struct import_row *row, size_t column, const char *value, size_t value_len,
                       const char *reason)
{
    row->refused = true;
    report_at(row, column, value, value_len, reason, false);
}

void import_warning_at(struct import_row *row, size_t column, const char *value, size_t value_len,
                       const char *reason)
{
    report_at(row, column, value, value_len, reason, true);
}

void import_note(struct import_run *run, const char *sentence)
{
    struct schema_problem problem = {
        .file = run->file, .column = "", .value = "", .reason = sentence, .is_warning = true};
    import_report(run, &problem);
}

void import_problem(struct import_row *row, size_t column, const char *reason)
{
    import_problem_at(row, column, row->values[column].text, row->values[column].len, reason);
}

bool import_once(struct import_row *row, size_t column, const char *key, size_t key_len,
                 struct aro_error *err)
{
    uint32_t line = row->line < UINT32_MAX ? (uint32_t)row->line : UINT32_MAX - 1;
    uint32_t first;
    if (!schema_keymap_put(&row->run->seen, key, key_len, line, &first, err))
        return false;
    if (first != SCHEMA_KEYMAP_NONE) {
        char reason[64];
        snprintf(reason, sizeof reason, "given twice: first at line %u", first);
        import_problem(row, column, reason);
    }
    return true;
}

bool import_go_on(const struct import_run *run, struct aro_error *err)
{
    if (!run->options->stopped || !run->options->stopped(run->options->context))
        return true;
    return aro_error_set(err, ARO_STOPPED, "stopped; the store is as it was");
}

void import_progress(const struct import_run *run, const char *stage, double done)
{
    if (run->options->on_progress)
        run->options->on_progress(run->options->context, stage, done);
}
