#include "geo/instant.h"

#include <stdio.h>
#include <string.h>

enum { DATE_LEN = 10, TIME_LEN = 8, NANO_DIGITS = 9 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool digits(const char *text, size_t n, int *out_value)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(text[i]))
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *out_value = value;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
int32_t geo_day_of_date(int year, int month, int day)
{
    if (month <= 2)
        year--;
    int era = (year >= 0 ? year : year - 399) / 400;
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* A date of the proleptic Gregorian calendar. */
struct civil {
    int64_t year;
    int month, day;
};

/* Source: as above, civil_from_days; 64 bits so that any day is allowed. */
static struct civil civil_from_days(int64_t day)
{
    int64_t shifted = day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_based_month = (5 * day_of_year + 2) / 153;
    return (struct civil){
        .year = year_of_era + era * 400 + (march_based_month >= 10),
        .month = (int)(march_based_month < 10 ? march_based_month + 3 : march_based_month - 9),
        .day = (int)(day_of_year - (153 * march_based_month + 2) / 5 + 1),
    };
}

int geo_day_year(int32_t day)
{
    return (int)civil_from_days(day).year;
}

void geo_day_text(int32_t day, char out_text[GEO_DAY_TEXT_BYTES])
{
    struct civil civil = civil_from_days(day);
    const int64_t parts[] = {civil.year, civil.month, civil.day};
    static const int ends[] = {4, 7, 10};
    memcpy(out_text, "0000-00-00", GEO_DAY_TEXT_BYTES);
    for (int i = 0; i < 3; i++) {
        int64_t left = parts[i];
        for (int at = ends[i] - 1; left > 0 && at >= 0 && out_text[at] != '-'; left /= 10)
            out_text[at--] = (char)('0' + left % 10);
    }
}

bool geo_day_parse(const char *text, size_t len, int32_t *out_day)
{
    int year, month, day;
    if (len != DATE_LEN || text[4] != '-' || text[7] != '-' || !digits(text, 4, &year) ||
        !digits(text + 5, 2, &month) || !digits(text + 8, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *out_day = geo_day_of_date(year, month, day);
    return true;
}

/* "Z" or "+02:00", as seconds east of UTC. */
static bool parse_offset(const char *text, size_t len, int *out_offset_s)
{
    int hours, minutes;
    if (len == 1 && (text[0] == 'Z' || text[0] == 'z')) {
        *out_offset_s = 0;
        return true;
    }
    if (len != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
        !digits(text + 1, 2, &hours) || !digits(text + 4, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *out_offset_s = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

/* "12:30:00.5+02:00": the second since the day began in UTC (negative or past its end too) and the
 * nanosecond in it. */
static bool parse_time(const char *text, size_t len, struct geo_instant *out_time)
{
    int hour, minute, second, offset_s;
    uint32_t nanos = 0;
    if (len <= TIME_LEN || text[2] != ':' || text[5] != ':' || !digits(text, 2, &hour) ||
        !digits(text + 3, 2, &minute) || !digits(text + 6, 2, &second) || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    size_t at = TIME_LEN;
    if (text[at] == '.') {
        size_t fraction = ++at;
        for (; at < len && is_digit(text[at]); at++)
            if (at - fraction < NANO_DIGITS)
                nanos = nanos * 10 + (uint32_t)(text[at] - '0');
        if (at == fraction)
            return false;
        for (size_t n = at - fraction; n < NANO_DIGITS; n++)
            nanos *= 10;
    }
    if (!parse_offset(text + at, len - at, &offset_s))
        return false;
    *out_time = (struct geo_instant){hour * 3600 + minute * 60 + second - offset_s, nanos};
    return true;
}

bool geo_instant_parse(const char *text, size_t len, struct geo_instant *out_instant)
{
    int32_t day;
    struct geo_instant time;
    if (len <= DATE_LEN || (text[DATE_LEN] != 'T' && text[DATE_LEN] != 't') ||
        !geo_day_parse(text, DATE_LEN, &day) ||
        !parse_time(text + DATE_LEN + 1, len - DATE_LEN - 1, &time))
        return false;
    time.seconds += geo_day_start(day).seconds;
    *out_instant = time;
    return true;
}

void geo_instant_text(struct geo_instant instant, char out_text[GEO_INSTANT_TEXT_BYTES])
{
    int32_t day = geo_instant_day(instant);
    int64_t second = instant.seconds - geo_day_start(day).seconds;
    struct civil civil = civil_from_days(day);
    int len = snprintf(out_text, GEO_INSTANT_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d",
                       (int)civil.year, civil.month, civil.day, (int)(second / 3600),
                       (int)(second / 60 % 60), (int)(second % 60));
    if (instant.nanos > 0) {
        len +=
            snprintf(out_text + len, GEO_INSTANT_TEXT_BYTES - (size_t)len, ".%09u", instant.nanos);
        while (out_text[len - 1] == '0')
            len--;
    }
    snprintf(out_text + len, GEO_INSTANT_TEXT_BYTES - (size_t)len, "Z");
}

int32_t geo_instant_day(struct geo_instant instant)
{
    int64_t day = instant.seconds / GEO_DAY_SECONDS;
    return (int32_t)(day - (instant.seconds % GEO_DAY_SECONDS < 0));
}

struct geo_instant geo_day_start(int32_t day)
{
    return (struct geo_instant){.seconds = (int64_t)day * GEO_DAY_SECONDS};
}

int geo_instant_compare(struct geo_instant a, struct geo_instant b)
{
    if (a.seconds != b.seconds)
        return a.seconds < b.seconds ? -1 : 1;
    return (a.nanos > b.nanos) - (a.nanos < b.nanos);
}
