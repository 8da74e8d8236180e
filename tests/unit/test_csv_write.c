#include "schema/csv_write.h"

#include <stdlib.h>
#include <string.h>

#include "schema/csv.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

static const struct {
    const char *name, *text, *plain, *guarded;
} cases[] = {
    {"empty", "", "", "\"\""},
    {"a code", "01004", "01004", "\"01004\""},
    {"separator", "a;b", "\"a;b\"", "\"a;b\""},
    {"another separator", "a,b", "a,b", "\"a,b\""},
    {"quote", "le \"Lab\"", "\"le \"\"Lab\"\"\"", "\"le \"\"Lab\"\"\""},
    {"quotes only", "\"\"", "\"\"\"\"\"\"", "\"\"\"\"\"\""},
    {"lines", "a\r\nb", "\"a\r\nb\"", "\"a\r\nb\""},
    {"equals", "=1+1", "=1+1", "\"'=1+1\""},
    {"plus", "+33 4 42", "+33 4 42", "\"'+33 4 42\""},
    {"minus", "-20 %", "-20 %", "\"'-20 %\""},
    {"at", "@SUM(A1)", "@SUM(A1)", "\"'@SUM(A1)\""},
    {"tab", "\t=1", "\t=1", "\"'\t=1\""},
    {"carriage return", "\r=1", "\"\r=1\"", "\"'\r=1\""},
    {"line feed", "\n=1", "\"\n=1\"", "\"'\n=1\""},
    {"command", "=cmd|'/C calc'!A0", "=cmd|'/C calc'!A0", "\"'=cmd|'/C calc'!A0\""},
    {"quoted call", "=HYPERLINK(\"x\")", "\"=HYPERLINK(\"\"x\"\")\"", "\"'=HYPERLINK(\"\"x\"\")\""},
    {"formula inside", "a=1", "a=1", "\"a=1\""},
    {"apostrophe", "'tis", "'tis", "\"'tis\""},
    {"guarded already", "'=1", "'=1", "\"''=1\""},
    {"guarded twice", "''=1", "''=1", "\"'''=1\""},
    {"apostrophe only", "'", "'", "\"'\""},
};

static void assert_written(int *failures, const char *name, const struct aro_buffer *out,
                           const char *want)
{
    CHECK(*failures, name, out->len == strlen(want) && memcmp(out->data, want, out->len) == 0);
}

static void writes_cells(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_buffer out = {0};
        size_t len = strlen(cases[i].text);
        aro_buffer_reserve(&out, 1);
        schema_csv_write(&out, ';', cases[i].text, len);
        assert_written(&failures, cases[i].name, &out, cases[i].plain);
        out.len = 0;
        schema_csv_write_guarded(&out, cases[i].text, len);
        assert_written(&failures, cases[i].name, &out, cases[i].guarded);
        CHECK(failures, cases[i].name, !strchr("=+-@\t\r\n", out.data[1]));
        aro_buffer_clear(&out);
    }
    assert_int_equal(failures, 0);
}

enum { N_CELLS = 6, MAX_CELL = 12 };

/* Texts of the characters that matter. */
static size_t make_text(uint64_t *random, char *text)
{
    static const char *const parts[] = {"a", "é", ";",  ",",  "\"", "'", "=", "+",
                                        "-", "@", "\t", "\r", "\n", " ", "0"};
    size_t n = random_below(random, MAX_CELL / 2);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        strcat(text, parts[random_below(random, sizeof parts / sizeof *parts)]);
    return strlen(text);
}

/* What was written is what schema/csv reads. */
static void reads_back(void **state)
{
    (void)state;
    uint64_t random = 20261126;
    int failures = 0;
    for (int round = 0; round < 20000; round++) {
        char texts[N_CELLS][MAX_CELL + 1];
        struct aro_buffer out = {0};
        struct aro_error err = {0};
        const struct schema_record *record;
        bool guarded = round % 2;
        aro_buffer_text(&out, "c0;c1;c2;c3;c4;c5\r\n\"x\"");
        for (int i = 1; i < N_CELLS; i++) {
            size_t len = make_text(&random, texts[i]);
            aro_buffer_char(&out, ';');
            if (guarded)
                schema_csv_write_guarded(&out, texts[i], len);
            else
                schema_csv_write(&out, ';', texts[i], len);
        }
        aro_buffer_text(&out, "\r\n");
        struct schema_input *input = schema_input_from_memory(out.data, out.len, 0, &err);
        struct schema_csv *csv = schema_csv_open(input, &err);
        assert_non_null(csv);
        CHECK(failures, err.message, schema_csv_next(csv, &record, &err) == SCHEMA_NEXT_RECORD);
        for (size_t i = 1; i < N_CELLS && failures == 0; i++) {
            const struct schema_field *field = &record->fields[i];
            const char *text = field->text ? field->text : "";
            text += guarded ? schema_csv_unguard(text, strlen(text)) : 0;
            CHECK(failures, texts[i], strcmp(text, texts[i]) == 0);
        }
        schema_csv_close(csv);
        schema_input_close(input);
        aro_buffer_clear(&out);
        if (failures > 0) {
            fprintf(stderr, "seed 20261126, round %d\n", round);
            break;
        }
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_cells),
        cmocka_unit_test(reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
