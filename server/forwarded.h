/*
 * The address of the service as its users see it: what absolute links begin with.
 *
 * --base-url says it; without, a trusted proxy does (RFC 7239 Forwarded, or the X-Forwarded-*
 * headers); else it is the address that the request came to. The Host header is never believed.
 */
#ifndef ARO_SERVER_FORWARDED_H
#define ARO_SERVER_FORWARDED_H

#include "server/address.h"
#include "server/listener.h"

/**
 * The base URL by the headers of a trusted proxy.
 *
 * Of Forwarded, the element counts that the outermost trusted proxy wrote: from the right, each
 * element is believed as long as the one behind it names a trusted address in `for=`. Of the
 * X-Forwarded-* headers the last value counts. A host, scheme or prefix with other characters
 * than such a thing has is not believed.
 *
 * @param trusted  proxies whose headers are believed; the peer must be one
 * @return         owned by the caller; NULL when nothing was forwarded by one who may, or
 *                 memory ran out
 */
char *forwarded_base_url(const struct exchange *exchange, const struct address_set *trusted);

/**
 * Checks a base URL given as a setting: http or https, a host, perhaps a port and a path.
 * A slash at the end is cut off the text.
 */
bool base_url_check(char *url, struct aro_error *err);

#endif
