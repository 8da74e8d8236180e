#include "schema/spatial.h"

#include "schema/blob_bytes.h"

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

void schema_point_encode(struct geo_coord coord, unsigned char out_bytes[SCHEMA_POINT_BYTES])
{
    struct geo_point point = geo_coord_to_point(coord);
    out_bytes[AT_START] = START;
    out_bytes[AT_ORDER] = LITTLE_ENDIAN_ORDER;
    blob_put_u32(out_bytes + AT_SRID, SCHEMA_SRID_WGS84);
    blob_put_double(out_bytes + AT_BOX, point.lon_deg);
    blob_put_double(out_bytes + AT_BOX + 8, point.lat_deg);
    blob_put_double(out_bytes + AT_BOX + 16, point.lon_deg);
    blob_put_double(out_bytes + AT_BOX + 24, point.lat_deg);
    out_bytes[AT_MARK] = MARK;
    blob_put_u32(out_bytes + AT_CLASS, CLASS_POINT);
    blob_put_double(out_bytes + AT_X, point.lon_deg);
    blob_put_double(out_bytes + AT_Y, point.lat_deg);
    out_bytes[AT_END] = END;
}

bool schema_point_decode(const void *bytes, size_t len, struct geo_coord *out_coord)
{
    const unsigned char *blob = bytes;
    if (len != SCHEMA_POINT_BYTES || blob[AT_START] != START || blob[AT_MARK] != MARK ||
        blob[AT_END] != END || blob[AT_ORDER] > LITTLE_ENDIAN_ORDER)
        return false;
    bool little = blob[AT_ORDER] == LITTLE_ENDIAN_ORDER;
    if (blob_u32(blob + AT_SRID, little) != SCHEMA_SRID_WGS84 ||
        blob_u32(blob + AT_CLASS, little) != CLASS_POINT)
        return false;
    struct geo_point point = {.lon_deg = blob_double(blob + AT_X, little),
                              .lat_deg = blob_double(blob + AT_Y, little)};
    return geo_coord_from_point(point, out_coord, NULL);
}
