#include "server/template.h"

#include <string.h>

#include "server/template_inside.h"

/* A template on its way. */
struct reading {
    struct template_job *job;
    const char *name, *text, *end;
};

/* What stands between {{ and }}: its first character where it is one of KINDS, and the rest. */
struct tag {
    char kind; /* 0 for a value */
    const char *name;
    size_t len;
};
#define KINDS "#^/>!=+@%~"

static bool fail(const struct reading *reading, const char *at, const char *what)
{
    int line = 1;
    for (const char *c = reading->text; c < at; c++)
        line += *c == '\n';
    return aro_error_set(reading->job->err, ARO_IO, "template %s, line %d: %s", reading->name, line,
                         what);
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
        aro_buffer_append(reading->job->out, *at, open ? (size_t)(open - *at) : left);
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
    if (len > 0 && strchr(KINDS, *name)) {
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
                         const struct template_context *context, bool live);

static bool render_other(const struct reading *reading, const struct tag *tag,
                         const struct template_context *context)
{
    char name[64];
    struct reading other = {.job = reading->job, .name = name};
    const char *at;
    size_t len;
    if (tag->len >= sizeof name || !reading->job->find(tag->name, tag->len, &at, &len))
        return fail(reading, tag->name, "it wants a template that does not exist");
    memcpy(name, tag->name, tag->len);
    name[tag->len] = '\0';
    other.text = at;
    other.end = at + len;
    return render_block(&other, &at, NULL, context, true);
}

/* Keeps what the block writes, as plain text. */
static bool render_kept(struct reading *reading, const char **at, const struct tag *tag,
                        const struct template_context *context, bool live)
{
    struct template_job *job = reading->job;
    struct aro_buffer kept = {0}, *out = job->out;
    bool raw = job->raw;
    job->out = &kept;
    job->raw = true;
    bool ok = render_block(reading, at, tag, context, live) && aro_buffer_ok(&kept, job->err);
    job->out = out;
    job->raw = raw;
    if (ok && live) {
        json_t *text = json_stringn(kept.len ? kept.data : "", kept.len);
        /* Bytes that are not UTF-8 come from no value of JSON: from a template. */
        if (!text)
            ok = fail(reading, tag->name, "what is kept is not UTF-8");
        else if (json_object_setn_new(job->captured, tag->name, tag->len, text) != 0)
            ok = fail(reading, tag->name, "what is kept has no name in UTF-8");
    }
    aro_buffer_clear(&kept);
    return ok;
}

/* The members of an object, one after another. */
static bool render_members(struct reading *reading, const char **at, const struct tag *tag,
                           const struct template_context *context, bool live, bool *out_any)
{
    const json_t *object = template_look_up(context, tag->name, tag->len - 2);
    const char *start = *at, *name;
    json_t *member;
    if (!live || !json_is_object(object))
        return true;
    json_object_foreach((json_t *)object, name, member)
    {
        struct template_context inner = {context, member, name};
        *at = start;
        *out_any = true;
        if (!render_block(reading, at, tag, &inner, true))
            return false;
    }
    return true;
}

static bool render_items(struct reading *reading, const char **at, const struct tag *tag,
                         const struct template_context *context, bool live, bool *out_any)
{
    const json_t *value = template_look_up(context, tag->name, tag->len);
    const char *start = *at;
    if (!live || !template_is_something(value))
        return true;
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < n; i++) {
        struct template_context inner = {
            context, json_is_array(value) ? json_array_get(value, i) : value, NULL};
        *at = start;
        *out_any = true;
        if (!render_block(reading, at, tag, &inner, true))
            return false;
    }
    return true;
}

/* From behind the tag that opens a section to behind the one that closes it. */
static bool render_section(struct reading *reading, const char **at, const struct tag *tag,
                           const struct template_context *context, bool live)
{
    bool any = false, of_members = tag->len > 2 && memcmp(tag->name + tag->len - 2, ".*", 2) == 0;
    if (tag->kind == '^') {
        const json_t *value = template_look_up(context, tag->name, tag->len);
        return render_block(reading, at, tag, context, live && !template_is_something(value));
    }
    bool ok = of_members ? render_members(reading, at, tag, context, live, &any)
                         : render_items(reading, at, tag, context, live, &any);
    return ok && (any || render_block(reading, at, tag, context, false));
}

static bool render_value(const struct reading *reading, const struct tag *tag,
                         const struct template_context *context)
{
    struct template_job *job = reading->job;
    const char *wrong;
    if (tag->kind == '~') {
        wrong = template_write_words(job, tag->name, tag->len, context);
        return !wrong || fail(reading, tag->name, wrong);
    }
    const json_t *value = template_look_up(context, tag->name, tag->len);
    if (tag->kind == '+')
        template_write_number(job, value);
    else if (tag->kind == '@')
        template_write_date(job, value);
    else if (tag->kind == '%')
        template_write_json(job, value);
    else if (tag->len == 1 && *tag->name == '*')
        template_write_member(job, context);
    else
        template_write_value(job, value);
    return true;
}

/* To the end of the template, or behind the tag that closes the section. */
static bool render_block(struct reading *reading, const char **at, const struct tag *section,
                         const struct template_context *context, bool live)
{
    struct tag tag;
    int found = 0;
    bool ok = ++reading->job->depth <= TEMPLATE_MAX_DEPTH ||
              fail(reading, *at, "sections or templates within each other are too many");
    while (ok && (found = next_tag(reading, at, live, &tag)) > 0) {
        if (tag.kind == '/') {
            reading->job->depth--;
            return (section && section->len == tag.len &&
                    memcmp(section->name, tag.name, tag.len) == 0) ||
                   fail(reading, tag.name, "this closes a section that is not open");
        }
        if (tag.kind == '#' || tag.kind == '^')
            ok = render_section(reading, at, &tag, context, live);
        else if (tag.kind == '=')
            ok = render_kept(reading, at, &tag, context, live);
        else if (tag.kind == '>')
            ok = !live || render_other(reading, &tag, context);
        else if (tag.kind != '!' && live)
            ok = render_value(reading, &tag, context);
    }
    reading->job->depth--;
    if (!ok || found < 0)
        return false;
    return !section || fail(reading, section->name, "this section is not closed");
}

bool template_render(template_find_fn *find, const struct words *words, const char *name,
                     const json_t *data, struct aro_buffer *out, struct aro_error *err)
{
    struct template_job job = {
        .find = find, .words = words, .captured = json_object(), .out = out, .err = err};
    struct reading reading = {&job, name, name, name + strlen(name)};
    struct template_context kept = {NULL, job.captured, NULL}, context = {&kept, data, NULL};
    struct tag tag = {'>', name, strlen(name)};
    bool ok = job.captured ? render_other(&reading, &tag, &context) && aro_buffer_ok(out, err)
                           : aro_error_no_memory(err);
    json_decref(job.captured);
    return ok;
}
