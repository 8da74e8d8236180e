/*
 * Problem documents (RFC 9457), and the one table that turns a status of ours into one of HTTP.
 */
#ifndef ARO_SERVER_PROBLEM_H
#define ARO_SERVER_PROBLEM_H

#include "geo/buffer.h"

/** 400 for ARO_BAD_INPUT, 404 for ARO_NOT_FOUND, … 500 where nothing fits. */
unsigned problem_http_status(enum aro_status status);

/** "Not Found"; "Error" for a status that arobase never answers. */
const char *problem_title(unsigned http_status);

/**
 * Appends the document: type, title, status, detail, and parameter where one is at fault.
 *
 * @param parameter  "" or NULL: none
 */
void problem_write(struct aro_buffer *out, unsigned http_status, const char *detail,
                   const char *parameter);

#endif
