/*
 * What other sites show of this one: /embed in a frame, and which frame shows what a page shows.
 */
#ifndef ARO_SERVER_EMBED_H
#define ARO_SERVER_EMBED_H

#include "server/query.h"

/** What /embed filters by; what is filtered by elsewhere too; and all that it takes. */
#define EMBED_FILTERS (QUERY_INITIATIVE_PARAMS | PARAM_BIT(PARAM_ID))
#define EMBED_PARAMS                                                                               \
    (EMBED_FILTERS | PARAM_BIT(PARAM_VUE) | PARAM_BIT(PARAM_COULEUR) | PARAM_BIT(PARAM_TITRE) |    \
     PARAM_BIT(PARAM_LIMIT) | PARAM_BIT(PARAM_CURSOR) | PARAM_BIT(PARAM_LANG))

/** Parameters of /embed. Start from {0}; embed_view_clear() releases. */
struct embed_view {
    const char *params[PARAM_COUNT_OF_ALL];
    char *text; /* what is not borrowed */
};
void embed_view_clear(struct embed_view *view);

/**
 * The view that shows what a page shows: an initiative, a territory, a theme, a list, an embed.
 *
 * @param path    decoded, "/territoires/commune/13056"
 * @param params  of the page; borrowed while the view is used
 * @param err     ARO_NOT_FOUND: no such page, or none that can be embedded; ARO_BAD_INPUT as of
 *                query_new()
 */
bool embed_view_of(const struct request *request, const char *path, const char *const *params,
                   struct embed_view *out_view, struct aro_error *err);

/** Whether vue= and couleur= are such. @param err  ARO_BAD_INPUT, with the parameter */
bool embed_check_look(const char *const *params, struct aro_error *err);

/** Appends the address of /embed with a view's parameters. */
void embed_write_url(const char *base_url, const char *const *params, struct aro_buffer *out);

/**
 * Appends what a page's head tells editors and feed readers of it: the oEmbed of its address, and
 * the feed of what it lists. Nothing where there is none.
 *
 * @param address  of the page, absolute
 */
void embed_write_discovery(const struct request *request, const char *address,
                           struct aro_buffer *oembed, struct aro_buffer *atom);

/** Appends what a view is of: titre=, the sheet's title, the name of the territory or theme; else
 * nothing. */
void embed_write_subject(const struct snapshot *snapshot, const char *const *params,
                         struct aro_buffer *out);

/** Appends the same as a title for those who do not see what stands around, in the language of
 * lang=; there always is one. */
void embed_write_title(const struct snapshot *snapshot, const char *const *params,
                       struct aro_buffer *out);

#endif
