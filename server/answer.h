/*
 * The parts that answers of features are put together from: runs of ready texts, single features
 * with a distance, links.
 */
#ifndef ARO_SERVER_ANSWER_H
#define ARO_SERVER_ANSWER_H

#include "geo/nearest.h"
#include "server/http.h"

#define ANSWER_TYPE_JSON    "application/json"
#define ANSWER_TYPE_GEOJSON "application/geo+json"

/**
 * Adds the features of the runs, from where they lie.
 *
 * @param is_first  whether no feature stands before: the first one's comma is dropped, and this
 *                  becomes false
 */
void answer_runs(struct response *response, const struct text_block *texts,
                 const struct geo_run *runs, size_t n_runs, bool *is_first);

/** Adds one feature, with a distance_m of one decimal among its properties where it has one. */
void answer_hit(struct aro_buffer *out, const struct text_block *texts, const struct geo_hit *hit,
                bool *is_first);

/** Appends {"href":…,"rel":…,"type":…}; href is taken from the buffer, which is emptied. */
void answer_link(struct aro_buffer *out, const char *rel, const char *type,
                 struct aro_buffer *href);

/** Appends such a link, with a comma before it, to the same in each of the other formats. */
void answer_alternates(struct aro_buffer *out, const struct request *request, unsigned formats);

/** The answer is elsewhere: the address is taken from the buffer, which is emptied. The body is an
 * empty object, or what was written before. @param status  302, 308 */
void answer_lead_to(struct response *response, unsigned status, struct aro_buffer *address);

/** Appends the beginning of `links`, the link to the answer itself; the caller closes the array. */
void answer_self_link(const struct request *request, const char *type, struct aro_buffer *out);

#endif
