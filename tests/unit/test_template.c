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
    } known[] = {{"main", main_text}, {"partial", partial}, {"loop", loop}, {"broken", broken}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == name_len && memcmp(known[i].name, name, name_len) == 0) {
            *out_text = known[i].text;
            *out_len = strlen(known[i].text);
            return true;
        }
    return false;
}

#define DATA                                                                                       \
    "{\"name\":\"<b>&'\\\"\",\"n\":12,\"x\":1.5,\"yes\":true,\"no\":false,\"nothing\":null,"       \
    "\"empty\":[],\"list\":[\"a\",\"b\"],\"zero\":0,\"o\":{\"k\":\"v\",\"l\":[1,2]},"              \
    "\"items\":[{\"name\":\"one\"},{\"other\":2}],\"a.b\":1,\"deep\":[[1],[2,3]]}"

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
    {"JSON in a script", "{{%name}}{{%missing}}", "\"\\u003cb\\u003e\\u0026'\\\"\""},
    {"JSON of any kind", "{{%o}} {{%list}} {{%n}} {{%nothing}} {{#list}}{{%.}}{{/list}}",
     "{\"k\":\"v\",\"l\":[1,2]} [\"a\",\"b\"] 12 null \"a\"\"b\""},
    {"JSON that is not live", "{{#no}}{{%o}}{{/no}}", ""},
};

static void fills_in(void **state)
{
    (void)state;
    int failures = 0;
    json_t *data = json_loads(DATA, 0, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_buffer out = {0};
        struct aro_error err = {0};
        main_text = cases[i].template;
        CHECK(failures, cases[i].name, template_render(find, "main", data, &out, &err));
        aro_buffer_char(&out, '\0');
        CHECK(failures, cases[i].name, strcmp(out.data, cases[i].want) == 0);
        aro_buffer_clear(&out);
    }
    json_decref(data);
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
};

static void says_what_is_wrong(void **state)
{
    (void)state;
    int failures = 0;
    json_t *data = json_loads(DATA, 0, NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct aro_buffer out = {0};
        struct aro_error err = {0};
        main_text = wrong[i].template;
        CHECK(failures, wrong[i].name, !template_render(find, "main", data, &out, &err));
        CHECK(failures, wrong[i].name, err.status == ARO_IO);
        CHECK(failures, wrong[i].name, strstr(err.message, wrong[i].want));
        aro_buffer_clear(&out);
    }
    json_decref(data);
    assert_int_equal(failures, 0);
}

static void memory_runs_out(void **state)
{
    (void)state;
    json_t *data = json_loads(DATA, 0, NULL);
    main_text = "{{#items}}{{>partial}}{{/items}}{{#o.*}}{{*}}={{.}};{{/o.*}}{{list}}{{%o}}"
                "long enough to want a second block of memory, and a third one after it: "
                "long enough to want a second block of memory, and a third one after it.";
    bool ok = false;
    for (size_t n = 0; !ok; n++) {
        struct aro_buffer out = {0};
        struct aro_error err = {0};
        allow_allocations(n);
        ok = template_render(find, "main", data, &out, &err);
        allow_allocations(SIZE_MAX);
        if (!ok)
            assert_int_equal(err.status, ARO_NO_MEMORY);
        aro_buffer_clear(&out);
        assert_true(n < 100);
    }
    json_decref(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
