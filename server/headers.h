/*
 * The headers that every answer has, by what kind of answer it is.
 */
#ifndef ARO_SERVER_HEADERS_H
#define ARO_SERVER_HEADERS_H

#include "server/response.h"

/** What browsers of other origins may do: read everything public. */
void headers_add_cors(struct response *response);

/** The answer to OPTIONS, preflight or not: methods, headers that may be sent. */
void headers_add_options(struct response *response, const struct route *route);

/** The methods of a route (of any that takes no body, where NULL), as Allow lists them. */
const char *headers_methods(const struct route *route);

/** Vary of a route whose answers may be gzip, and whose pages are in several languages. */
void headers_add_vary(struct response *response, const struct route *route, bool is_page);

/**
 * Content-Security-Policy and its like, for pages.
 *
 * @param route  NULL where the page is of none; one that is `embedded` may stand in frames of the
 *               sites that --embed-ancestors names, any other in those of this site alone
 */
void headers_add_page_security(struct response *response, const struct settings *settings,
                               const struct route *route);

/** Lets pages of any origin use what is made to be embedded, those that isolate themselves too. */
void headers_add_sharing(struct response *response, const struct route *route);

#endif
