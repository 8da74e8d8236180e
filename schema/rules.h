/*
 * The rules of the model, in one place: what a date, a code, an address, a text must be.
 *
 * Each takes text_len bytes of valid UTF-8, and on failure records ARO_BAD_INPUT with a reason
 * that says what was wanted ("a day of the calendar, YYYY-MM-DD, was wanted"). The reason does not
 * repeat the value: a report shows it beside. Nothing here allocates.
 */
#ifndef ARO_SCHEMA_RULES_H
#define ARO_SCHEMA_RULES_H

#include <stdint.h>

#include "schema/model.h"

/** Lengths in characters (Unicode code points), counts in items. */
enum {
    SCHEMA_NAME_MAX_CHARS = 200,    /* of communes, territories, people, places, sources */
    SCHEMA_LINE_MAX_CHARS = 500,    /* sous_titre, address, libellé */
    SCHEMA_PROSE_MAX_CHARS = 20000, /* actions, synthese, … each */
    SCHEMA_URL_MAX_CHARS = 2000,
    SCHEMA_EMAIL_MAX_BYTES = 254, /* RFC 5321, section 4.5.3.1.3, less the angle brackets */
    SCHEMA_LIST_MAX_ITEMS = 50,
};

/** One line of text: 1 to max_chars characters, no control characters. */
bool schema_rule_line(const char *text, size_t text_len, size_t max_chars, struct aro_error *err);

/** Text of several lines: tabs and line ends may stand in it. */
bool schema_rule_prose(const char *text, size_t text_len, size_t max_chars, struct aro_error *err);

/** A day of the Gregorian calendar, YYYY-MM-DD (RFC 3339, full-date), from 0001-01-01 on. */
bool schema_rule_date(const char *text, size_t text_len, struct aro_error *err);

/** An http or https URL with a host, without a user name or blanks. */
bool schema_rule_url(const char *text, size_t text_len, struct aro_error *err);

/** An e-mail address by its shape: one @, a host with a dot, no blanks. */
bool schema_rule_email(const char *text, size_t text_len, struct aro_error *err);

/** A telephone number: 4 to 20 digits, with blanks, dots, hyphens, brackets, + in front. */
bool schema_rule_telephone(const char *text, size_t text_len, struct aro_error *err);

enum schema_code_kind {
    SCHEMA_CODE_COMMUNE,     /* "01001", "2A004", "98735" */
    SCHEMA_CODE_DEPARTEMENT, /* "01", "2A", "987" */
    SCHEMA_CODE_REGION,      /* "84", "987" */
    SCHEMA_CODE_SIREN,       /* nine digits: of an EPCI, of a commune */
    SCHEMA_CODE_POSTAL,      /* five digits */
    SCHEMA_CODE_THEME,       /* "1", "1a", "1a1" */
};
/** Shape only: whether there is such a commune is for the store to say. */
bool schema_rule_code(enum schema_code_kind kind, const char *text, size_t text_len,
                      struct aro_error *err);

/** Digits only. */
bool schema_rule_integer(const char *text, size_t text_len, int64_t min, int64_t max,
                         int64_t *out_value, struct aro_error *err);

/** "published", "proposed", "rejected", "archived". */
bool schema_rule_statut(const char *text, size_t text_len, enum schema_statut *out_statut,
                        struct aro_error *err);
/** The word for it in files and in the store. */
const char *schema_statut_name(enum schema_statut statut);

/**
 * One of a few words.
 *
 * @param words    ends with NULL
 * @param out_one  the one of words that it is
 */
bool schema_rule_word(const char *text, size_t text_len, const char *const *words,
                      const char **out_one, struct aro_error *err);

/** "metro", "drom", "com"; ends with NULL. */
extern const char *const schema_zones[];

/**
 * A position that can be meant: in range, not 0, 0, and in metropolitan France not with the
 * latitude first.
 *
 * @param metro  the commune is in metropolitan France
 */
bool schema_rule_position(struct geo_point point, bool metro, struct geo_coord *out_coord,
                          struct aro_error *err);

#endif
