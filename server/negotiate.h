/*
 * Which form of an answer the client wants: Accept, Accept-Encoding, f= (RFC 9110, section 12).
 */
#ifndef ARO_SERVER_NEGOTIATE_H
#define ARO_SERVER_NEGOTIATE_H

#include "server/http.h"

/** "application/geo+json" … */
const char *format_content_type(enum format format);

/** What f= calls it: "geojson" … */
const char *format_name(enum format format);

/**
 * The format of the highest q; the fallback among equals, and where none is acceptable (a client
 * that sends a header it does not mean is better served by an answer than by 406).
 *
 * @param formats  enum format bits
 * @param accept   NULL where there is no such header
 */
enum format negotiate_accept(unsigned formats, enum format fallback, const char *accept);

/**
 * Reads f=. "json" names any JSON format of the route, its default first.
 *
 * @param err  ARO_BAD_INPUT: not one of the route's
 */
bool negotiate_f(const char *f, unsigned formats, enum format fallback, enum format *out_format,
                 struct aro_error *err);

/** How much the client likes each coding, in thousandths; 0: not acceptable. */
struct encoding_wishes {
    int gzip, br, identity;
};
struct encoding_wishes negotiate_encoding(const char *accept_encoding);

/** The language of pages that the client likes most; French among equals, and without a wish. */
enum language negotiate_language(const char *accept_language);

/** Reads lang=. @param err  ARO_BAD_INPUT: not a language of pages */
bool negotiate_lang(const char *lang, enum language *out_language, struct aro_error *err);

/**
 * If-None-Match against a tag, by weak comparison (RFC 9110, section 13.1.2).
 *
 * @param header  NULL where there is none: no match
 * @param tag     with its quotes; NULL matches only "*"
 */
bool etag_matches(const char *header, const char *tag);

#endif
