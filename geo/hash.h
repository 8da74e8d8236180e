/*
 * A fast hash of bytes, 64 bits: for tables in memory and for tags of what a server sends, not
 * against someone who looks for collisions. Little-endian machines give one value, others another.
 *
 * Source: the multiply and fold of wyhash, Wang Yi (public domain), eight bytes at a time.
 */
#ifndef ARO_GEO_HASH_H
#define ARO_GEO_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t geo_hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/** @param bytes  may be NULL when len is 0 */
static inline uint64_t geo_hash(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint64_t hash = len * UINT64_C(0x9E3779B97F4A7C15);
    for (; len >= 8; at += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        hash =
            geo_hash_fold(hash ^ word ^ UINT64_C(0xA0761D6478BD642F), UINT64_C(0xE7037ED1A0B428DB));
    }
    uint64_t rest = 0;
    if (len > 0)
        memcpy(&rest, at, len);
    return geo_hash_fold(hash ^ rest ^ UINT64_C(0x8EBC6AF09C88C6E3), UINT64_C(0x589965CC75374CC3));
}

#endif
