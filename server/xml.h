/*
 * Text inside XML: feeds, oEmbed.
 */
#ifndef ARO_SERVER_XML_H
#define ARO_SERVER_XML_H

#include "geo/buffer.h"

/** Appends len bytes as the text of an element or of an attribute in double quotes. Characters
 * that XML 1.0 does not have are left out. */
void xml_escape(struct aro_buffer *out, const char *text, size_t len);

#endif
