#include "schema/spatial.h"

#include <endian.h>
#include <string.h>

/* Places in the blob: start, byte order, SRID, box (4 doubles), mark, class, x, y, end. */
enum {
    AT_START = 0,
    AT_ORDER = 1,
    AT_SRID = 2,
    AT_BOX = 6,
    AT_MARK = 38,
    AT_CLASS = 39,
    AT_X = 43,
    AT_Y = 51,
    AT_END = 59,
};
enum { START = 0x00, BIG_ENDIAN_ORDER = 0, LITTLE_ENDIAN_ORDER = 1, MARK = 0x7C, END = 0xFE };
enum { CLASS_POINT = 1 };

static void put_u32(unsigned char *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof value);
}

static void put_double(unsigned char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = htole64(bits);
    memcpy(at, &bits, sizeof bits);
}

static uint32_t get_u32(const unsigned char *at, bool little)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return little ? le32toh(value) : be32toh(value);
}

static double get_double(const unsigned char *at, bool little)
{
    uint64_t bits;
    double value;
    memcpy(&bits, at, sizeof bits);
    bits = little ? le64toh(bits) : be64toh(bits);
    memcpy(&value, &bits, sizeof value);
    return value;
}

void schema_point_encode(struct geo_coord coord, unsigned char out_bytes[SCHEMA_POINT_BYTES])
{
    struct geo_point point = geo_coord_to_point(coord);
    out_bytes[AT_START] = START;
    out_bytes[AT_ORDER] = LITTLE_ENDIAN_ORDER;
    put_u32(out_bytes + AT_SRID, SCHEMA_SRID_WGS84);
    put_double(out_bytes + AT_BOX, point.lon_deg);
    put_double(out_bytes + AT_BOX + 8, point.lat_deg);
    put_double(out_bytes + AT_BOX + 16, point.lon_deg);
    put_double(out_bytes + AT_BOX + 24, point.lat_deg);
    out_bytes[AT_MARK] = MARK;
    put_u32(out_bytes + AT_CLASS, CLASS_POINT);
    put_double(out_bytes + AT_X, point.lon_deg);
    put_double(out_bytes + AT_Y, point.lat_deg);
    out_bytes[AT_END] = END;
}

bool schema_point_decode(const void *bytes, size_t len, struct geo_coord *out_coord)
{
    const unsigned char *blob = bytes;
    if (len != SCHEMA_POINT_BYTES || blob[AT_START] != START || blob[AT_MARK] != MARK ||
        blob[AT_END] != END || blob[AT_ORDER] > LITTLE_ENDIAN_ORDER)
        return false;
    bool little = blob[AT_ORDER] == LITTLE_ENDIAN_ORDER;
    if (get_u32(blob + AT_SRID, little) != SCHEMA_SRID_WGS84 ||
        get_u32(blob + AT_CLASS, little) != CLASS_POINT)
        return false;
    struct geo_point point = {.lon_deg = get_double(blob + AT_X, little),
                              .lat_deg = get_double(blob + AT_Y, little)};
    return geo_coord_from_point(point, out_coord, NULL);
}
