/*
 * Log lines on standard error, in logfmt: `level=info event="snapshot loaded" seq=12`.
 *
 * One write a line, so that lines of several threads never mix. What comes from outside is quoted
 * and escaped. Never a client address in full, never a parameter's value by name.
 */
#ifndef ARO_SERVER_LOG_H
#define ARO_SERVER_LOG_H

#include "geo/buffer.h"

enum log_level { LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/** Writes the line; then come pairs of names and values (const char *), ended by NULL. */
void log_line(enum log_level level, const char *event, ...) __attribute__((sentinel));

/** Appends ` name=value`, quoted where the value needs it. */
void log_field(struct aro_buffer *line, const char *name, const char *value);

/** Writes text and a line end with one call. */
void log_write(struct aro_buffer *line);

#endif
