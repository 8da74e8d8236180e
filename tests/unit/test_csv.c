#include "schema/csv.h"
#include "tests/unit/check.h"
#include "tests/unit/dump_records.h"
#include "tests/unit/random.h"

#include <stdlib.h>
#include <string.h>

static enum schema_next csv_next(void *reader, const struct schema_record **out_record,
                                 struct aro_error *err)
{
    return schema_csv_next(reader, out_record, err);
}

static size_t csv_n_columns(const void *reader)
{
    return schema_csv_n_columns(reader);
}

static const char *csv_column(const void *reader, size_t i)
{
    return schema_csv_column(reader, i);
}

/* All that the reader finds in the text, given to it in pieces. */
static void dump(struct aro_buffer *out, const char *text, size_t len, size_t piece, bool places)
{
    struct aro_error err = {0};
    struct schema_input *input = schema_input_from_memory(text, len, piece, &err);
    struct schema_csv *csv = schema_csv_open(input, &err);
    struct dump_reader reader = {csv, csv_next, csv_n_columns, csv_column, places};
    if (csv)
        dump_records(out, &reader);
    else
        aro_buffer_printf(out, "not opened: %s", err.message);
    aro_buffer_char(out, '\0');
    schema_csv_close(csv);
    schema_input_close(input);
}

/* Bytes that come piece by piece, as over a network. */
struct feed {
    struct schema_input *input;
    struct schema_csv *csv;
    const char *text;
    size_t left, piece;
};

/* Gives it the next piece, or the end. */
static void feed_more(struct feed *feed)
{
    size_t n = feed->left < feed->piece ? feed->left : feed->piece;
    if (n == 0)
        schema_input_feed_end(feed->input);
    else
        assert_true(schema_input_feed(feed->input, feed->text, n, NULL));
    feed->text += n;
    feed->left -= n;
}

static enum schema_next fed_next(void *reader, const struct schema_record **out_record,
                                 struct aro_error *err)
{
    struct feed *feed = reader;
    for (;; feed_more(feed)) {
        struct aro_error why = {0};
        enum schema_next next = schema_csv_next(feed->csv, out_record, &why);
        if (next == SCHEMA_NEXT_FAILED && why.status == ARO_BUSY)
            continue;
        *err = why;
        return next;
    }
}

static size_t fed_n_columns(const void *reader)
{
    return schema_csv_n_columns(((const struct feed *)reader)->csv);
}

static const char *fed_column(const void *reader, size_t i)
{
    return schema_csv_column(((const struct feed *)reader)->csv, i);
}

static void dump_fed(struct aro_buffer *out, const char *text, size_t len, size_t piece)
{
    struct aro_error err = {.status = ARO_BUSY};
    struct feed feed = {schema_input_fed(NULL), NULL, text, len, piece};
    while (!feed.csv && err.status == ARO_BUSY) {
        err = (struct aro_error){0};
        feed.csv = schema_csv_open(feed.input, &err);
        if (!feed.csv && err.status == ARO_BUSY)
            feed_more(&feed);
    }
    struct dump_reader reader = {&feed, fed_next, fed_n_columns, fed_column, true};
    if (feed.csv)
        dump_records(out, &reader);
    else
        aro_buffer_printf(out, "not opened: %s", err.message);
    aro_buffer_char(out, '\0');
    schema_csv_close(feed.csv);
    schema_input_close(feed.input);
}

#define TEXT(literal) literal, sizeof literal - 1

static const struct {
    const char *name, *text;
    size_t len;
    const char *want;
} cases[] = {
    {"header only", TEXT("code,nom\n"), "columns: code nom"},
    {"header without line end", TEXT("code,nom"), "columns: code nom"},
    {"one column", TEXT("code\n01001\n"), "2: 01001\ncolumns: code"},
    {"comma", TEXT("a,b\n1,2\n"), "2: 1 | 2\ncolumns: a b"},
    {"semicolon", TEXT("a;b;c\n1,5;2,5;x\n"), "2: 1,5 | 2,5 | x\ncolumns: a b c"},
    {"tab", TEXT("a\tb\n1,2\t3;4\n"), "2: 1,2 | 3;4\ncolumns: a b"},
    {"separator in a quoted name", TEXT("\"a,b,c\";d\n1;2\n"), "2: 1 | 2\ncolumns: a,b,c d"},
    {"no line end at the end", TEXT("a,b\n1,2"), "2: 1 | 2\ncolumns: a b"},
    {"CRLF", TEXT("a,b\r\n1,2\r\n3,4\r\n"), "2: 1 | 2\n3: 3 | 4\ncolumns: a b"},
    {"CR", TEXT("a,b\r1,2\r3,4\r"), "2: 1 | 2\n3: 3 | 4\ncolumns: a b"},
    {"CR at the very end", TEXT("a,b\n1,2\r"), "2: 1 | 2\ncolumns: a b"},
    {"line ends mixed", TEXT("a\r\n1\r2\n3\n\r4"), "2: 1\n3: 2\n4: 3\n6: 4\ncolumns: a"},
    {"blank lines", TEXT("\n\r\n\na,b\n\n1,2\r\n\r\n3,4\n\n"), "6: 1 | 2\n8: 3 | 4\ncolumns: a b"},
    {"empty cells", TEXT("a,b,c\n,,\n1,,\n,2,\n,,3\n"),
     "2: - | - | -\n3: 1 | - | -\n4: - | 2 | -\n5: - | - | 3\ncolumns: a b c"},
    {"empty cell at the very end", TEXT("a,b\n1,"), "2: 1 | -\ncolumns: a b"},
    {"empty cell, one column", TEXT("a\n\"\"\n1\n"), "2: -\n3: 1\ncolumns: a"},
    {"quoted", TEXT("a,b\n\"1,5\",\"x\"\n"), "2: 1,5 | x\ncolumns: a b"},
    {"doubled quotes", TEXT("a,b\n\"\"\"x\"\"\",\"y\"\"\"\"z\"\n"),
     "2: \"x\" | y\"\"z\ncolumns: a b"},
    {"only a doubled quote", TEXT("a\n\"\"\"\"\n"), "2: \"\ncolumns: a"},
    {"line end in quotes", TEXT("a,b\n\"1\n2\r\n3\r4\",x\n5,y\n"),
     "2: 1\n2\r\n3\r4 | x\n6: 5 | y\ncolumns: a b"},
    {"quoted at the very end", TEXT("a,b\n1,\"2\""), "2: 1 | 2\ncolumns: a b"},
    {"quote inside a plain value", TEXT("a,b\nl\"eau,5\"\n"), "2: l\"eau | 5\"\ncolumns: a b"},
    {"UTF-8", TEXT("nom,été\nHaÿ,\"œuf 🌍\"\n"), "2: Haÿ | œuf 🌍\ncolumns: nom été"},
    {"blanks stay in values", TEXT("a,b\n 1 ,\t2\n"), "2:  1  | \t2\ncolumns: a b"},
    {"blanks around names", TEXT(" a , \"b\"\n1,2\n"), "2: 1 | 2\ncolumns: a \"b\""},
    {"too few fields", TEXT("a,b,c\n1,2\n3,4,5\n"),
     "2! 2 fields found, 3 wanted, as in the header\n3: 3 | 4 | 5\ncolumns: a b c"},
    {"too many fields", TEXT("a,b\n1,2,3,4\n3,\"\"\"\",\"\"\"\"\n3,4\n"),
     "2! 4 fields found, 2 wanted, as in the header\n"
     "3! 3 fields found, 2 wanted, as in the header\n4: 3 | 4\ncolumns: a b"},
    {"text behind a closing quote", TEXT("a,b\n1,\"x\" y\n\"x\"\"\"z,2\n3,4\n"),
     "2! b: ' y' stands behind the closing quote of field 2; a separator was wanted (a quote "
     "inside a quoted value is written twice)\n"
     "3! a: 'z' stands behind the closing quote of field 1; a separator was wanted (a quote "
     "inside a quoted value is written twice)\n4: 3 | 4\ncolumns: a b"},
    {"unclosed quote", TEXT("a,b\n1,2\n3,\"4\n5,6\n"),
     "2: 1 | 2\nfailed: the quote that opens at line 3, field 2, is never closed\ncolumns: a b"},
    {"unclosed quote, doubled at the end", TEXT("a,b\n1,\"2\"\""),
     "failed: the quote that opens at line 2, field 2, is never closed\ncolumns: a b"},
    {"NUL", TEXT("a,b\n1,x\0y\n3,4\n"),
     "2! b: a NUL byte at line 2, byte 4; text was wanted\n3: 3 | 4\ncolumns: a b"},
    {"not UTF-8, in quotes over lines", TEXT("a,b\n\"é\n\xE9\",2\n3,4\n"),
     "2! a: byte 0xE9 at line 3, byte 1 is not UTF-8; UTF-8 was wanted\n"
     "4: 3 | 4\ncolumns: a b"},
    {"overlong", TEXT("a\né\xC0\xAF\n"),
     "2! a: byte 0xC0 at line 2, byte 3 is not UTF-8; UTF-8 was wanted\ncolumns: a"},
    {"nothing", TEXT(""), "not opened: has no header line"},
    {"only blank lines", TEXT("\r\n\n"), "not opened: has no header line"},
    {"column twice", TEXT("a,b,a\n"),
     "not opened: the header names column 'a' twice: columns 1 and 3"},
    {"column without a name", TEXT("a,,c\n"),
     "not opened: column 2 of 3 in the header has no name; is there a separator too many?"},
    {"separator behind the last name", TEXT("a;b; \n"),
     "not opened: column 3 of 3 in the header has no name; is there a separator too many?"},
    {"unclosed quote in the header", TEXT("a,\"b\n1,2\n"),
     "not opened: in the header: the quote that opens at line 1, field 2, is never closed"},
    {"header not UTF-8", TEXT("a,\xC3\n"),
     "not opened: in the header: byte 0xC3 at line 1, byte 3 is not UTF-8; it looks like "
     "Windows-1252 (Latin-1): save the file as UTF-8"},
};

static void named_cases(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 0; piece <= cases[i].len; piece++) {
            struct aro_buffer out = {0};
            dump(&out, cases[i].text, cases[i].len, piece, false);
            bool same = strcmp(out.data, cases[i].want) == 0;
            CHECK(failures, cases[i].name, same);
            if (!same)
                fprintf(stderr, "in pieces of %zu: %s\n", piece, out.data);
            aro_buffer_clear(&out);
            if (!same)
                break;
        }
    }
    assert_int_equal(failures, 0);
}

static void places(void **state)
{
    (void)state;
    struct aro_buffer out = {0};
    dump(&out, TEXT("a;b;c\r\n\"1\r\n\r\n2\";x;\"y\r\nz\"\r\n;é;t\n"), 3, true);
    assert_string_equal(out.data, "2: 2:1 1\r\n\r\n2 | 4:4 x | 4:6 y\r\nz\n"
                                  "6: - | 6:2 é | 6:5 t\ncolumns: a b c");
    aro_buffer_clear(&out);
}

static void too_many_columns(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t n = SCHEMA_RECORD_MAX_FIELDS; n <= SCHEMA_RECORD_MAX_FIELDS + 1; n++) {
        struct aro_buffer text = {0};
        for (size_t i = 0; i < n; i++)
            aro_buffer_printf(&text, "%sc%zu", i ? "," : "", i);
        struct aro_error err = {0};
        struct schema_input *input = schema_input_from_memory(text.data, text.len, 0, &err);
        struct schema_csv *csv = schema_csv_open(input, &err);
        CHECK(failures, "columns", n <= SCHEMA_RECORD_MAX_FIELDS ? csv != NULL : !csv);
        CHECK(failures, "status", csv || err.status == ARO_TOO_LARGE);
        schema_csv_close(csv);
        schema_input_close(input);
        aro_buffer_clear(&text);
    }
    assert_int_equal(failures, 0);
}

/* A record of just the greatest length is read, one byte more is refused. */
static void record_lengths(void **state)
{
    (void)state;
    int failures = 0;
    for (int extra = 0; extra <= 1; extra++) {
        for (int quoted = 0; quoted <= 1; quoted++) {
            struct aro_buffer text = {0};
            aro_buffer_text(&text, quoted ? "a\n\"" : "a\n");
            size_t n = (size_t)(SCHEMA_RECORD_MAX_BYTES + extra - 2 * quoted);
            assert_true(aro_buffer_reserve(&text, n));
            memset(text.data + text.len, 'x', n);
            text.len += n;
            aro_buffer_text(&text, quoted ? "\"\nb\n" : "\nb\n");
            struct aro_error err = {0};
            const struct schema_record *record = NULL;
            struct schema_input *input = schema_input_from_memory(text.data, text.len, 0, &err);
            struct schema_csv *csv = schema_csv_open(input, &err);
            enum schema_next next = schema_csv_next(csv, &record, &err);
            CHECK(failures, "next", next == (extra ? SCHEMA_NEXT_FAILED : SCHEMA_NEXT_RECORD));
            CHECK(failures, "status", err.status == (extra ? ARO_TOO_LARGE : ARO_OK));
            CHECK(failures, "length", extra || record->fields[0].len == n);
            schema_csv_close(csv);
            schema_input_close(input);
            aro_buffer_clear(&text);
        }
    }
    assert_int_equal(failures, 0);
}

/* A random value: mostly short, of bytes that matter to the reader. */
static size_t random_value(uint64_t *seed, char *out, size_t max_len)
{
    static const char *const pieces[] = {"a",
                                         "é",
                                         "\"",
                                         ",",
                                         ";",
                                         "\t",
                                         "\n",
                                         "\r\n",
                                         "\r",
                                         " ",
                                         "€",
                                         "0",
                                         "long text without any of them"};
    size_t len = 0;
    for (size_t n = random_below(seed, 9); n > 0; n--) {
        const char *piece = pieces[random_below(seed, sizeof pieces / sizeof *pieces)];
        size_t piece_len = strlen(piece);
        if (len + piece_len > max_len)
            break;
        memcpy(out + len, piece, piece_len);
        len += piece_len;
    }
    return len;
}

static void write_value(struct aro_buffer *out, uint64_t *seed, const char *value, size_t len,
                        char separator)
{
    bool must_quote = memchr(value, separator, len) || memchr(value, '\n', len) ||
                      memchr(value, '\r', len) || memchr(value, '"', len);
    if (!must_quote && random_below(seed, 2) && len > 0) {
        aro_buffer_append(out, value, len);
        return;
    }
    aro_buffer_char(out, '"');
    for (size_t i = 0; i < len; i++)
        aro_buffer_text(out, value[i] == '"' ? "\"\"" : (char[]){value[i], '\0'});
    aro_buffer_char(out, '"');
}

enum { MAX_COLUMNS = 6, MAX_ROWS = 8, MAX_VALUE = 64 };

struct table {
    size_t n_columns, n_rows;
    char separator;
    struct {
        char text[MAX_VALUE];
        size_t len;
    } cells[MAX_ROWS][MAX_COLUMNS];
};

static void random_table(struct table *table, uint64_t *seed, struct aro_buffer *out)
{
    const char *line_end = (const char *[]){"\n", "\r\n", "\r"}[random_below(seed, 3)];
    table->n_columns = 1 + random_below(seed, MAX_COLUMNS);
    table->n_rows = random_below(seed, MAX_ROWS + 1);
    table->separator = table->n_columns > 1 ? ",;\t"[random_below(seed, 3)] : ',';
    for (size_t i = 0; i < table->n_columns; i++) {
        if (i > 0)
            aro_buffer_char(out, table->separator);
        aro_buffer_printf(out, random_below(seed, 2) ? "c%zu" : "\"c%zu\"", i);
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        aro_buffer_text(out, line_end);
        for (size_t i = 0; i < table->n_columns; i++) {
            char *text = table->cells[row][i].text;
            table->cells[row][i].len = random_value(seed, text, MAX_VALUE);
            if (i > 0)
                aro_buffer_char(out, table->separator);
            write_value(out, seed, text, table->cells[row][i].len, table->separator);
        }
    }
    if (random_below(seed, 2))
        aro_buffer_text(out, line_end);
}

static bool reads_back(const struct table *table, const struct aro_buffer *text, size_t piece)
{
    struct aro_error err = {0};
    struct schema_input *input = schema_input_from_memory(text->data, text->len, piece, &err);
    struct schema_csv *csv = schema_csv_open(input, &err);
    bool same = csv && schema_csv_n_columns(csv) == table->n_columns;
    for (size_t row = 0; same && row < table->n_rows; row++) {
        const struct schema_record *record = NULL;
        same = schema_csv_next(csv, &record, &err) == SCHEMA_NEXT_RECORD &&
               record->n_fields == table->n_columns;
        for (size_t i = 0; same && i < table->n_columns; i++) {
            size_t len = table->cells[row][i].len;
            const struct schema_field *field = &record->fields[i];
            same = field->len == len && (len == 0) == !field->text &&
                   (len == 0 || memcmp(field->text, table->cells[row][i].text, len) == 0);
        }
    }
    const struct schema_record *record = NULL;
    same = same && schema_csv_next(csv, &record, &err) == SCHEMA_NEXT_END;
    if (!same)
        fprintf(stderr, "%s\n%.*s\n", err.message, (int)text->len, text->data);
    schema_csv_close(csv);
    schema_input_close(input);
    return same;
}

static void random_tables(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200210;
    printf("seed %llu\n", (unsigned long long)seed);
    struct table *table = malloc(sizeof *table);
    for (int round = 0; round < 3000 && failures < 5; round++) {
        struct aro_buffer text = {0};
        random_table(table, &seed, &text);
        size_t piece = round % 3 == 0 ? 0 : 1 + random_below(&seed, 40);
        CHECK(failures, "random table", reads_back(table, &text, piece));
        aro_buffer_clear(&text);
    }
    free(table);
    assert_int_equal(failures, 0);
}

/* The same is read whether the bytes are there or still to come. */
static void fed(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200620;
    struct table *table = malloc(sizeof *table);
    for (int round = 0; round < 1000 && failures < 5; round++) {
        struct aro_buffer text = {0}, want = {0}, got = {0};
        random_table(table, &seed, &text);
        if (random_below(&seed, 4) == 0)
            aro_buffer_text(&text, random_below(&seed, 2) ? "\n1,2,3,4,5,6,7,8,9" : "\n\"open");
        dump(&want, text.data, text.len, 0, true);
        dump_fed(&got, text.data, text.len, 1 + random_below(&seed, 40));
        CHECK(failures, "as from memory (seed 20200620)", strcmp(want.data, got.data) == 0);
        aro_buffer_clear(&text);
        aro_buffer_clear(&want);
        aro_buffer_clear(&got);
    }
    free(table);
    assert_int_equal(failures, 0);
}

static void bad_fields(void **state)
{
    (void)state;
    int failures = 0;
    static const char text[] = "a;b\n1;2;3\n1\n";
    struct schema_input *input = schema_input_from_memory(text, sizeof text - 1, 0, NULL);
    struct schema_csv *csv = schema_csv_open(input, NULL);
    const struct schema_record *record;
    size_t n = 0;
    CHECK(failures, "separator", schema_csv_separator(csv) == ';');
    CHECK(failures, "too many", schema_csv_next(csv, &record, NULL) == SCHEMA_NEXT_BAD);
    const struct schema_field *fields = schema_csv_bad_fields(csv, &n);
    CHECK(failures, "as many as there are columns", n == 2 && fields[1].text[0] == '2');
    CHECK(failures, "too few", schema_csv_next(csv, &record, NULL) == SCHEMA_NEXT_BAD);
    fields = schema_csv_bad_fields(csv, &n);
    CHECK(failures, "as many as there are", n == 1 && fields[0].len == 1);
    schema_csv_close(csv);
    schema_input_close(input);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fed),
        cmocka_unit_test(bad_fields),
        cmocka_unit_test(named_cases),
        cmocka_unit_test(places),
        cmocka_unit_test(too_many_columns),
        cmocka_unit_test(record_lengths),
        cmocka_unit_test(random_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
