/*
 * The bytes of a cursor, before base64url (RFC 4648, section 5, without padding), all big-endian:
 * format and order (1), Hilbert key (8), id (8), seq (8), distance bits (8) where by distance,
 * the values where by values, checksum over all of it and the scope (4).
 */
#include "server/cursor.h"

#include <math.h>
#include <string.h>

#include "server/hash.h"

enum {
    FORMAT_1 = 0x10, /* and the order */
    KEY_BYTES = 1 + 3 * 8,
    DISTANCE_BYTES = 8,
    CHECK_BYTES = 4,
    MAX_BYTES = KEY_BYTES + CURSOR_VALUES_BYTES + CHECK_BYTES,
};

_Static_assert((MAX_BYTES * 4 + 2) / 3 < CURSOR_TEXT_BYTES, "room for the longest cursor");

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void put(unsigned char *bytes, size_t *at, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[(*at)++] = (unsigned char)(value >> 8 * (n - 1 - i));
}

static uint64_t get(const unsigned char *bytes, size_t *at, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[(*at)++];
    return value;
}

static uint32_t checksum(const unsigned char *bytes, size_t n, const char *scope)
{
    uint64_t hash = hash_text(hash_bytes(HASH_START, bytes, n), scope);
    return (uint32_t)(hash ^ hash >> 32);
}

static void encode(const unsigned char *bytes, size_t n, char *out)
{
    uint32_t bits = 0;
    int n_bits = 0;
    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | bytes[i];
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            *out++ = alphabet[bits >> (n_bits - 6) & 63];
    }
    if (n_bits > 0)
        *out++ = alphabet[bits << (6 - n_bits) & 63];
    *out = '\0';
}

/* How many bytes; 0 when the text is not what encode() writes. */
static size_t decode(const char *text, unsigned char out[MAX_BYTES])
{
    uint32_t bits = 0;
    int n_bits = 0;
    size_t n = 0;
    for (; *text; text++) {
        const char *letter = strchr(alphabet, *text);
        if (!letter || n == MAX_BYTES)
            return 0;
        bits = bits << 6 | (uint32_t)(letter - alphabet);
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out[n++] = (unsigned char)(bits >> n_bits);
        }
    }
    bool rest_is_zero = (bits & ((1U << n_bits) - 1)) == 0;
    return n_bits < 6 && rest_is_zero ? n : 0;
}

void cursor_write(const struct cursor *cursor, const char *scope, char out_text[CURSOR_TEXT_BYTES])
{
    unsigned char bytes[MAX_BYTES];
    size_t n = 0;
    uint64_t distance_bits;
    memcpy(&distance_bits, &cursor->distance_m, sizeof distance_bits);
    put(bytes, &n, FORMAT_1 | (unsigned)cursor->order, 1);
    put(bytes, &n, cursor->hilbert_key, 8);
    put(bytes, &n, (uint64_t)cursor->id, 8);
    put(bytes, &n, (uint64_t)cursor->seq, 8);
    if (cursor->order == CURSOR_BY_DISTANCE)
        put(bytes, &n, distance_bits, DISTANCE_BYTES);
    if (cursor->order == CURSOR_BY_VALUES) {
        memcpy(bytes + n, cursor->values, cursor->n_values);
        n += cursor->n_values;
    }
    put(bytes, &n, checksum(bytes, n, scope), CHECK_BYTES);
    encode(bytes, n, out_text);
}

static bool refuse(const char *text, struct aro_error *err)
{
    return aro_error_set_for(err, "cursor", ARO_BAD_INPUT,
                             "cursor '%.100s' is not one that this address gave out: start again "
                             "without cursor, and follow the next links as they are",
                             text);
}

/* Whether so many bytes can be a cursor of the order. */
static bool is_length_of(size_t n, enum cursor_order order)
{
    if (order == CURSOR_BY_VALUES)
        return n >= KEY_BYTES + CHECK_BYTES;
    return n == KEY_BYTES + CHECK_BYTES + (order == CURSOR_BY_DISTANCE ? DISTANCE_BYTES : 0);
}

bool cursor_parse(const char *text, enum cursor_order order, const char *scope,
                  struct cursor *out_cursor, struct aro_error *err)
{
    unsigned char bytes[MAX_BYTES];
    size_t n = decode(text, bytes), at = 1;
    if (!is_length_of(n, order))
        return refuse(text, err);
    size_t check_at = n - CHECK_BYTES, end = check_at;
    uint32_t check = checksum(bytes, end, scope);
    if (bytes[0] != (FORMAT_1 | (unsigned)order) || get(bytes, &check_at, CHECK_BYTES) != check)
        return refuse(text, err);
    struct cursor cursor = {.order = order};
    cursor.hilbert_key = get(bytes, &at, 8);
    cursor.id = (int64_t)get(bytes, &at, 8);
    cursor.seq = (int64_t)get(bytes, &at, 8);
    if (order == CURSOR_BY_DISTANCE) {
        uint64_t distance_bits = get(bytes, &at, DISTANCE_BYTES);
        memcpy(&cursor.distance_m, &distance_bits, sizeof cursor.distance_m);
        if (!(cursor.distance_m >= 0) || isinf(cursor.distance_m))
            return refuse(text, err);
    }
    cursor.n_values = end - at;
    memcpy(cursor.values, bytes + at, cursor.n_values);
    *out_cursor = cursor;
    return true;
}
