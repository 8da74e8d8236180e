/*
 * Query parameters: from the text behind "?" to checked, decoded values by enum param.
 */
#ifndef ARO_SERVER_PARAMS_H
#define ARO_SERVER_PARAMS_H

#include "server/http.h"

enum { PARAMS_MAX = 64 };

/** Start from {0}; params_clear() releases. */
struct params {
    const char *values[PARAM_COUNT_OF_ALL]; /* decoded; NULL when not given */
    char *text;                             /* where they stand */
    char *canonical;                        /* known parameters sorted by name, encoded */
};

/**
 * @param query    len bytes behind "?"
 * @param known    PARAM_BIT()s of the route
 * @param lenient  other names are passed over; otherwise they are ARO_BAD_INPUT
 * @param err      ARO_BAD_INPUT, with the parameter: unknown (the nearest known name is
 *                 suggested), given twice, badly encoded; or more than PARAMS_MAX of them
 */
bool params_parse(const char *query, size_t len, param_set known, bool lenient,
                  struct params *out_params, struct aro_error *err);
void params_clear(struct params *params);

/** Appends "a=1&b=2", sorted by name, encoded; without the names in `without`. */
void params_write(struct aro_buffer *out, const char *const *values, param_set without);

/** The enum params in the order of their names. */
extern const enum param params_by_name[PARAM_COUNT_OF_ALL];

#endif
