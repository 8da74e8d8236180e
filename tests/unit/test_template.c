#include "server/template.h"
#include "tests/unit/check.h"

#include <string.h>

#include "tests/unit/allocations.h"

/* The templates of the tests: "main" is the case's own. */
static const char *main_text;
static const char partial[] = "[{{name}}]", loop[] = "{{>loop}}", broken[] = "\n\n{{#a}}";

static bool find(const char *name, size_t name_len, const char **out_text, size_t *out_len)
{
    const struct {
        const char *name, *text;
    } known[] = {{"main", main_text},
                 {"partial", partial},
                 {"loop", loop},
                 {"broken", broken},
                 {"keeps", "{{=t}}kept{{/t}}"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == name_len && memcmp(known[i].name, name, name_len) == 0) {
            *out_text = known[i].text;
            *out_len = strlen(known[i].text);
            return true;
        }
    return false;
}

/* Words of the tests, in French. */
#define WORDS                                                                                      \
    "{\"value\":{\"yes\":\"oui\",\"no\":\"non\"},\"date\":{\"months\":\"janvier février mars\"}," \
    "\"p\":{\"plain\":\"l'<i>\",\"of\":\"{name} de {+big}, {o.k}\",\"day\":\"le {@day}\","         \
    "\"n\":{\"zero\":\"rien\",\"one\":\"{+k} objet\",\"other\":\"{+k} objets\"},"                  \
    "\"two\":{\"one\":\"{+k} un\",\"other\":\"{+k} plus\"},\"in\":\"dans {~p.n}.\","               \
    "\"link\":\"voir [la {name}]({o.k}?a=1&b) [ici], "                                             \
    "[x]\",\"loop\":\"{~p.loop}\",\"odd\":\"{+}\","                                                \
    "\"open\":\"a { b\",\"bad\":{\"one\":\"x\"},\"v\":\"le v\",\"12\":\"douze\"}}"

static struct words words_of_tests(enum language language)
{
    struct words words = {language, json_loads(WORDS, 0, NULL)};
    assert_non_null(words.sections);
    return words;
}

#define DATA                                                                                       \
    "{\"name\":\"<b>&'\\\"\",\"n\":12,\"x\":1.5,\"yes\":true,\"no\":false,\"nothing\":null,"       \
    "\"empty\":[],\"list\":[\"a\",\"b\"],\"zero\":0,\"o\":{\"k\":\"v\",\"l\":[1,2]},"              \
    "\"items\":[{\"name\":\"one\"},{\"other\":2}],\"a.b\":1,\"deep\":[[1],[2,3]],"                 \
    "\"big\":1234567,\"small\":-999,\"part\":1234.56,\"day\":\"2020-03-01\",\"later\":"            \
    "\"2020-02-14T12:00:00Z\",\"never\":\"2020-13-01\",\"k0\":{\"k\":0},\"k1\":{\"k\":1},"         \
    "\"k2\":{\"k\":2},\"k15\":{\"k\":1.5},\"odd\":[\"</script>&'\",{\"a\":null}]}"

static const struct {
    const char *name, *template, *want;
} cases[] = {
    {"plain text", "a } b { c", "a } b { c"},
    {"a value is escaped", "<i>{{name}}</i>", "<i>&lt;b&gt;&amp;&#39;&quot;</i>"},
    {"spaces in a tag", "{{ n }}", "12"},
    {"kinds of values", "{{n}} {{x}} {{yes}} {{no}} {{nothing}}{{missing}}", "12 1.5 oui non "},
    {"lists and objects", "{{list}}; {{o}}; {{deep}}", "a, b; v 1, 2; 1, 2, 3"},
    {"dotted names", "{{o.k}} {{o.l.1}} {{o.l.9}}{{o.k.z}}{{list.0}}{{list.x}}", "v 2 a"},
    {"items", "{{#list}}({{.}}){{/list}}", "(a)(b)"},
    {"an item's own name, then the outer", "{{#items}}{{name}}/{{other}};{{/items}}",
     "one/;&lt;b&gt;&amp;&#39;&quot;/2;"},
    {"once for a value", "{{#n}}{{.}}!{{/n}}{{#zero}}z{{/zero}}{{#yes}}y{{/yes}}", "12!zy"},
    {"an object is a context", "{{#o}}{{k}}{{/o}}", "v"},
    {"nothing is written for nothing",
     "{{#no}}a{{/no}}{{#nothing}}b{{/nothing}}{{#empty}}c{{/empty}}{{#missing}}d{{/missing}}", ""},
    {"the other way round", "{{^no}}a{{/no}}{{^n}}b{{/n}}{{^empty}}c{{/empty}}", "ac"},
    {"members", "{{#o.*}}{{*}}={{.}};{{/o.*}}", "k=v;l=1, 2;"},
    {"the name of a member from inside", "{{#o.*}}{{#.}}{{*}}{{/.}}{{/o.*}}", "kll"},
    {"no members", "{{#list.*}}a{{/list.*}}{{#missing.*}}b{{/missing.*}}", ""},
    {"sections within sections", "{{#items}}{{#list}}{{.}}{{/list}}{{/items}}", "abab"},
    {"what is not live is not run", "{{#no}}{{#list}}{{>nowhere}}{{/list}}{{/no}}", ""},
    {"another template", "{{#items}}{{>partial}}{{/items}}", "[one][&lt;b&gt;&amp;&#39;&quot;]"},
    {"comments", "a{{! {name} }}b", "ab"},
    {"JSON in a script", "{{%name}}{{%missing}}", "\"\\u003cb\\u003e\\u0026\\u0027\\\"\"null"},
    {"JSON of any kind", "{{%o}} {{%list}} {{%n}} {{%nothing}} {{#list}}{{%.}}{{/list}}",
     "{\"k\":\"v\",\"l\":[1,2]} [\"a\",\"b\"] 12 null \"a\"\"b\""},
    {"JSON that is not live", "{{#no}}{{%o}}{{/no}}", ""},
    {"a number", "{{+big}} {{+small}} {{+n}} {{+x}} {{+part}} {{+zero}}{{+missing}}",
     "1\u202f234\u202f567 -999 12 1,5 1\u202f234,6 0"},
    {"what is no number stays", "{{+o.k}}", "v"},
    {"a day", "{{@day}}, {{@later}}, {{@never}}, {{@n}}{{@missing}}",
     "1er mars 2020, 14 février 2020, 2020-13-01, 12"},
    {"as JSON", "{{%odd}} {{%missing}} {{%n}} {{%yes}}",
     "[\"\\u003c/script\\u003e\\u0026\\u0027\",{\"a\":null}] null 12 true"},
    {"words are escaped", "{{~p.plain}}", "l&#39;&lt;i&gt;"},
    {"places of words", "{{~p.of}}", "&lt;b&gt;&amp;&#39;&quot; de 1\u202f234\u202f567, v"},
    {"a day in words", "{{~ p.day }}", "le 1er mars 2020"},
    {"forms", "{{#k0}}{{~p.n}}{{/k0}}, {{#k1}}{{~p.n}}{{/k1}}, {{#k2}}{{~p.n}}{{/k2}}",
     "rien, 1 objet, 2 objets"},
    {"forms in French", "{{#k0}}{{~p.two}}{{/k0}}, {{#k15}}{{~p.two}}{{/k15}}", "0 un, 1,5 un"},
    {"no number to choose by", "{{~p.two}}", " un"},
    {"words within words", "{{#k2}}{{~p.in}}{{/k2}}", "dans 2 objets."},
    {"a link in words", "{{~p.link}}",
     "voir <a href=\"v?a=1&amp;b\">la &lt;b&gt;&amp;&#39;&quot;</a> [ici], [x]"},
    {"a brace in words", "{{~p.open}}", "a { b"},
    {"words that a value names", "{{~p.[o.k]}} {{~p.[n]}} {{~p.[name]}}{{~p.[missing]}}",
     "le v douze &lt;b&gt;&amp;&#39;&quot;"},
    {"words that a member names", "{{#o.*}}{{~p.[*]}} {{/o.*}}{{#k1.*}}{{~p.[*]}}{{/k1.*}}",
     "k l k"},
    {"kept text is escaped once", "{{=t}}<{{name}}>{{/t}}{{t}}",
     "&lt;&lt;b&gt;&amp;&#39;&quot;&gt;"},
    {"kept words have no links", "{{=t}}{{~p.link}}{{/t}}{{#t}}{{.}}{{/t}}",
     "voir la &lt;b&gt;&amp;&#39;&quot; [ici], [x]"},
    {"kept text is behind the data", "{{=n}}1{{/n}}{{n}}{{#items}}{{=u}}a{{/u}}{{/items}}{{u}}",
     "12a"},
    {"kept nothing is nothing", "{{=t}}{{missing}}{{/t}}{{^t}}none{{/t}}", "none"},
    {"what is not live is not kept", "{{#no}}{{=t}}a{{/t}}{{/no}}{{t}}", ""},
    {"kept by another template, seen by the first", "{{>keeps}}{{t}}", "kept"},
};

static void fills_in(void **state)
{
    (void)state;
    int failures = 0;
    json_t *data = json_loads(DATA, 0, NULL);
    struct words words = words_of_tests(LANGUAGE_FR);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_buffer out = {0};
        struct aro_error err = {0};
        main_text = cases[i].template;
        CHECK(failures, cases[i].name, template_render(find, &words, "main", data, &out, &err));
        aro_buffer_char(&out, '\0');
        CHECK(failures, cases[i].name, strcmp(out.data, cases[i].want) == 0);
        aro_buffer_clear(&out);
    }
    json_decref(data);
    words_clear(&words);
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name, *template, *want;
} wrong[] = {
    {"not closed", "a\n{{name", "template main, line 2: a tag is not closed"},
    {"no name", "{{}}", "line 1: a tag names nothing"},
    {"no name of a section", "{{# }}", "a tag names nothing"},
    {"a section that stays open", "\n\n{{#list}}a", "line 3: this section is not closed"},
    {"nothing to close", "{{/list}}", "this closes a section that is not open"},
    {"another is closed", "{{#n}}{{/list}}", "this closes a section that is not open"},
    {"unescaped", "{{{name}}}", "there is no unescaped value"},
    {"unescaped too", "{{&name}}", "there is no unescaped value"},
    {"no such template", "{{>nowhere}}", "it wants a template that does not exist"},
    {"fault of another", "{{>broken}}", "template broken, line 3: this section is not closed"},
    {"without end", "{{>loop}}", "too many"},
    {"no such words", "a\n{{~p.none}}", "line 2: there are no such words"},
    {"no such section", "{{~none.p}}{{~p}}", "there are no such words"},
    {"words without end", "{{~p.loop}}", "words within each other are too many"},
    {"a place without a name", "{{~p.odd}}", "a place in words names nothing"},
    {"words without a form for many", "{{~p.bad}}", "these words have no form"},
    {"kept without end", "{{=t}}a", "this section is not closed"},
};

static void says_what_is_wrong(void **state)
{
    (void)state;
    int failures = 0;
    json_t *data = json_loads(DATA, 0, NULL);
    struct words words = words_of_tests(LANGUAGE_FR);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct aro_buffer out = {0};
        struct aro_error err = {0};
        main_text = wrong[i].template;
        CHECK(failures, wrong[i].name, !template_render(find, &words, "main", data, &out, &err));
        CHECK(failures, wrong[i].name, err.status == ARO_IO);
        CHECK(failures, wrong[i].name, strstr(err.message, wrong[i].want));
        aro_buffer_clear(&out);
    }
    json_decref(data);
    words_clear(&words);
    assert_int_equal(failures, 0);
}

static void memory_runs_out(void **state)
{
    (void)state;
    json_t *data = json_loads(DATA, 0, NULL);
    struct words words = words_of_tests(LANGUAGE_FR);
    main_text =
        "{{#items}}{{>partial}}{{/items}}{{#o.*}}{{*}}={{.}};{{/o.*}}{{list}}{{%o}}{{~p.link}}"
        "{{=t}}{{name}}{{/t}}{{@day}}{{~p.[o.k]}}"
        "long enough to want a second block of memory, and a third one after it: "
        "long enough to want a second block of memory, and a third one after it.";
    bool ok = false;
    for (size_t n = 0; !ok; n++) {
        struct aro_buffer out = {0};
        struct aro_error err = {0};
        allow_allocations(n);
        ok = template_render(find, &words, "main", data, &out, &err);
        allow_allocations(SIZE_MAX);
        if (!ok)
            assert_int_equal(err.status, ARO_NO_MEMORY);
        aro_buffer_clear(&out);
        assert_true(n < 100);
    }
    json_decref(data);
    words_clear(&words);
}

/* The same words and numbers as another language has them. */
static void speaks_english(void **state)
{
    (void)state;
    static const struct {
        const char *template, *want;
    } in_english[] = {
        {"{{+big}} {{+part}}", "1,234,567 1,234.6"},
        {"{{@day}}", "1 mars 2020"},
        {"{{#k0}}{{~p.two}}{{/k0}}, {{#k1}}{{~p.two}}{{/k1}}, {{#k15}}{{~p.two}}{{/k15}}",
         "0 plus, 1 un, 1.5 plus"},
    };
    int failures = 0;
    json_t *data = json_loads(DATA, 0, NULL);
    struct words words = words_of_tests(LANGUAGE_EN);
    for (size_t i = 0; i < sizeof in_english / sizeof *in_english; i++) {
        struct aro_buffer out = {0};
        struct aro_error err = {0};
        main_text = in_english[i].template;
        CHECK(failures, main_text, template_render(find, &words, "main", data, &out, &err));
        aro_buffer_char(&out, '\0');
        CHECK(failures, main_text, strcmp(out.data, in_english[i].want) == 0);
        aro_buffer_clear(&out);
    }
    json_decref(data);
    words_clear(&words);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(speaks_english),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
