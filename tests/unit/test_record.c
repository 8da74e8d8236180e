#include "schema/record.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/dump_records.h"
#include "tests/unit/temp_store.h"

#include <jansson.h>
#include <sys/resource.h>
#include <zlib.h>

static enum schema_next source_next(void *reader, const struct schema_record **out_record,
                                    struct aro_error *err)
{
    return schema_source_next(reader, out_record, err);
}

static size_t source_n_columns(const void *reader)
{
    return schema_source_n_columns(reader);
}

static const char *source_column(const void *reader, size_t i)
{
    return schema_source_column(reader, i);
}

static void dump(struct aro_buffer *out, const char *path)
{
    struct aro_error err = {0};
    struct schema_source *source = schema_source_open(path, &err);
    struct dump_reader reader = {source, source_next, source_n_columns, source_column, false};
    if (source) {
        aro_buffer_text(out, schema_source_is_json(source) ? "json\n" : "csv\n");
        dump_records(out, &reader);
    } else {
        aro_buffer_printf(out, "not opened: %s", err.message);
    }
    aro_buffer_char(out, '\0');
    schema_source_close(source);
}

static const struct {
    const char *file, *text, *want;
} cases[] = {
    {"a.csv",
     "\xEF\xBB\xBF"
     "code;nom\n01001;x\n",
     "csv\n2: 01001 | x\ncolumns: code nom"},
    {"a.txt", "code;nom\n01001;x\n", "csv\n2: 01001 | x\ncolumns: code nom"},
    {"a.geojson", "{\"type\":\"Feature\",\"properties\":{\"code\":\"01001\"}}",
     "json\n1: 01001\ncolumns: code"},
    {"a", "\x1E{\"type\":\"Feature\",\"properties\":{\"code\":\"01001\"}}",
     "json\n1: 01001\ncolumns: code"},
    {"b.csv", "", "not opened: is empty"},
    {"c.csv", "a;a\n", "not opened: the header names column 'a' twice: columns 1 and 2"},
    {"d.json", "a;b\n",
     "not opened: not GeoJSON at line 1, byte 1: an object in braces was wanted"},
};

static void named_cases(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_buffer out = {0};
        dump(&out, temp_file(&folder, cases[i].file, cases[i].text, strlen(cases[i].text)));
        bool same = strcmp(out.data, cases[i].want) == 0;
        CHECK(failures, cases[i].file, same);
        if (!same)
            fprintf(stderr, "%s\n", out.data);
        aro_buffer_clear(&out);
    }
    struct aro_error err = {0};
    CHECK(failures, "no such file", !schema_source_open("/nowhere/a.csv", &err));
    CHECK(failures, "no such file", strcmp(err.message, "no such file") == 0);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void crs(void **state)
{
    (void)state;
    struct temp_folder folder;
    temp_folder_make(&folder);
    static const char text[] = "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\","
                               "\"properties\":{\"name\":\"EPSG:2154\"}},\"features\":[]}";
    struct aro_error err = {0};
    struct schema_source *source =
        schema_source_open(temp_file(&folder, "a.json", text, strlen(text)), &err);
    assert_string_equal(schema_source_crs(source), "EPSG:2154");
    schema_source_close(source);
    source = schema_source_open(temp_file(&folder, "a.csv", "a\n", 2), &err);
    assert_null(schema_source_crs(source));
    schema_source_close(source);
    temp_folder_remove(&folder);
}

/* A line much longer than memory should grow, packed small: refused early. */
static void one_long_line(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    static const char *const names[] = {"a.csv.gz", "a.geojson.gz"};
    static const char *const beginnings[] = {"code\n\"", "{\"type\":\""};
    static char block[1 << 20];
    memset(block, 'x', sizeof block);
    for (size_t i = 0; i < 2; i++) {
        char path[160];
        snprintf(path, sizeof path, "%s/%s", folder.path, names[i]);
        gzFile file = gzopen(path, "wb1");
        gzwrite(file, beginnings[i], (unsigned)strlen(beginnings[i]));
        for (int n = 0; n < 128; n++)
            gzwrite(file, block, sizeof block);
        gzclose(file);
        struct rusage before, after;
        getrusage(RUSAGE_SELF, &before);
        struct aro_buffer out = {0};
        dump(&out, path);
        getrusage(RUSAGE_SELF, &after);
        CHECK(failures, names[i], strstr(out.data, "is longer than 4194304 bytes"));
        CHECK(failures, "kilobytes of memory", after.ru_maxrss - before.ru_maxrss < 64 << 10);
        aro_buffer_clear(&out);
    }
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static enum schema_next read_all(const char *path, struct aro_error *err)
{
    struct schema_source *source = schema_source_open(path, err);
    const struct schema_record *record;
    enum schema_next next = source ? SCHEMA_NEXT_RECORD : SCHEMA_NEXT_FAILED;
    while (next == SCHEMA_NEXT_RECORD)
        next = schema_source_next(source, &record, err);
    schema_source_close(source);
    return next;
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    json_set_alloc_funcs(malloc, free); /* those of this program, which may fail */
    static const char *const names[] = {"a.csv", "a.geojson"};
    static const char *const texts[] = {
        "code;nom\n\"01001\";x\n",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":1,"
        "\"properties\":{\"a\":\"x\",\"b\":[1]}},{\"type\":\"Feature\",\"properties\":null}]}"};
    for (size_t i = 0; i < 2; i++) {
        const char *path = temp_file(&folder, names[i], texts[i], strlen(texts[i]));
        enum schema_next next = SCHEMA_NEXT_FAILED;
        for (size_t allowed = 0; next != SCHEMA_NEXT_END && failures < 5; allowed++) {
            struct aro_error err = {0};
            allow_allocations(allowed);
            next = read_all(path, &err);
            allow_allocations(SIZE_MAX);
            /* jansson reports some of its own failures as errors of syntax: refused, at least. */
            bool by_jansson = strstr(err.message, "not JSON at line") != NULL;
            CHECK(failures, names[i],
                  next == SCHEMA_NEXT_END || err.status == ARO_NO_MEMORY || (i == 1 && by_jansson));
        }
    }
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(named_cases), cmocka_unit_test(crs),
                                       cmocka_unit_test(one_long_line),
                                       cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
