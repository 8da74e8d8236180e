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
 *   root    the way up from this page to "/": "../../"; `base` is the absolute address of "/"
 *   path    of this page; `here` is its last part
 *   values  what stands in the place of each {…} of the route's path
 *   query   the parameters of the request, by name
 *   crumbs  [{href, title}] of the pages above this one, href from root: those of the path, then
 *           the `crumbs` of the answer, if it has some
 *   json    the way to the JSON form of this page; `next` to the next one
 *   columns, rows, facts  of features: page_features.h
 *   map     the way to the features that it shows, as GeoJSON in degrees
 *   lang    of this page; `languages` [{lang, own, href, canonical}] are all it can be read in
 *   q_lang, and_lang  "?lang=en" and "&lang=en" where the request says lang=: links to pages end
 *           so, that a language once chosen stays
 *   canonical  the absolute address of this page, without f=; with lang= where it was asked for
 *   w       all words of its language, for {{%w.section}}
 *   site    {name, owner, contact} of the settings, and the program's {version}
 *
 * A template of a page keeps what its head shows, then puts itself between three others:
 *
 *   {{=title}}…{{/title}}              required
 *   {{=description}}…{{/description}}  one sentence; {{=image}} an absolute address; {{=og_type}}
 *   {{=noindex}}1{{/noindex}}          keeps it out of search engines
 *   {{=atom}} {{=oembed}}              addresses of its feed, of its oEmbed description
 *   {{=crumb}}…{{/crumb}}              the last crumb, where it is not the last part of the path
 *   {{=nav_liste}}page{{/nav_liste}}   marks the entry of the navigation (nav_ and its key)
 *   {{>start}}  the head up to here: more <link> and <script> may follow
 *   {{>head}}   header, navigation, crumbs; <main> is open
 *   {{>foot}}   closes <main>
 *
 * @param err  what the handler recorded; ARO_IO when the template is wrong
 */
bool page_answer(const struct request *request, struct response *response, struct aro_error *err);

/**
 * Appends the page that tells a person what went wrong: pages/problem.html, with `data` {status,
 * detail, parameter}.
 *
 * @param request  server, settings, base_url, language and params; path as it was sent
 * @param err      as of page_answer()
 */
bool page_problem(const struct request *request, unsigned http_status, const char *detail,
                  const char *parameter, struct aro_buffer *out, struct aro_error *err);

#endif
