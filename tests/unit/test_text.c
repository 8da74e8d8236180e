#include "server/text.h"
#include "tests/unit/check.h"

#include <string.h>

static const struct {
    const char *name, *text, *want; /* want NULL: refused */
    enum text_decoding decoding;
} decode_cases[] = {
    {"nothing", "", "", TEXT_FORM},
    {"plain", "abc", "abc", TEXT_FORM},
    {"plus is a space in a form", "a+b", "a b", TEXT_FORM},
    {"plus is itself in a path", "a+b", "a+b", TEXT_PATH},
    {"escaped plus", "a%2Bb", "a+b", TEXT_FORM},
    {"lower case digits", "%c3%a9", "\xC3\xA9", TEXT_FORM},
    {"upper case digits", "%C3%A9", "\xC3\xA9", TEXT_FORM},
    {"raw UTF-8", "\xC3\xA9", "\xC3\xA9", TEXT_FORM},
    {"escaped percent", "100%25", "100%", TEXT_FORM},
    {"escaped twice is decoded once", "%2541", "%41", TEXT_FORM},
    {"lone percent", "100%", NULL, TEXT_FORM},
    {"one digit", "%4", NULL, TEXT_FORM},
    {"not hexadecimal", "%G1", NULL, TEXT_FORM},
    {"sign in the digits", "%+1", NULL, TEXT_FORM},
    {"NUL", "a%00b", NULL, TEXT_FORM},
    {"Latin-1", "%E9", NULL, TEXT_FORM},
    {"overlong slash", "%C0%AF", NULL, TEXT_PATH},
};

static void decodes(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof decode_cases / sizeof *decode_cases; i++) {
        char out[64];
        struct aro_error err = {0};
        const char *text = decode_cases[i].text, *want = decode_cases[i].want;
        bool ok = text_decode(decode_cases[i].decoding, text, strlen(text), out, &err);
        CHECK(failures, decode_cases[i].name, ok == (want != NULL));
        CHECK(failures, decode_cases[i].name, !ok || !want || strcmp(out, want) == 0);
        CHECK(failures, decode_cases[i].name, ok || err.status == ARO_BAD_INPUT);
    }
    assert_int_equal(failures, 0);
}

/* Decoding what was encoded gives it back, for every byte that UTF-8 texts hold. */
static void encodes(void **state)
{
    (void)state;
    char text[160], back[160];
    for (int c = 1; c < 128; c++)
        text[c - 1] = (char)c;
    strcpy(text + 127, "\xC3\xA9\xE2\x82\xAC");
    struct aro_buffer out = {0};
    struct aro_error err = {0};
    text_encode(&out, text, TEXT_KEEP_UNRESERVED);
    assert_true(text_decode(TEXT_FORM, out.data, out.len, back, &err));
    assert_string_equal(back, text);
    aro_buffer_clear(&out);
    text_encode(&out, "2,3:/@a b&\"<", TEXT_KEEP_IN_QUERY);
    aro_buffer_char(&out, ' ');
    text_encode(&out, "2,3:/@a b&\"<", TEXT_KEEP_IN_PATH);
    aro_buffer_char(&out, ' ');
    text_encode(&out, "-._~,:/@", TEXT_KEEP_UNRESERVED);
    aro_buffer_char(&out, '\0');
    assert_string_equal(out.data, "2,3:/%40a%20b%26%22%3C 2,3:/@a%20b%26%22%3C -._~%2C%3A%2F%40");
    aro_buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(encodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
