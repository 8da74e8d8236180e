/*
 * Where a JSON value begins and ends, without reading it: what lets a long document be read
 * piece by piece. Brackets, strings and commas are followed; what stands between is left to the
 * parser that gets the piece.
 *
 * Source: RFC 8259.
 */
#ifndef ARO_SCHEMA_JSON_SCAN_H
#define ARO_SCHEMA_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum { SCHEMA_JSON_MAX_DEPTH = 64 };

/** A walk through the text of an object. Start with text, len and at the object's brace. */
struct schema_json_walk {
    const char *text;
    size_t len, at;
    const char *why; /* on BAD: what is wrong at `at` */
};

/** A part of the text. Plain value. */
struct schema_json_slice {
    const char *text;
    size_t len;
};

enum schema_json_step {
    SCHEMA_JSON_FOUND,
    SCHEMA_JSON_CLOSED, /* the object's closing brace: `at` is behind it */
    SCHEMA_JSON_MORE,   /* the text ends before this is certain; `at` means nothing */
    SCHEMA_JSON_BAD,
};

/**
 * The value at `at`, of any kind; `at` is behind it afterwards. A number or word ends where
 * something else begins: at the end of the text the answer is MORE.
 */
enum schema_json_step schema_json_value(struct schema_json_walk *walk,
                                        struct schema_json_slice *out_value);

/**
 * The next key of an object, from its opening brace or from behind a value; `at` is at the
 * key's value afterwards (and text[at] there).
 *
 * @param out_key  without its quotes, escapes as they are
 */
enum schema_json_step schema_json_key(struct schema_json_walk *walk,
                                      struct schema_json_slice *out_key);

bool schema_json_is_blank(char c);

/** True when the slice is the text. */
bool schema_json_is(struct schema_json_slice slice, const char *text);

#endif
