/*
 * HTML for people, made of what programs get: a page is the JSON answer of its route, put into a
 * template of server/web/pages/. So no handler writes HTML, and a page says what the answer says.
 */
#ifndef ARO_SERVER_PAGE_H
#define ARO_SERVER_PAGE_H

#include "server/http.h"

/** Features on one page of a list: where the request does not say, and at most. */
enum { PAGE_DEFAULT_LIMIT = 50, PAGE_MAX_LIMIT = 500 };

/**
 * Answers a request for HTML of a route that has a page: runs the route's handler for its default
 * format, and fills the page with
 *
 *   data    the JSON answer, each {"$ref": "#/…"} replaced by what it refers to
 *   text    the same as text to read, where the route's own template shows it
 *   root    the way up from this page to "/": "../../"
 *   values  what stands in the place of each {…} of the route's path
 *   query   the parameters of the request, by name
 *   crumbs  [{href, title}] of the pages above this one; `here` is the last part of its path
 *   json    the way to the JSON form of this page; `next` to the next one
 *   map     the way to the features that it shows, as GeoJSON in degrees
 *
 * @param err  what the handler recorded; ARO_IO when the template is wrong
 */
bool page_answer(const struct request *request, struct response *response, struct aro_error *err);

#endif
