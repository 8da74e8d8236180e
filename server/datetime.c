#include "server/datetime.h"

#include <string.h>

enum { DAY_SECONDS = 86400, DATE_LEN = 10, TIME_LEN = 8 };

/* A point in time as whole seconds of UTC; a full-date stands for its whole day. */
struct moment {
    int64_t first_s, last_s;
};

static bool digits(const char *text, size_t n, int *out_value)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
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
static int32_t days_from_civil(int year, int month, int day)
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

/* Source: as above, civil_from_days; 64 bits so that any day_range end is allowed. */
static struct civil civil_from_days(int32_t day)
{
    int64_t shifted = (int64_t)day + 719468;
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

int datetime_year(int32_t day)
{
    return (int)civil_from_days(day).year;
}

void datetime_day_text(int32_t day, char out_text[DATETIME_DAY_BYTES])
{
    struct civil civil = civil_from_days(day);
    const int64_t parts[] = {civil.year, civil.month, civil.day};
    static const int ends[] = {4, 7, 10};
    memcpy(out_text, "0000-00-00", DATETIME_DAY_BYTES);
    for (int i = 0; i < 3; i++) {
        int64_t left = parts[i];
        for (int at = ends[i] - 1; left > 0 && at >= 0 && out_text[at] != '-'; left /= 10)
            out_text[at--] = (char)('0' + left % 10);
    }
}

bool datetime_day(const char *text, size_t len, int32_t *out_day)
{
    int year, month, day;
    if (len != DATE_LEN || text[4] != '-' || text[7] != '-' || !digits(text, 4, &year) ||
        !digits(text + 5, 2, &month) || !digits(text + 8, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *out_day = days_from_civil(year, month, day);
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

/* "12:30:00.5+02:00": seconds since the day began in UTC, negative or past its end too. A leap
 * second (":60") counts as the second after. */
static bool parse_time(const char *text, size_t len, int *out_second)
{
    int hour, minute, second, offset_s;
    if (len <= TIME_LEN || text[2] != ':' || text[5] != ':' || !digits(text, 2, &hour) ||
        !digits(text + 3, 2, &minute) || !digits(text + 6, 2, &second) || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    size_t at = TIME_LEN;
    if (text[at] == '.') {
        size_t fraction = ++at;
        while (at < len && text[at] >= '0' && text[at] <= '9')
            at++;
        if (at == fraction)
            return false;
    }
    if (!parse_offset(text + at, len - at, &offset_s))
        return false;
    *out_second = hour * 3600 + minute * 60 + second - offset_s;
    return true;
}

static bool parse_moment(const char *text, size_t len, struct moment *out_moment)
{
    int32_t day;
    int second;
    if (len < DATE_LEN || !datetime_day(text, DATE_LEN, &day))
        return false;
    int64_t midnight_s = (int64_t)day * DAY_SECONDS;
    if (len == DATE_LEN) {
        *out_moment = (struct moment){midnight_s, midnight_s + DAY_SECONDS - 1};
        return true;
    }
    if ((text[DATE_LEN] != 'T' && text[DATE_LEN] != 't') ||
        !parse_time(text + DATE_LEN + 1, len - DATE_LEN - 1, &second))
        return false;
    *out_moment = (struct moment){midnight_s + second, midnight_s + second};
    return true;
}

static int32_t day_of(int64_t second)
{
    int64_t day = second / DAY_SECONDS;
    return (int32_t)(second % DAY_SECONDS < 0 ? day - 1 : day);
}

static bool is_open(const char *text, size_t len)
{
    return len == 0 || (len == 2 && memcmp(text, "..", 2) == 0);
}

bool datetime_parse(const char *text, struct day_range *out_days, struct aro_error *err)
{
    static const struct moment always = {INT64_MIN, INT64_MAX};
    const char *slash = strchr(text, '/');
    const char *end_text = slash ? slash + 1 : text;
    size_t start_len = slash ? (size_t)(slash - text) : strlen(text), end_len = strlen(end_text);
    struct moment start = always, end = always;
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
    *out_days = (struct day_range){start_open ? INT32_MIN : day_of(start.first_s),
                                   end_open ? INT32_MAX : day_of(end.last_s)};
    return true;
}
