/*
 * Numbers in SpatiaLite's geometry blobs: of either byte order when read, at any address.
 */
#ifndef ARO_SCHEMA_BLOB_BYTES_H
#define ARO_SCHEMA_BLOB_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t blob_u32(const unsigned char *at, bool little)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return little ? le32toh(value) : be32toh(value);
}

static inline double blob_double(const unsigned char *at, bool little)
{
    uint64_t bits;
    double value;
    memcpy(&bits, at, sizeof bits);
    bits = little ? le64toh(bits) : be64toh(bits);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/** Little-endian, as all blobs are that we write. */
static inline void blob_put_u32(unsigned char *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof value);
}

static inline void blob_put_double(unsigned char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = htole64(bits);
    memcpy(at, &bits, sizeof bits);
}

#endif
