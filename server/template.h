/*
 * Pages from JSON: the part of Mustache (https://mustache.github.io/mustache.5.html) that pages
 * need, and words of the page's language.
 *
 *   {{name}} {{a.b}} {{a.0}} {{.}}   a value, always escaped for HTML; "" where there is none
 *   {{#name}}…{{/name}}              once for each item of an array; else once, with the value as
 *                                    context, unless it is missing, null, false, "" or empty
 *   {{^name}}…{{/name}}              where that would write nothing
 *   {{#name.*}}…{{/name.*}}          once for each member of an object: {{*}} is its name
 *   {{>name}}                        another template
 *   {{=name}}…{{/name}}              writes nothing: from here on, {{name}} is this text wherever
 *                                    the data has none of that name
 *   {{+name}}                        a number as the language writes it: "12 345"
 *   {{@name}}                        a day as the language writes it: "14 mars 2020"
 *   {{%name}}                        the value as JSON, for a script element of a data type: in
 *                                    strings <, >, & and ' are written as \u003c and so on
 *   {{~section.key}}                 words of the page's language (words.h)
 *   {{~section.[name]}}              those that a value names ([*]: the name of a member); the
 *                                    value itself where there are none
 *   {{! comment }}
 *
 * Words have places of their own: {name}, {+name}, {@name}, {~section.key}, and links:
 * "[label]({root}liste)". The first {+name} of a text with forms chooses among them.
 *
 * A name is looked up in the innermost context that has it. There is no way to write unescaped:
 * what is a value cannot become markup, nor end the script element that it stands in. An array of
 * values is written "a, b"; an object as its values.
 */
#ifndef ARO_SERVER_TEMPLATE_H
#define ARO_SERVER_TEMPLATE_H

#include "server/words.h"

enum { TEMPLATE_MAX_DEPTH = 32 }; /* sections, templates and words within each other */

/** The text of a template: false where there is none of that name (name_len bytes). */
typedef bool template_find_fn(const char *name, size_t name_len, const char **out_text,
                              size_t *out_len);

/**
 * Appends the template, filled in.
 *
 * @param words  of the page's language
 * @param data   not changed
 * @param err    ARO_IO: the template is wrong (its name and line are told); ARO_NO_MEMORY
 */
bool template_render(template_find_fn *find, const struct words *words, const char *name,
                     const json_t *data, struct aro_buffer *out, struct aro_error *err);

#endif
