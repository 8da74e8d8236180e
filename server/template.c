#include "server/template.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What names are looked up in, innermost last. */
struct context {
    const struct context *outer;
    const json_t *value;
    const char *member; /* its name, where members are walked over; else NULL */
};

/* A template on its way. */
struct reading {
    template_find_fn *find;
    const char *name, *text, *end;
    struct aro_buffer *out;
    struct aro_error *err;
    int depth;
};

/* What stands between {{ and }}: its first character where it is one of #^/>!%, and the rest. */
struct tag {
    char kind; /* 0 for a value */
    const char *name;
    size_t len;
};

static bool fail(const struct reading *reading, const char *at, const char *what)
{
    int line = 1;
    for (const char *c = reading->text; c < at; c++)
        line += *c == '\n';
    return aro_error_set(reading->err, ARO_IO, "template %s, line %d: %s", reading->name, line,
                         what);
}

/* ---- Values ---- */

static bool is_name(const struct tag *tag, const char *name)
{
    return tag->len == strlen(name) && memcmp(tag->name, name, tag->len) == 0;
}

/* Member of an object, or item of an array where the name is its number. */
static const json_t *part_of(const json_t *value, const char *name, size_t len)
{
    if (json_is_object(value))
        return json_object_getn(value, name, len);
    size_t index = 0;
    if (!json_is_array(value) || len == 0 || len > 6)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return NULL;
        index = 10 * index + (size_t)(name[i] - '0');
    }
    return json_array_get(value, index);
}

static const json_t *look_up(const struct context *context, const char *name, size_t len)
{
    if (len == 1 && *name == '.')
        return context->value;
    const char *dot = memchr(name, '.', len);
    size_t first = dot ? (size_t)(dot - name) : len;
    const json_t *value = NULL;
    for (; context && !value; context = context->outer)
        value = part_of(context->value, name, first);
    while (value && first < len) {
        const char *rest = name + first + 1;
        size_t rest_len = len - first - 1;
        dot = memchr(rest, '.', rest_len);
        size_t part = dot ? (size_t)(dot - rest) : rest_len;
        value = part_of(value, rest, part);
        first += 1 + part;
    }
    return value;
}

static bool is_something(const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_OBJECT:
        return json_object_size(value) > 0;
    default:
        return true;
    }
}

static void write_escaped(struct aro_buffer *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        switch (text[i]) {
        case '&':
            aro_buffer_text(out, "&amp;");
            break;
        case '<':
            aro_buffer_text(out, "&lt;");
            break;
        case '>':
            aro_buffer_text(out, "&gt;");
            break;
        case '"':
            aro_buffer_text(out, "&quot;");
            break;
        case '\'':
            aro_buffer_text(out, "&#39;");
            break;
        default:
            aro_buffer_char(out, text[i]);
        }
}

static void write_value(struct aro_buffer *out, const json_t *value, int depth)
{
    const char *separator = "", *name;
    size_t i;
    json_t *inner;
    if (!value || depth > TEMPLATE_MAX_DEPTH)
        return;
    switch (json_typeof(value)) {
    case JSON_NULL:
        break;
    case JSON_TRUE:
        aro_buffer_text(out, "oui");
        break;
    case JSON_FALSE:
        aro_buffer_text(out, "non");
        break;
    case JSON_STRING:
        write_escaped(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        aro_buffer_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        aro_buffer_printf(out, "%.15g", json_real_value(value));
        break;
    case JSON_ARRAY:
        json_array_foreach((json_t *)value, i, inner)
        {
            aro_buffer_text(out, separator);
            write_value(out, inner, depth + 1);
            separator = ", ";
        }
        break;
    case JSON_OBJECT:
        json_object_foreach((json_t *)value, name, inner)
        {
            aro_buffer_text(out, separator);
            write_value(out, inner, depth + 1);
            separator = " ";
        }
        break;
    }
}

/* What would end a script element, or begin a comment in one, or be a reference in XHTML, stands in
 * strings only, where JSON may write it as \u. */
static void write_script(struct aro_buffer *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    for (const char *c = text; c && *c; c++) {
        if (*c == '<' || *c == '>' || *c == '&')
            aro_buffer_printf(out, "\\u%04x", (unsigned)*c);
        else
            aro_buffer_char(out, *c);
    }
    out->failed |= value && !text;
    free(text);
}

/* ---- Tags ---- */

static size_t trim(const char **text, size_t len)
{
    while (len > 0 && (**text == ' ' || **text == '\n')) {
        (*text)++;
        len--;
    }
    while (len > 0 && ((*text)[len - 1] == ' ' || (*text)[len - 1] == '\n'))
        len--;
    return len;
}

/*
 * Copies the text up to the next tag (where `live`), and reads the tag.
 *
 * @return  1; 0 at the end of the template; -1 and the error for a broken tag
 */
static int next_tag(struct reading *reading, const char **at, bool live, struct tag *out_tag)
{
    size_t left = (size_t)(reading->end - *at);
    const char *open = left ? memmem(*at, left, "{{", 2) : NULL;
    if (live)
        aro_buffer_append(reading->out, *at, open ? (size_t)(open - *at) : left);
    if (!open) {
        *at = reading->end;
        return 0;
    }
    const char *close = memmem(open, (size_t)(reading->end - open), "}}", 2);
    if (!close) {
        fail(reading, open, "a tag is not closed");
        return -1;
    }
    const char *name = open + 2;
    size_t len = trim(&name, (size_t)(close - name));
    struct tag tag = {0};
    if (len > 0 && strchr("#^/>!%", *name)) {
        tag.kind = *name++;
        len = trim(&name, len - 1);
    }
    tag.name = name;
    tag.len = len;
    if (tag.kind != '!' && (len == 0 || *name == '&' || memchr(name, '{', len))) {
        fail(reading, open, len ? "there is no unescaped value" : "a tag names nothing");
        return -1;
    }
    *at = close + 2;
    *out_tag = tag;
    return 1;
}

/* ---- Blocks ---- */

static bool render_block(struct reading *reading, const char **at, const struct tag *section,
                         const struct context *context, bool live);

static bool render_other(struct reading *reading, const struct tag *tag,
                         const struct context *context)
{
    char name[64];
    struct reading other = {.find = reading->find,
                            .name = name,
                            .out = reading->out,
                            .err = reading->err,
                            .depth = reading->depth};
    const char *at;
    size_t len;
    if (tag->len >= sizeof name || !reading->find(tag->name, tag->len, &at, &len))
        return fail(reading, tag->name, "it wants a template that does not exist");
    memcpy(name, tag->name, tag->len);
    name[tag->len] = '\0';
    other.text = at;
    other.end = at + len;
    return render_block(&other, &at, NULL, context, true);
}

/* The members of an object, one after another. */
static bool render_members(struct reading *reading, const char **at, const struct tag *tag,
                           const struct context *context, bool live, bool *out_any)
{
    const json_t *object = look_up(context, tag->name, tag->len - 2);
    const char *start = *at, *name;
    json_t *member;
    if (!live || !json_is_object(object))
        return true;
    json_object_foreach((json_t *)object, name, member)
    {
        struct context inner = {context, member, name};
        *at = start;
        *out_any = true;
        if (!render_block(reading, at, tag, &inner, true))
            return false;
    }
    return true;
}

static bool render_items(struct reading *reading, const char **at, const struct tag *tag,
                         const struct context *context, bool live, bool *out_any)
{
    const json_t *value = look_up(context, tag->name, tag->len);
    const char *start = *at;
    if (!live || !is_something(value))
        return true;
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < n; i++) {
        struct context inner = {context, json_is_array(value) ? json_array_get(value, i) : value,
                                NULL};
        *at = start;
        *out_any = true;
        if (!render_block(reading, at, tag, &inner, true))
            return false;
    }
    return true;
}

/* From behind the tag that opens a section to behind the one that closes it. */
static bool render_section(struct reading *reading, const char **at, const struct tag *tag,
                           const struct context *context, bool live)
{
    bool any = false, of_members = tag->len > 2 && memcmp(tag->name + tag->len - 2, ".*", 2) == 0;
    if (tag->kind == '^') {
        const json_t *value = look_up(context, tag->name, tag->len);
        return render_block(reading, at, tag, context, live && !is_something(value));
    }
    bool ok = of_members ? render_members(reading, at, tag, context, live, &any)
                         : render_items(reading, at, tag, context, live, &any);
    return ok && (any || render_block(reading, at, tag, context, false));
}

static void render_value(const struct reading *reading, const struct tag *tag,
                         const struct context *context)
{
    if (!is_name(tag, "*")) {
        write_value(reading->out, look_up(context, tag->name, tag->len), 0);
        return;
    }
    while (context && !context->member)
        context = context->outer;
    if (context)
        write_escaped(reading->out, context->member, strlen(context->member));
}

/* To the end of the template, or behind the tag that closes the section. */
static bool render_block(struct reading *reading, const char **at, const struct tag *section,
                         const struct context *context, bool live)
{
    struct tag tag;
    int found = 0;
    bool ok = ++reading->depth <= TEMPLATE_MAX_DEPTH ||
              fail(reading, *at, "sections or templates within each other are too many");
    while (ok && (found = next_tag(reading, at, live, &tag)) > 0) {
        if (tag.kind == '/') {
            reading->depth--;
            return (section && section->len == tag.len &&
                    memcmp(section->name, tag.name, tag.len) == 0) ||
                   fail(reading, tag.name, "this closes a section that is not open");
        }
        if (tag.kind == '#' || tag.kind == '^')
            ok = render_section(reading, at, &tag, context, live);
        else if (tag.kind == '>')
            ok = !live || render_other(reading, &tag, context);
        else if (tag.kind == '%' && live)
            write_script(reading->out, look_up(context, tag.name, tag.len));
        else if (tag.kind == 0 && live)
            render_value(reading, &tag, context);
    }
    reading->depth--;
    if (!ok || found < 0)
        return false;
    return !section || fail(reading, section->name, "this section is not closed");
}

bool template_render(template_find_fn *find, const char *name, const json_t *data,
                     struct aro_buffer *out, struct aro_error *err)
{
    struct reading reading = {find, name, name, name + strlen(name), out, err, 0};
    struct context context = {NULL, data, NULL};
    struct tag tag = {'>', name, strlen(name)};
    return render_other(&reading, &tag, &context) && aro_buffer_ok(out, err);
}
