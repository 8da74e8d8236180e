/*
 * Matches in texts that stand one after another, as DEFLATE writes them (RFC 1951, section 3.2.5):
 * what has come before, at most 32 KiB ago.
 *
 * Source: J. Ziv, A. Lempel, "A Universal Algorithm for Sequential Data Compression", 1977.
 */
#ifndef ARO_SERVER_LZ_H
#define ARO_SERVER_LZ_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

enum { LZ_MAX_DISTANCE = 32768, LZ_MAX_LEN = 258 };

/** A match, or a byte: then len is 0. */
struct lz_token {
    uint16_t len, distance; /* 4 to LZ_MAX_LEN, 1 to LZ_MAX_DISTANCE */
    uint8_t byte;
};

/** Where each four bytes have last been seen. Owned by one thread at a time. */
struct lz_finder;

struct lz_finder *lz_finder_new(struct aro_error *err);
void lz_finder_free(struct lz_finder *finder);

/** Notes bytes `from` to `end` of the block, without looking for any. */
void lz_note(struct lz_finder *finder, const char *block, uint64_t from, uint64_t end);

/**
 * Takes bytes `from` to `end` apart, and notes them.
 *
 * @param lowest      no match reaches before it; what lies between it and `from` has been noted, in
 *                    order, and of the same block
 * @param out_tokens  room for end - from
 * @return            how many
 */
size_t lz_parse(struct lz_finder *finder, const char *block, uint64_t lowest, uint64_t from,
                uint64_t end, struct lz_token *out_tokens);

#endif
