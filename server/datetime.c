#include "server/datetime.h"

#include <string.h>

/* A point in time as whole seconds of UTC; a full-date stands for its whole day. */
struct moment {
    int64_t first_s, last_s;
    int32_t day;
};

/* "2018-01-01T" is a day too: GDAL 3.6 writes so of a date (its OAPIF driver, for -where). */
static bool parse_moment(const char *text, size_t len, struct moment *out_moment)
{
    int32_t day;
    struct geo_instant instant;
    size_t day_len = len == GEO_DAY_TEXT_BYTES && text[len - 1] == 'T' ? len - 1 : len;
    if (geo_day_parse(text, day_len, &day)) {
        int64_t midnight_s = geo_day_start(day).seconds;
        *out_moment = (struct moment){midnight_s, midnight_s + GEO_DAY_SECONDS - 1, day};
        return true;
    }
    if (!geo_instant_parse(text, len, &instant))
        return false;
    *out_moment = (struct moment){instant.seconds, instant.seconds, geo_instant_day(instant)};
    return true;
}

static bool is_open(const char *text, size_t len)
{
    return len == 0 || (len == 2 && memcmp(text, "..", 2) == 0);
}

bool datetime_parse(const char *text, struct day_range *out_days, struct aro_error *err)
{
    const char *slash = strchr(text, '/');
    const char *end_text = slash ? slash + 1 : text;
    size_t start_len = slash ? (size_t)(slash - text) : strlen(text), end_len = strlen(end_text);
    struct moment start = {.first_s = INT64_MIN, .day = INT32_MIN};
    struct moment end = {.last_s = INT64_MAX, .day = INT32_MAX};
    bool start_open = slash && is_open(text, start_len);
    bool end_open = slash && is_open(end_text, end_len);
    if ((!start_open && !parse_moment(text, start_len, &start)) ||
        (!end_open && !parse_moment(end_text, end_len, &end)))
        return aro_error_set_for(err, "datetime", ARO_BAD_INPUT,
                                 "datetime '%s' is not a day (2019-05-01), a date-time "
                                 "(2019-05-01T12:00:00Z) or an interval of them "
                                 "(2018-01-01/2019-12-31, with .. for an open end)",
                                 text);
    if (start.first_s > end.last_s)
        return aro_error_set_for(err, "datetime", ARO_BAD_INPUT,
                                 "datetime '%s' ends before it begins", text);
    *out_days = (struct day_range){start.day, end.day};
    return true;
}
