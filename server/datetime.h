/*
 * The `datetime` parameter of OGC API - Features.
 *
 * An initiative has a day (geo/instant.h), not an instant: its time is that whole day in UTC.
 */
#ifndef ARO_SERVER_DATETIME_H
#define ARO_SERVER_DATETIME_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"
#include "geo/instant.h"

/** Days, both included; INT32_MIN and INT32_MAX where an end is open. Plain value. */
struct day_range {
    int32_t first, last;
};

/**
 * Reads an instant or an interval of RFC 3339 full-dates or date-times: "2019-05-01",
 * "2019-05-01T12:00:00Z", "2018-01-01/2019-12-31", "../2019-12-31", "2018-01-01/..". An empty end
 * counts as "..".
 *
 * @param out_days  the days whose time meets the instant or interval
 * @param err       ARO_BAD_INPUT for parameter `datetime`: not of this form, no such day, or an
 *                  interval that ends before it begins
 *
 * Source: OGC API - Features, Part 1 (OGC 17-069), section 7.15.4; RFC 3339, section 5.6.
 */
bool datetime_parse(const char *text, struct day_range *out_days, struct aro_error *err);

#endif
