/*
 * Pages from JSON: the part of Mustache (https://mustache.github.io/mustache.5.html) that pages
 * need.
 *
 *   {{name}} {{a.b}} {{a.0}} {{.}}   a value, always escaped for HTML; "" where there is none
 *   {{#name}}…{{/name}}              once for each item of an array; else once, with the value as
 *                                    context, unless it is missing, null, false, "" or empty
 *   {{^name}}…{{/name}}              where that would write nothing
 *   {{#name.*}}…{{/name.*}}          once for each member of an object: {{*}} is its name
 *   {{>name}}                        another template
 *   {{%name}}                        the value as JSON, for a script element of a data type: in
 *                                    strings <, > and & are written as \u003c, \u003e and \u0026
 *   {{! comment }}
 *
 * A name is looked up in the innermost context that has it. There is no way to write unescaped:
 * what is a value cannot become markup, nor end the script element that it stands in. An array of
 * values is written "a, b"; an object as its values.
 */
#ifndef ARO_SERVER_TEMPLATE_H
#define ARO_SERVER_TEMPLATE_H

#include <jansson.h>

#include "geo/buffer.h"

enum { TEMPLATE_MAX_DEPTH = 32 }; /* sections and templates within each other */

/** The text of a template: false where there is none of that name (name_len bytes). */
typedef bool template_find_fn(const char *name, size_t name_len, const char **out_text,
                              size_t *out_len);

/**
 * Appends the template, filled in.
 *
 * @param data  not changed
 * @param err   ARO_IO: the template is wrong (its name and line are told); ARO_NO_MEMORY
 */
bool template_render(template_find_fn *find, const char *name, const json_t *data,
                     struct aro_buffer *out, struct aro_error *err);

#endif
