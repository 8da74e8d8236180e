/*
 * GET /integrer: what to copy into a page of another site, for the choices of a form.
 *
 * Each piece of code follows from the same parameters as the frame that it makes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/json.h"
#include "server/collections.h"
#include "server/embed.h"
#include "server/handlers.h"
#include "server/lieu.h"
#include "server/text.h"
#include "server/xml.h"

enum { DEFAULT_HEIGHT = 600, LEAST_HEIGHT = 200, MOST_HEIGHT = 4000 };

/* ---- What is chosen ---- */

struct choice {
    const struct request *request;
    struct embed_view view; /* its text holds a code that lieu= led to */
    struct lieu lieu;
    bool nothing_found, by_click;
    int64_t height; /* 0: as high as what it shows */
    struct aro_error wrong;
};

static bool is_given(const struct choice *choice, enum param param)
{
    const char *value = request_param(choice->request, param);
    return value && *value;
}

static bool take_code(struct choice *choice, enum param param, const char *code,
                      struct aro_error *err)
{
    choice->view.text = strdup(code);
    choice->view.params[param] = choice->view.text;
    return choice->view.text || aro_error_no_memory(err);
}

static bool find_place(struct choice *choice, struct aro_error *err)
{
    if (!is_given(choice, PARAM_LIEU))
        return true;
    if (!lieu_find(choice->request->snapshot, request_param(choice->request, PARAM_LIEU),
                   &choice->lieu, err))
        return false;
    choice->nothing_found = choice->lieu.param == PARAM_COUNT_OF_ALL;
    return choice->nothing_found || take_code(choice, choice->lieu.param, choice->lieu.code, err);
}

/* Whether what is chosen makes a frame; what does not is told in the page. */
static void check(struct choice *choice)
{
    struct embed_view checked = {0};
    if (embed_view_of(choice->request, "/embed", choice->view.params, &checked, &choice->wrong))
        embed_view_clear(&checked);
}

static void read_height(struct choice *choice)
{
    const char *text = request_param(choice->request, PARAM_HAUTEUR);
    int64_t height;
    if (!text || !*text)
        return;
    if (text_id_parse(text, &height) && height >= LEAST_HEIGHT && height <= MOST_HEIGHT)
        choice->height = height;
    else
        aro_error_set(&choice->wrong, ARO_BAD_INPUT,
                      "hauteur '%.40s' is not a number of pixels from %d to %d", text, LEAST_HEIGHT,
                      MOST_HEIGHT);
}

static bool read_choice(const struct request *request, struct choice *choice, struct aro_error *err)
{
    static const param_set of_the_frame =
        EMBED_PARAMS & ~(PARAM_BIT(PARAM_CURSOR) | PARAM_BIT(PARAM_LIMIT));
    const char *consent = request_param(request, PARAM_CONSENTEMENT);
    choice->request = request;
    choice->by_click = consent && strcmp(consent, "clic") == 0;
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++) /* a field of the form that is left empty */
        if ((of_the_frame & PARAM_BIT(i)) && is_given(choice, (enum param)i))
            choice->view.params[i] = request->params[i];
    if (!find_place(choice, err))
        return false;
    check(choice);
    read_height(choice);
    return choice->wrong.status != ARO_NO_MEMORY || aro_error_no_memory(err);
}

/* ---- The code ---- */

static void write_attribute(struct aro_buffer *out, const char *prefix, const char *name,
                            const char *value)
{
    aro_buffer_printf(out, " %s%s=\"", prefix, name);
    xml_escape(out, value, strlen(value));
    aro_buffer_char(out, '"');
}

static void write_attributes(const struct choice *choice, const char *prefix,
                             struct aro_buffer *out)
{
    char height[24];
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        if (choice->view.params[i])
            write_attribute(out, prefix, param_infos[i].name, choice->view.params[i]);
    if (choice->height) {
        snprintf(height, sizeof height, "%d", (int)choice->height);
        write_attribute(out, prefix, "hauteur", height);
    }
    if (choice->by_click)
        write_attribute(out, prefix, "consentement", "clic");
}

static void write_url(const struct choice *choice, struct aro_buffer *out)
{
    struct aro_buffer url = {0};
    embed_write_url(choice->request->base_url, choice->view.params, &url);
    xml_escape(out, url.data, url.len);
    out->failed |= url.failed;
    aro_buffer_clear(&url);
}

static void write_escaped_name(const struct choice *choice, struct aro_buffer *out)
{
    struct aro_buffer name = {0};
    embed_write_title(choice->request->snapshot, choice->view.params, &name);
    xml_escape(out, name.data, name.len);
    out->failed |= name.failed;
    aro_buffer_clear(&name);
}

static void write_script(const struct choice *choice, struct aro_buffer *out)
{
    struct aro_buffer attributes = {0};
    write_attributes(choice, "data-", &attributes);
    if (attributes.len == 0) /* without any, the script would make no frame */
        aro_buffer_text(&attributes, " data-vue=\"carte-liste\"");
    aro_buffer_printf(out, "<script src=\"%s/embed.js\"%.*s async></script>",
                      choice->request->base_url, (int)attributes.len, attributes.data);
    out->failed |= attributes.failed;
    aro_buffer_clear(&attributes);
}

static void write_element(const struct choice *choice, struct aro_buffer *out)
{
    aro_buffer_printf(out, "<script src=\"%s/embed.js\" async></script>\n<arobase-carte",
                      choice->request->base_url);
    write_attributes(choice, "", out);
    aro_buffer_text(out, ">\n  <a href=\"");
    write_url(choice, out);
    aro_buffer_text(out, "\">");
    write_escaped_name(choice, out);
    aro_buffer_text(out, "</a>\n</arobase-carte>");
}

static void write_iframe(const struct choice *choice, struct aro_buffer *out)
{
    aro_buffer_text(out, "<iframe src=\"");
    write_url(choice, out);
    aro_buffer_text(out, "\" title=\"");
    write_escaped_name(choice, out);
    aro_buffer_printf(out, "\" width=\"100%%\" height=\"%d\" loading=\"lazy\"></iframe>",
                      choice->height ? (int)choice->height : DEFAULT_HEIGHT);
}

static void write_address(const struct choice *choice, struct aro_buffer *out)
{
    embed_write_url(choice->request->base_url, choice->view.params, out);
}

/* The frame within a text of JavaScript in single quotes: what would end or change it stands in
 * attributes, where it may be a reference. */
static void write_quoted_iframe(const struct choice *choice, struct aro_buffer *out)
{
    struct aro_buffer frame = {0};
    write_iframe(choice, &frame);
    for (size_t i = 0; i < frame.len; i++) {
        char c = frame.data[i];
        if (c == '\'' || c == '\\' || (unsigned char)c < 0x20)
            aro_buffer_printf(out, "&#%d;", c);
        else
            aro_buffer_char(out, c);
    }
    out->failed |= frame.failed;
    aro_buffer_clear(&frame);
}

/* A service of tarteaucitron.js, which shows the frame once a reader allows it. */
static void write_tarteaucitron(const struct choice *choice, struct aro_buffer *out)
{
    aro_buffer_printf(out,
                      "<div class=\"arobase\"></div>\n<script>\n"
                      "tarteaucitron.services.arobase = {\n"
                      "  key: 'arobase', type: 'other', name: 'arobase', needConsent: true, "
                      "cookies: [],\n  uri: '%s/integrer',\n",
                      choice->request->base_url);
    aro_buffer_text(out, "  js: function () {\n"
                         "    tarteaucitron.fallback(['arobase'], function () {\n"
                         "      return '");
    write_quoted_iframe(choice, out);
    aro_buffer_text(out, "';\n    });\n  },\n  fallback: function () {\n"
                         "    tarteaucitron.fallback(['arobase'], function () {\n"
                         "      return tarteaucitron.engage('arobase');\n    });\n  }\n};\n"
                         "(tarteaucitron.job = tarteaucitron.job || []).push('arobase');\n"
                         "</script>");
}

static const struct {
    const char *id;
    void (*write)(const struct choice *choice, struct aro_buffer *out);
} codes[] = {{"script", write_script},
             {"element", write_element},
             {"iframe", write_iframe},
             {"address", write_address},
             {"tarteaucitron", write_tarteaucitron}};

static void write_codes(const struct choice *choice, struct aro_buffer *out)
{
    aro_buffer_text(out, ",\"codes\":[");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct aro_buffer code = {0};
        codes[i].write(choice, &code);
        aro_buffer_printf(out, "%s{\"id\":\"%s\",\"text\":", i ? "," : "", codes[i].id);
        aro_json_string(out, code.data, code.len);
        aro_buffer_char(out, '}');
        out->failed |= code.failed;
        aro_buffer_clear(&code);
    }
    aro_buffer_char(out, ']');
}

/* ---- The form ---- */

static void write_option(struct aro_buffer *out, const char *value, const char *label,
                         const char *chosen)
{
    aro_buffer_char(out, out->data[out->len - 1] == '[' ? ' ' : ',');
    aro_buffer_text(out, "{\"value\":");
    aro_json_text(out, value);
    aro_buffer_text(out, ",\"label\":");
    aro_json_text(out, label);
    aro_buffer_text(out, chosen && strcmp(chosen, value) == 0 ? ",\"selected\":true}" : "}");
}

static void write_territories(const struct choice *choice, enum schema_territory_kind kind,
                              enum param param, struct aro_buffer *out)
{
    size_t n;
    const struct snapshot_territory *all =
        snapshot_territories(choice->request->snapshot, kind, &n);
    aro_buffer_printf(out, ",\"%ss\":[", param_infos[param].name);
    for (size_t i = 0; i < n; i++)
        write_option(out, all[i].code, all[i].nom, choice->view.params[param]);
    aro_buffer_char(out, ']');
}

static void write_themes(const struct choice *choice, int level, enum param param,
                         struct aro_buffer *out)
{
    const struct snapshot *snapshot = choice->request->snapshot;
    aro_buffer_printf(out, ",\"%ss\":[", param_infos[param].name);
    for (size_t i = 0; i < snapshot->n_themes; i++)
        if (snapshot->themes[i].niveau == level)
            write_option(out, snapshot->themes[i].id, snapshot->themes[i].libelle,
                         choice->view.params[param]);
    aro_buffer_char(out, ']');
}

static void write_views(const struct choice *choice, struct aro_buffer *out)
{
    static const char *const names[] = {"carte-liste", "carte", "liste"};
    static const char *const words[] = {"both", "map", "list"};
    const char *chosen = choice->view.params[PARAM_VUE];
    aro_buffer_text(out, ",\"vues\":[");
    for (size_t i = 0; i < 3; i++)
        write_option(out, names[i], words[i], chosen ? chosen : names[0]);
    aro_buffer_char(out, ']');
}

/* The commune chosen, as the form's field has it, and others of such a name. */
static void write_place(const struct choice *choice, struct aro_buffer *out)
{
    const struct snapshot *snapshot = choice->request->snapshot;
    struct aro_buffer text = {0};
    lieu_write(snapshot, choice->view.params, &text);
    if (text.len == 0 && is_given(choice, PARAM_LIEU))
        aro_buffer_text(&text, request_param(choice->request, PARAM_LIEU));
    aro_buffer_text(out, ",\"lieu\":");
    aro_json_string(out, text.len ? text.data : "", text.len);
    aro_buffer_text(out, ",\"others\":[");
    for (size_t i = 1; i < choice->lieu.n_found; i++) {
        uint32_t at = choice->lieu.found[i];
        write_option(out, snapshot->commune.codes[at], snapshot->commune.noms[at], NULL);
    }
    aro_buffer_text(out, choice->nothing_found ? "],\"nothing_found\":true" : "]");
    out->failed |= text.failed;
    aro_buffer_clear(&text);
}

static void write_answer(const struct choice *choice, struct aro_buffer *out)
{
    struct aro_buffer frame = {0};
    embed_write_url("", choice->view.params, &frame);
    aro_buffer_text(out, "{\"frame\":"); /* below the page's own root */
    aro_json_string(out, frame.data + 1, frame.len - 1);
    out->failed |= frame.failed;
    aro_buffer_clear(&frame);
    if (choice->wrong.status != ARO_OK) {
        aro_buffer_text(out, ",\"wrong\":");
        aro_json_text(out, choice->wrong.message);
    }
    if (choice->height)
        aro_buffer_printf(out, ",\"hauteur\":%d", (int)choice->height);
    if (choice->by_click)
        aro_buffer_text(out, ",\"by_click\":true");
    write_place(choice, out);
    write_territories(choice, SCHEMA_DEPARTEMENT, PARAM_DEPARTEMENT, out);
    write_territories(choice, SCHEMA_REGION, PARAM_REGION, out);
    write_themes(choice, 1, PARAM_AXE, out);
    write_themes(choice, 3, PARAM_USAGE, out);
    write_views(choice, out);
    write_codes(choice, out);
    aro_buffer_char(out, '}');
}

bool handle_integrer(const struct request *request, struct response *response,
                     struct aro_error *err)
{
    struct choice choice = {0};
    bool ok = read_choice(request, &choice, err);
    if (ok)
        write_answer(&choice, response_buffer(response));
    embed_view_clear(&choice.view);
    return ok;
}
