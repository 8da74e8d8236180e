#include "schema/rules.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool bad(struct aro_error *err, const char *reason)
{
    return aro_error_set(err, ARO_BAD_INPUT, "%s", reason);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_digits(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(text[i]))
            return false;
    }
    return true;
}

/* ---- Texts ---- */

static size_t count_chars(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

static bool check_length(const char *text, size_t len, size_t max_chars, struct aro_error *err)
{
    if (len == 0)
        return bad(err, "a value was wanted");
    /* No text has more characters than bytes: most need no counting. */
    if (len <= max_chars)
        return true;
    size_t n = count_chars(text, len);
    if (n <= max_chars)
        return true;
    return aro_error_set(err, ARO_BAD_INPUT, "%zu characters: at most %zu were wanted", n,
                         max_chars);
}

bool schema_rule_line(const char *text, size_t text_len, size_t max_chars, struct aro_error *err)
{
    for (size_t i = 0; i < text_len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7F)
            return aro_error_set(err, ARO_BAD_INPUT,
                                 "a control character (0x%02X): one line of text was wanted", c);
    }
    return check_length(text, text_len, max_chars, err);
}

bool schema_rule_prose(const char *text, size_t text_len, size_t max_chars, struct aro_error *err)
{
    for (size_t i = 0; i < text_len; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F)
            return aro_error_set(err, ARO_BAD_INPUT,
                                 "a control character (0x%02X): text was wanted", c);
    }
    return check_length(text, text_len, max_chars, err);
}

/* ---- Dates ---- */

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* 31/12/2020 and its like: what French spreadsheets write. */
static bool looks_french(const char *text, size_t len)
{
    return len == 10 && text[2] == text[5] && strchr("/.-", text[2]) && all_digits(text, 2) &&
           all_digits(text + 3, 2) && all_digits(text + 6, 4);
}

bool schema_rule_date(const char *text, size_t text_len, struct aro_error *err)
{
    if (looks_french(text, text_len))
        return aro_error_set(err, ARO_BAD_INPUT, "YYYY-MM-DD was wanted, such as %.4s-%.2s-%.2s",
                             text + 6, text + 3, text);
    if (text_len != 10 || text[4] != '-' || text[7] != '-' || !all_digits(text, 4) ||
        !all_digits(text + 5, 2) || !all_digits(text + 8, 2))
        return bad(err, "a date, YYYY-MM-DD, was wanted");
    int year = two_digits(text) * 100 + two_digits(text + 2);
    int month = two_digits(text + 5);
    int day = two_digits(text + 8);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return bad(err, "there is no such day; a date, YYYY-MM-DD, was wanted");
    return true;
}

/* ---- Addresses ---- */

/* Labels of letters, digits and hyphens between single dots; other alphabets are let pass. */
static bool is_host(const char *text, size_t len)
{
    size_t label_len = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.') {
            if (label_len == 0)
                return false;
            label_len = 0;
        } else if (is_letter(text[i]) || is_digit(text[i]) || text[i] == '-' || text[i] == '_' ||
                   (unsigned char)text[i] >= 0x80) {
            if (++label_len > 63)
                return false;
        } else {
            return false;
        }
    }
    return len > 0 && len <= 253 && text[0] != '.';
}

static bool is_authority(const char *text, size_t len)
{
    const char *colon = memchr(text, ':', len);
    if (!colon)
        return is_host(text, len);
    size_t host_len = (size_t)(colon - text);
    size_t port_len = len - host_len - 1;
    return is_host(text, host_len) && port_len >= 1 && port_len <= 5 &&
           all_digits(colon + 1, port_len);
}

static bool has_forbidden_url_byte(const char *text, size_t len)
{
    static const bool forbidden[256] = {
        ['"'] = true, ['<'] = true, ['>'] = true, ['\\'] = true, ['^'] = true,
        ['`'] = true, ['{'] = true, ['|'] = true, ['}'] = true,  [0x7F] = true,
    };
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] <= 0x20 || forbidden[(unsigned char)text[i]])
            return true;
    }
    return false;
}

/* Source: RFC 3986, section 3, and RFC 9110, section 4.2 (user names refused: 4.2.4). */
bool schema_rule_url(const char *text, size_t text_len, struct aro_error *err)
{
    size_t scheme_len = text_len >= 8 && strncasecmp(text, "https://", 8) == 0  ? 8
                        : text_len >= 7 && strncasecmp(text, "http://", 7) == 0 ? 7
                                                                                : 0;
    if (scheme_len == 0)
        return bad(err, "an address that begins with http:// or https:// was wanted");
    if (has_forbidden_url_byte(text, text_len))
        return bad(err, "blanks, quotes, brackets and bars in an address are written %20, %22 …");
    const char *authority = text + scheme_len;
    size_t authority_len = 0;
    while (scheme_len + authority_len < text_len && !strchr("/?#", authority[authority_len]))
        authority_len++;
    if (memchr(authority, '@', authority_len))
        return bad(err, "an address without a user name was wanted");
    if (!is_authority(authority, authority_len))
        return bad(err, "an address with a host name was wanted");
    return check_length(text, text_len, SCHEMA_URL_MAX_CHARS, err);
}

bool schema_rule_email(const char *text, size_t text_len, struct aro_error *err)
{
    static const char reason[] = "an e-mail address, name@host.tld, was wanted";
    const char *at = memchr(text, '@', text_len);
    if (!at || text_len > SCHEMA_EMAIL_MAX_BYTES)
        return bad(err, reason);
    size_t local_len = (size_t)(at - text);
    const char *host = at + 1;
    size_t host_len = text_len - local_len - 1;
    if (local_len < 1 || local_len > 64 || !is_host(host, host_len) ||
        !memchr(host, '.', host_len) || host[host_len - 1] == '.')
        return bad(err, reason);
    for (size_t i = 0; i < local_len; i++) {
        if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7F || strchr("\"(),:;<>[\\]", text[i]))
            return bad(err, reason);
    }
    return true;
}

bool schema_rule_telephone(const char *text, size_t text_len, struct aro_error *err)
{
    size_t n_digits = 0;
    for (size_t i = 0; i < text_len; i++) {
        bool known = is_digit(text[i]) || (text[i] && strchr(" .-/()", text[i])) ||
                     (text[i] == '+' && n_digits == 0);
        if (!known)
            return bad(err, "a telephone number was wanted, such as 04 42 44 33 33");
        n_digits += is_digit(text[i]);
    }
    if (n_digits < 4 || n_digits > 20 || text_len > 40)
        return bad(err, "a telephone number of 4 to 20 digits was wanted");
    return true;
}

/* ---- Codes, numbers and words ---- */

static bool is_commune(const char *text, size_t len)
{
    return len == 5 && is_digit(text[0]) && all_digits(text + 2, 3) &&
           (is_digit(text[1]) || (text[0] == '2' && (text[1] == 'A' || text[1] == 'B')));
}

static bool is_departement(const char *text, size_t len)
{
    bool corse = len == 2 && text[0] == '2' && (text[1] == 'A' || text[1] == 'B');
    bool overseas = len == 3 && text[0] == '9' && (text[1] == '7' || text[1] == '8');
    return corse || ((len == 2 || overseas) && all_digits(text, len));
}

/* Digits, then letters, then digits: axe, enjeu, usage. */
static bool is_theme(const char *text, size_t len)
{
    size_t i = 0, from;
    while (i < len && is_digit(text[i]))
        i++;
    if (i == 0 || text[0] == '0')
        return false;
    from = i;
    while (i < len && text[i] >= 'a' && text[i] <= 'z')
        i++;
    if (i > from) {
        while (i < len && is_digit(text[i]))
            i++;
    }
    return i == len && len <= 10;
}

bool schema_rule_code(enum schema_code_kind kind, const char *text, size_t text_len,
                      struct aro_error *err)
{
    switch (kind) {
    case SCHEMA_CODE_COMMUNE:
        if (is_commune(text, text_len))
            return true;
        if (text_len == 4 && all_digits(text, 4))
            return aro_error_set(err, ARO_BAD_INPUT,
                                 "an INSEE code of five characters was wanted, perhaps 0%.4s (a "
                                 "spreadsheet drops leading zeros)",
                                 text);
        return bad(err, "an INSEE code of five characters, such as 01004 or 2A004, was wanted");
    case SCHEMA_CODE_DEPARTEMENT:
        return is_departement(text, text_len) ||
               bad(err, "the code of a département, such as 01, 2A or 974, was wanted");
    case SCHEMA_CODE_REGION:
        return ((text_len == 2 || text_len == 3) && all_digits(text, text_len)) ||
               bad(err, "the code of a région, such as 84 or 987, was wanted");
    case SCHEMA_CODE_SIREN:
        return (text_len == 9 && all_digits(text, 9)) || bad(err, "nine digits were wanted");
    case SCHEMA_CODE_POSTAL:
        return (text_len == 5 && all_digits(text, 5)) ||
               bad(err, "a postal code of five digits was wanted");
    case SCHEMA_CODE_THEME:
        break;
    }
    return is_theme(text, text_len) || bad(err, "a theme, such as 1, 1a or 1a1, was wanted");
}

bool schema_rule_integer(const char *text, size_t text_len, int64_t min, int64_t max,
                         int64_t *out_value, struct aro_error *err)
{
    int64_t value = 0;
    bool ok = text_len > 0 && text_len <= 18 && all_digits(text, text_len);
    for (size_t i = 0; ok && i < text_len; i++)
        value = value * 10 + (text[i] - '0');
    if (!ok || value < min || value > max)
        return aro_error_set(err, ARO_BAD_INPUT, "a whole number from %lld to %lld was wanted",
                             (long long)min, (long long)max);
    *out_value = value;
    return true;
}

bool schema_rule_word(const char *text, size_t text_len, const char *const *words,
                      const char **out_one, struct aro_error *err)
{
    char wanted[200];
    size_t len = 0;
    for (const char *const *word = words; *word; word++) {
        if (strlen(*word) == text_len && memcmp(*word, text, text_len) == 0) {
            *out_one = *word;
            return true;
        }
        int n = snprintf(wanted + len, sizeof wanted - len, "%s%s", len ? ", " : "", *word);
        if (n > 0 && (size_t)n < sizeof wanted - len)
            len += (size_t)n;
    }
    return aro_error_set(err, ARO_BAD_INPUT, "one of %s was wanted", wanted);
}

const char *const schema_zones[] = {"metro", "drom", "com", NULL};

static const char *const statuts[] = {
    [SCHEMA_PUBLISHED] = "published",
    [SCHEMA_PROPOSED] = "proposed",
    [SCHEMA_REJECTED] = "rejected",
    [SCHEMA_ARCHIVED] = "archived",
    NULL,
};

bool schema_rule_statut(const char *text, size_t text_len, enum schema_statut *out_statut,
                        struct aro_error *err)
{
    const char *one;
    if (!schema_rule_word(text, text_len, statuts, &one, err))
        return false;
    size_t i = 0;
    while (statuts[i] != one)
        i++;
    *out_statut = (enum schema_statut)i;
    return true;
}

const char *schema_statut_name(enum schema_statut statut)
{
    return statuts[statut];
}

/* ---- Positions ---- */

bool schema_rule_position(struct geo_point point, bool metro, struct geo_coord *out_coord,
                          struct aro_error *err)
{
    double lon = point.lon_deg, lat = point.lat_deg;
    if (fabs(lon) > 1000 || fabs(lat) > 1000)
        return bad(err, "degrees were wanted; metres are given as x and y with --crs");
    if (lon == 0 && lat == 0)
        return bad(err, "0, 0 lies in the Gulf of Guinea; an unknown position is left empty");
    if (metro && geo_point_looks_swapped(point))
        return bad(err, "the latitude seems to come first; longitude, then latitude, was wanted");
    return geo_coord_from_point(point, out_coord, err);
}
