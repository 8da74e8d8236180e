/*
 * Days and instants: RFC 3339 texts as numbers of the proleptic Gregorian calendar, and back.
 *
 * A day is a count from 1970-01-01. Texts are of years 0000 to 9999.
 */
#ifndef ARO_GEO_INSTANT_H
#define ARO_GEO_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Reads "YYYY-MM-DD" (full-date). False when it is no such day. */
bool geo_day_parse(const char *text, size_t len, int32_t *out_day);

/** The day of a date of the calendar: month 1 to 12, day of the month 1 to 31. */
int32_t geo_day_of_date(int year, int month, int day);

/** The calendar year of a day. */
int geo_day_year(int32_t day);

enum { GEO_DAY_TEXT_BYTES = 11 };
/** Writes "YYYY-MM-DD"; the day is of a year 0000 to 9999. */
void geo_day_text(int32_t day, char out_text[GEO_DAY_TEXT_BYTES]);

/** A moment of UTC. Plain value. */
struct geo_instant {
    int64_t seconds; /* since 1970-01-01T00:00:00Z */
    uint32_t nanos;  /* 0 to 999999999 */
};

/**
 * Reads a date-time: "2020-01-31T12:00:00Z", with a fraction of the second (its digits beyond the
 * ninth are cut) and another offset than Z where there are. A leap second (":60") is the second
 * after it. False when it is no such instant.
 *
 * Source: RFC 3339, section 5.6.
 */
bool geo_instant_parse(const char *text, size_t len, struct geo_instant *out_instant);

enum { GEO_INSTANT_TEXT_BYTES = 32 };
/**
 * Writes a date-time in UTC, the fraction without trailing zeros. The instant is of a year 0000 to
 * 9999, or within a day of them.
 */
void geo_instant_text(struct geo_instant instant, char out_text[GEO_INSTANT_TEXT_BYTES]);

enum { GEO_DAY_SECONDS = 86400 };
/** The day of UTC that an instant is in. The instant is as in geo_instant_text(). */
int32_t geo_instant_day(struct geo_instant instant);

/** Where a day begins. */
struct geo_instant geo_day_start(int32_t day);

/** Negative, 0 or positive as a is before, at or after b. */
int geo_instant_compare(struct geo_instant a, struct geo_instant b);

#endif
