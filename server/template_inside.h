/*
 * What the files of the template engine share: template.c walks templates, template_write.c
 * writes values and words.
 */
#ifndef ARO_SERVER_TEMPLATE_INSIDE_H
#define ARO_SERVER_TEMPLATE_INSIDE_H

#include "server/template.h"

/** What names are looked up in, innermost last. */
struct template_context {
    const struct template_context *outer;
    const json_t *value;
    const char *member; /* its name, where members are walked over; else NULL */
};

/** One page on its way. */
struct template_job {
    template_find_fn *find;
    const struct words *words;
    json_t *captured; /* owned: what {{=name}} kept */
    struct aro_buffer *out;
    struct aro_error *err;
    bool raw; /* while {{=name}} keeps text: it is escaped when it is written */
    int depth;
};

/** NULL where no context has it. */
const json_t *template_look_up(const struct template_context *context, const char *name,
                               size_t len);
/** Neither missing, null, false, "" nor empty. */
bool template_is_something(const json_t *value);

void template_write_text(const struct template_job *job, const char *text, size_t len);
void template_write_value(const struct template_job *job, const json_t *value);
void template_write_member(const struct template_job *job, const struct template_context *context);
void template_write_number(const struct template_job *job, const json_t *value);
void template_write_date(const struct template_job *job, const json_t *value);
/** Nothing in it ends a <script> or is read as markup. */
void template_write_json(const struct template_job *job, const json_t *value);

/**
 * The words of "section.key" or "section.[name]", filled in.
 *
 * @return  NULL, or what is wrong: a sentence that lives for ever
 */
const char *template_write_words(struct template_job *job, const char *key, size_t len,
                                 const struct template_context *context);

#endif
