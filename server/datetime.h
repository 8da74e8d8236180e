/*
 * Days and the `datetime` parameter of OGC API - Features.
 *
 * An initiative has a day, not an instant: its time is that whole day in UTC. A day is a count
 * from 1970-01-01 in the proleptic Gregorian calendar.
 */
#ifndef ARO_SERVER_DATETIME_H
#define ARO_SERVER_DATETIME_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

/** Days, both included; INT32_MIN and INT32_MAX where an end is open. Plain value. */
struct day_range {
    int32_t first, last;
};

/** Reads "YYYY-MM-DD" (RFC 3339 full-date, years 0000 to 9999). False when it is no such day. */
bool datetime_day(const char *text, size_t len, int32_t *out_day);

/** The calendar year of a day. */
int datetime_year(int32_t day);

enum { DATETIME_DAY_BYTES = 11 };
/** Writes "YYYY-MM-DD"; the day is of a year 0000 to 9999. */
void datetime_day_text(int32_t day, char out_text[DATETIME_DAY_BYTES]);

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
