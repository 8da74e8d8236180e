#include "schema/sniff.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

#define BYTES(literal) literal, sizeof literal - 1

static const struct {
    const char *name, *path, *text;
    size_t len;
    const char *want; /* "csv", "json" or a part of the message */
} cases[] = {
    {"named CSV", "a.csv", BYTES("code\n"), "csv"},
    {"named in capitals", "A.CSV", BYTES("code\n"), "csv"},
    {"named TSV", "a.tsv", BYTES("code\tnom\n"), "csv"},
    {"named CSV, gzip", "a.csv.gz", BYTES("code\n"), "csv"},
    {"named GeoJSON", "a.geojson", BYTES(" {}"), "json"},
    {"named JSON, packed", "a.json.gz", BYTES("{}"), "json"},
    {"named lines", "x/a.ndjson", BYTES("{}"), "json"},
    {"named JSON but CSV", "a.geojsonl", BYTES("code\n"), "json"},
    {"named CSV but JSON", "a.csv", BYTES("\xEF\xBB\xBF {\"type\""),
     "is named as CSV but looks like JSON"},
    {"not named, brace", "-", BYTES(" \r\n\t{\"type\""), "json"},
    {"not named, list", "a", BYTES("[1"), "json"},
    {"not named, record separator", "a", BYTES("\x1E{"), "json"},
    {"not named, text", "a.txt", BYTES("code;nom"), "csv"},
    {"byte order mark", "-", BYTES("\xEF\xBB\xBF{"), "json"},
    {"UTF-8", "-", BYTES("é"), "csv"},
    {"empty", "a.csv", BYTES(""), "is empty"},
    {"empty JSON", "a.json", BYTES(""), "is empty"},
    {"blanks", "a.csv", BYTES(" \r\n\n\t"), "is empty"},
    {"only a byte order mark", "a.csv", BYTES("\xEF\xBB\xBF"), "is empty"},
    {"UTF-16, little-endian", "a.csv",
     BYTES("\xFF\xFE"
           "c\0"),
     "UTF-16 text (little-endian): save it as UTF-8"},
    {"UTF-16, big-endian", "a.csv", BYTES("\xFE\xFF\0c"),
     "UTF-16 text (big-endian): save it as UTF-8"},
    {"UTF-16 without a mark", "a.csv",
     BYTES("c\0o\0d\0e\0\n\0"
           "1\0\n\0"),
     "looks like UTF-16 text"},
    {"UTF-16 without a mark, big-endian", "a.csv",
     BYTES("\0c\0o\0d\0e\0\n\0"
           "1\0\n"),
     "looks like UTF-16 text"},
    {"UTF-32", "a.csv", BYTES("\xFF\xFE\0\0c\0\0\0"), "UTF-32"},
    {"Windows-1252", "a.csv",
     BYTES("nom;ann\xE9"
           "e\nL\x92H\xE9ricourt;2020\n"),
     "byte 0xE9 at line 1, byte 8 is not UTF-8; it looks like Windows-1252 (Latin-1): save the "
     "file as UTF-8"},
    {"Windows-1252 JSON", "a.json", BYTES("{\n\"\xE9\":1}"),
     "byte 0xE9 at line 2, byte 2 is not UTF-8"},
    {"UTF-8 with one wrong byte", "a.csv", BYTES("né\n\xE9\n"), "csv"},
    {"one NUL", "a.csv", BYTES("code,nom,autre\n1,\0,2\n3,4,5\n"), "csv"},
    {"PNG", "a.csv", BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), "looks like a PNG image"},
    {"JPEG", "a.csv", BYTES("\xFF\xD8\xFF\xE0\0\x10JFIF"), "looks like a JPEG image"},
    {"PDF", "a.csv", BYTES("%PDF-1.7\n"), "looks like a PDF"},
    {"ZIP", "a.csv", BYTES("PK\x03\x04\x14\0"), "looks like a ZIP archive: unpack it first"},
    {"XLS", "a.csv", BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
     "old Office document (.xls): save it as CSV"},
    {"7z", "a.csv", BYTES("7z\xBC\xAF\x27\x1C\0\4"), "7z archive"},
    {"xz", "a.csv",
     BYTES("\xFD"
           "7zXZ\0\0"),
     "looks like xz"},
    {"zstd", "a.csv", BYTES("\x28\xB5\x2F\xFD\0"), "looks like zstd"},
    {"bzip2", "a.csv", BYTES("BZh91AY&SY"), "looks like bzip2"},
    {"SQLite", "a.csv", BYTES("SQLite format 3\0\x10"), "SQLite or GeoPackage"},
    {"Shapefile", "a.shp", BYTES("\0\0\x27\x0A\0\0\0\0"), "looks like a Shapefile"},
    {"program", "a",
     BYTES("\x7F"
           "ELF\x02\x01\x01\0"),
     "looks like a program"},
    {"HTML", "a.csv", BYTES("<!doctype HTML>\n<html>"), "looks like an HTML page"},
    {"XML", "a.json", BYTES("<?xml version=\"1.0\"?>"), "looks like XML"},
    {"other binary", "a.csv", BYTES("\x01\x02\x03 abc \x00\x04\x05"), "looks like a binary file"},
};

static void named_cases(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 0; piece <= 3; piece++) {
            struct aro_error err = {0};
            struct schema_input *input =
                schema_input_from_memory(cases[i].text, cases[i].len, piece, &err);
            enum schema_format format;
            const char *found = err.message;
            if (schema_sniff(input, cases[i].path, &format, &err))
                found = format == SCHEMA_FORMAT_CSV ? "csv" : "json";
            bool same = strstr(found, cases[i].want) != NULL;
            CHECK(failures, cases[i].name, same);
            if (!same)
                fprintf(stderr, "%s\n", found);
            schema_input_close(input);
        }
    }
    assert_int_equal(failures, 0);
}

static void tar_archive(void **state)
{
    (void)state;
    char block[512] = "communes.csv";
    memcpy(block + 257, "ustar", 6);
    struct aro_error err = {0};
    struct schema_input *input = schema_input_from_memory(block, sizeof block, 0, &err);
    enum schema_format format;
    assert_false(schema_sniff(input, "communes.csv.gz", &format, &err));
    assert_string_equal(err.message, "looks like a tar archive: unpack it first");
    schema_input_close(input);
}

/* A character cut by the end of what was looked at is no sign of another encoding. */
static void long_text(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t shift = 0; shift < 4; shift++) {
        size_t len = 0, capacity = 600000;
        char *text = malloc(capacity);
        memset(text, 'x', shift);
        for (len = shift; len + 3 <= capacity - 1; len += 3)
            memcpy(text + len, "\xE2\x82\xAC", 3);
        struct aro_error err = {0};
        struct schema_input *input = schema_input_from_memory(text, len, 0, &err);
        enum schema_format format;
        CHECK(failures, "long text", schema_sniff(input, "a", &format, &err));
        schema_input_close(input);
        free(text);
    }
    assert_int_equal(failures, 0);
}

/* What stands behind the first bytes is not looked at, even where it is there already. */
static void only_the_first_bytes(void **state)
{
    (void)state;
    enum { LEN = 200000, LOOKED_AT = 64 << 10 };
    int failures = 0;
    for (size_t piece = 0; piece <= LOOKED_AT; piece += LOOKED_AT) {
        for (size_t at = LOOKED_AT - 2; at <= LOOKED_AT; at += 2) {
            char *text = malloc(LEN);
            memset(text, 'x', LEN);
            text[at] = '\xE9';
            struct aro_error err = {0};
            struct schema_input *input = schema_input_from_memory(text, LEN, piece, &err);
            enum schema_format format;
            bool ok = schema_sniff(input, "a", &format, &err);
            CHECK(failures, piece ? "in pieces" : "at once", ok == (at == LOOKED_AT));
            schema_input_close(input);
            free(text);
        }
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(named_cases), cmocka_unit_test(tar_archive),
                                       cmocka_unit_test(long_text),
                                       cmocka_unit_test(only_the_first_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
