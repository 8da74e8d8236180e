/*
 * What a page for people shows of an initiative in a list, of a theme and of a territory: JSON for
 * templates, made by few and read by all (page.h).
 *
 * Every function returns a new reference, or NULL where memory ran out: json_pack() and
 * json_object_set_new() take that for a failure of their own, and cards_answer() tells of it.
 */
#ifndef ARO_SERVER_CARDS_H
#define ARO_SERVER_CARDS_H

#include <jansson.h>

#include "server/query.h"

/**
 * An initiative: {id, titre, resume, date, commune: {code, nom}, axes: [{id, libelle}],
 * usages: [{id, libelle}]}; where the distance is not NAN, distance: {same: true}, {m} or {km}.
 * resume are the first words of what was done.
 */
json_t *card_new(const struct snapshot *snapshot, uint32_t position, double distance_m);

/** One of each feature of the page, in their order. */
json_t *cards_of_page(const struct snapshot *snapshot, const struct query_page *page);

/** {id, libelle, axe}: axe is the id of the axe that it is below, or its own. */
json_t *card_theme(const struct snapshot *snapshot, uint32_t theme);

/** One of each id in a list. */
json_t *card_themes(const struct snapshot *snapshot, const json_t *ids);

/** The first words of a text, and an ellipsis where that is not all. NULL is "". */
json_t *card_beginning(const char *text);

/** All of an initiative that is public, as its feature has it. */
json_t *card_feature(const struct snapshot *snapshot, uint32_t position);

/** The crumbs of a page (page.h) from links: [{href, title}], the title being a member of each. */
json_t *cards_crumbs(const json_t *links, const char *title);

/** {code, nom, href, count} of a territory: the way to its page, and its initiatives. */
json_t *card_territory(const struct snapshot *snapshot, enum schema_territory_kind kind,
                       uint32_t number);
json_t *card_commune(const struct snapshot *snapshot, uint32_t commune);

/**
 * The newest initiatives that the filters leave.
 *
 * @param params   filters, as of a request
 * @param limit    how many of them: "6"
 * @param out_set  all of them, for counts; cleared by the caller, on success
 * @param err      as of query_new()
 */
json_t *cards_newest(const struct request *request, const char *const *params, const char *limit,
                     struct query_set *out_set, struct aro_error *err);

/** Appends the value. Takes the reference; NULL, and memory that runs out, fail the buffer. */
void cards_write(json_t *value, struct aro_buffer *out);

/** Puts the value into the body. Takes the reference. @param err  ARO_NO_MEMORY, of NULL too */
bool cards_answer(struct response *response, json_t *value, struct aro_error *err);

#endif
