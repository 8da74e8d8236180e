/*
 * FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ (public domain). For names of
 * versions, not against someone who looks for collisions.
 */
#ifndef ARO_SERVER_HASH_H
#define ARO_SERVER_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xCBF29CE484222325)

static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001B3);
    return hash;
}

/** The terminator counts, so that "ab", "c" and "a", "bc" differ. NULL counts as "". */
static inline uint64_t hash_text(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)(text ? *text : 0)) * UINT64_C(0x100000001B3);
    while (text && *text++);
    return hash;
}

#endif
