#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/template_inside.h"

/* ---- Finding ---- */

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

const json_t *template_look_up(const struct template_context *context, const char *name, size_t len)
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

bool template_is_something(const json_t *value)
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

/* ---- Values ---- */

void template_write_text(const struct template_job *job, const char *text, size_t len)
{
    struct aro_buffer *out = job->out;
    if (job->raw) {
        aro_buffer_append(out, text, len);
        return;
    }
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

static void write_words_of(const struct template_job *job, const char *key, const char *otherwise)
{
    const char *text = json_string_value(words_find(job->words, key, strlen(key)));
    text = text ? text : otherwise;
    template_write_text(job, text, strlen(text));
}

static void write_value(const struct template_job *job, const json_t *value, int depth)
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
        write_words_of(job, "value.yes", "true");
        break;
    case JSON_FALSE:
        write_words_of(job, "value.no", "false");
        break;
    case JSON_STRING:
        template_write_text(job, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        aro_buffer_printf(job->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        aro_buffer_printf(job->out, "%.15g", json_real_value(value));
        break;
    case JSON_ARRAY:
        json_array_foreach((json_t *)value, i, inner)
        {
            aro_buffer_text(job->out, separator);
            write_value(job, inner, depth + 1);
            separator = ", ";
        }
        break;
    case JSON_OBJECT:
        json_object_foreach((json_t *)value, name, inner)
        {
            aro_buffer_text(job->out, separator);
            write_value(job, inner, depth + 1);
            separator = " ";
        }
        break;
    }
}

void template_write_value(const struct template_job *job, const json_t *value)
{
    write_value(job, value, 0);
}

/* The name of the member that is walked over; NULL outside of members. */
static const char *member_of(const struct template_context *context)
{
    while (context && !context->member)
        context = context->outer;
    return context ? context->member : NULL;
}

void template_write_member(const struct template_job *job, const struct template_context *context)
{
    const char *member = member_of(context);
    if (member)
        template_write_text(job, member, strlen(member));
}

void template_write_number(const struct template_job *job, const json_t *value)
{
    if (json_is_number(value))
        words_number(job->out, job->words->language, value);
    else
        template_write_value(job, value);
}

void template_write_date(const struct template_job *job, const json_t *value)
{
    struct aro_buffer day = {0};
    if (json_is_string(value) && words_date(&day, job->words, json_string_value(value)))
        template_write_text(job, day.data, day.len);
    else
        template_write_value(job, value);
    job->out->failed |= day.failed;
    aro_buffer_clear(&day);
}

void template_write_json(const struct template_job *job, const json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    job->out->failed |= value && !text;
    for (const char *c = text ? text : "null"; *c; c++)
        if (strchr("<>&'", *c)) /* they stand in strings alone */
            aro_buffer_printf(job->out, "\\u%04x", (unsigned)*c);
        else
            aro_buffer_char(job->out, *c);
    free(text);
}

/* ---- Words ---- */

static const char *fill(struct template_job *job, const char *text, size_t len,
                        const struct template_context *context);

/* The end of the place that begins with "{"; NULL where it is not closed. */
static const char *place_end(const char *open, const char *end)
{
    return memchr(open, '}', (size_t)(end - open));
}

/* The number that the first {+name} of a text names. */
static const json_t *chooser(const char *text, const struct template_context *context)
{
    const char *open = strstr(text, "{+");
    const char *close = open ? strchr(open, '}') : NULL;
    return close ? template_look_up(context, open + 2, (size_t)(close - open - 2)) : NULL;
}

/* The text itself, or the form that its number chooses; NULL where there is none. */
static const char *chosen_form(const struct template_job *job, const json_t *words,
                               const struct template_context *context)
{
    const char *other = json_string_value(json_object_get(words, "other"));
    if (!other)
        return json_string_value(words);
    const json_t *number = chooser(other, context);
    double value = json_number_value(number);
    const char *zero = json_string_value(json_object_get(words, "zero"));
    if (zero && value == 0)
        return zero;
    const char *form = words_form(job->words->language, value);
    const char *text = json_string_value(json_object_get(words, form));
    return text ? text : other;
}

static const char *write_place(struct template_job *job, const char *name, size_t len,
                               const struct template_context *context)
{
    char kind = len > 0 && strchr("+@~", *name) ? *name : 0;
    name += kind != 0;
    len -= kind != 0;
    if (len == 0)
        return "a place in words names nothing";
    if (kind == '~')
        return template_write_words(job, name, len, context);
    const json_t *value = template_look_up(context, name, len);
    if (kind == '+')
        template_write_number(job, value);
    else if (kind == '@')
        template_write_date(job, value);
    else
        template_write_value(job, value);
    return NULL;
}

/* "[label](target)": its parts; false where the text does not begin so. */
static bool is_link(const char *text, const char *end, const char **out_label_end,
                    const char **out_end)
{
    const char *close = memchr(text, ']', (size_t)(end - text));
    if (!close || end - close < 3 || close[1] != '(')
        return false;
    *out_label_end = close;
    *out_end = memchr(close, ')', (size_t)(end - close));
    return *out_end != NULL;
}

static const char *write_link(struct template_job *job, const char *text, const char *label_end,
                              const char *end, const struct template_context *context)
{
    const char *wrong = NULL, *target = label_end + 2;
    if (!job->raw) {
        aro_buffer_text(job->out, "<a href=\"");
        wrong = fill(job, target, (size_t)(end - target), context);
        aro_buffer_text(job->out, "\">");
    }
    if (!wrong)
        wrong = fill(job, text + 1, (size_t)(label_end - text - 1), context);
    if (!job->raw)
        aro_buffer_text(job->out, "</a>");
    return wrong;
}

static const char *fill(struct template_job *job, const char *text, size_t len,
                        const struct template_context *context)
{
    const char *end = text + len, *plain = text, *wrong = NULL, *label_end, *close;
    while (!wrong && text < end) {
        close = NULL;
        bool link = *text == '[' && is_link(text, end, &label_end, &close);
        if (*text == '{')
            close = place_end(text, end);
        if (!close) {
            text++;
            continue;
        }
        template_write_text(job, plain, (size_t)(text - plain));
        wrong = link ? write_link(job, text, label_end, close, context)
                     : write_place(job, text + 1, (size_t)(close - text - 1), context);
        text = plain = close + 1;
    }
    if (!wrong)
        template_write_text(job, plain, (size_t)(end - plain));
    return wrong;
}

static const char *write_found(struct template_job *job, const json_t *words,
                               const struct template_context *context)
{
    const char *text = chosen_form(job, words, context), *wrong;
    if (!text)
        return "these words have no form";
    if (++job->depth > TEMPLATE_MAX_DEPTH)
        wrong = "words within each other are too many";
    else
        wrong = fill(job, text, strlen(text), context);
    job->depth--;
    return wrong;
}

/* What stands in "[…]" names the key: a value of the context, or the member's name. */
static const char *write_named(struct template_job *job, const char *key, const char *open,
                               size_t len, const struct template_context *context)
{
    const char *name = open + 1;
    size_t name_len = len - (size_t)(name - key) - 1;
    bool member = name_len == 1 && *name == '*';
    const json_t *value = member ? NULL : template_look_up(context, name, name_len);
    const char *text = member ? member_of(context) : json_string_value(value);
    struct aro_buffer full = {0};
    if (json_is_integer(value))
        aro_buffer_printf(&full, "%.*s%" JSON_INTEGER_FORMAT, (int)(open - key), key,
                          json_integer_value(value));
    else
        aro_buffer_printf(&full, "%.*s%s", (int)(open - key), key, text ? text : "");
    const json_t *words = full.failed ? NULL : words_find(job->words, full.data, full.len);
    job->out->failed |= full.failed;
    aro_buffer_clear(&full);
    if (words)
        return write_found(job, words, context);
    if (member)
        template_write_member(job, context);
    else
        template_write_value(job, value);
    return NULL;
}

const char *template_write_words(struct template_job *job, const char *key, size_t len,
                                 const struct template_context *context)
{
    const char *open = memchr(key, '[', len);
    if (open && key[len - 1] == ']')
        return write_named(job, key, open, len, context);
    const json_t *words = words_find(job->words, key, len);
    return words ? write_found(job, words, context) : "there are no such words";
}
