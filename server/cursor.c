/*
 * The bytes of a cursor, before base64url (RFC 4648, section 5, without padding), all big-endian:
 * format and order (1), Hilbert key (8), id (8), seq (8), distance bits (8) where by distance,
 * checksum over all of it and the scope (4).
 */
#include "server/cursor.h"

#include <math.h>
#include <string.h>

#include "server/hash.h"

enum {
    BY_KEY = 0x10, /* format 1 */
    BY_DISTANCE = 0x11,
    KEY_BYTES = 1 + 3 * 8,
    DISTANCE_BYTES = KEY_BYTES + 8,
    CHECK_BYTES = 4,
    MAX_BYTES = DISTANCE_BYTES + CHECK_BYTES,
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
    put(bytes, &n, cursor->by_distance ? BY_DISTANCE : BY_KEY, 1);
    put(bytes, &n, cursor->hilbert_key, 8);
    put(bytes, &n, (uint64_t)cursor->id, 8);
    put(bytes, &n, (uint64_t)cursor->seq, 8);
    if (cursor->by_distance)
        put(bytes, &n, distance_bits, 8);
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

bool cursor_parse(const char *text, bool by_distance, const char *scope, struct cursor *out_cursor,
                  struct aro_error *err)
{
    unsigned char bytes[MAX_BYTES];
    size_t at = 1, check_at = by_distance ? DISTANCE_BYTES : KEY_BYTES;
    if (decode(text, bytes) != check_at + CHECK_BYTES)
        return refuse(text, err);
    uint32_t check = checksum(bytes, check_at, scope);
    if (bytes[0] != (by_distance ? BY_DISTANCE : BY_KEY) ||
        get(bytes, &check_at, CHECK_BYTES) != check)
        return refuse(text, err);
    struct cursor cursor = {.by_distance = by_distance};
    cursor.hilbert_key = get(bytes, &at, 8);
    cursor.id = (int64_t)get(bytes, &at, 8);
    cursor.seq = (int64_t)get(bytes, &at, 8);
    if (by_distance) {
        uint64_t distance_bits = get(bytes, &at, 8);
        memcpy(&cursor.distance_m, &distance_bits, sizeof cursor.distance_m);
        if (!(cursor.distance_m >= 0) || isinf(cursor.distance_m))
            return refuse(text, err);
    }
    *out_cursor = cursor;
    return true;
}
