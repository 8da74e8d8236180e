/* A template of any bytes is filled or refused; data of any bytes never becomes markup. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *text;
static size_t text_len;

static bool find(const char *name, size_t name_len, const char **out_text, size_t *out_len)
{
    if (name_len != 4 || memcmp(name, "main", 4) != 0)
        return false;
    *out_text = text;
    *out_len = text_len;
    return true;
}

static struct words words;

static void make_words(void)
{
    static const char texts[] =
        "{\"a\":{\"a\":\"{a} {@a} {o.k}\",\"b\":{\"one\":\"{+k} {~a.a}\",\"other\":\"{+k} "
        "{~a.c}\"},"
        "\"c\":\"[{a}]({a}) [b] {~a.c}\",\"x\":\"{}\"},\"date\":{\"months\":\"a b c d e f g h i j "
        "k l\"}}";
    if (!words.sections)
        words.sections = json_loads(texts, 0, NULL);
    if (!words.sections)
        abort();
}

static bool render(const char *template, size_t len, const json_t *data, struct aro_buffer *out)
{
    struct aro_error err = {0};
    text = template;
    text_len = len;
    bool ok = template_render(find, &words, "main", data, out, &err);
    if (ok == (err.status != ARO_OK))
        abort();
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char page[] = "{{a}}{{#a}}{{.}}{{b}}{{/a}}{{#a.*}}{{*}}{{.}}{{/a.*}}"
                               "{{=t}}{{a}}{{~a.a}}{{/t}}{{t}}{{@a}}{{~a.a}}{{~a.b}}{{~z.[a]}}";
    static const char script[] = "{{%a}}";
    struct aro_buffer out = {0};
    make_words();
    json_t *fixed = json_pack("{s:[s,{s:s}],s:{s:i}}", "a", "x", "b", "y", "o", "k", 1);
    json_t *any = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    json_t *within = json_pack("{s:o*}", "a", any);
    if (size <= 512) /* a short template may write a lot: nested loops */
        render((const char *)data, size, fixed, &out);
    out.len = 0;
    if (!render(page, sizeof page - 1, within, &out))
        abort();
    for (size_t i = 0; i < out.len; i++)
        if (strchr("<>\"'", out.data[i]) && out.data[i])
            abort();
    out.len = 0;
    if (!render(script, sizeof script - 1, within, &out))
        abort();
    for (size_t i = 0; i < out.len; i++)
        if (strchr("<>&", out.data[i]) && out.data[i])
            abort();
    json_t *back = json_loadb(out.data, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (any ? !json_equal(any, back) : !json_is_null(back))
        abort();
    json_decref(back);
    aro_buffer_clear(&out);
    json_decref(within);
    json_decref(fixed);
    return 0;
}
