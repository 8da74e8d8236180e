#include "schema/import_position.h"

#include <string.h>

bool import_position_begin(struct import_position *position, const char *crs, struct aro_error *err)
{
    if (!crs)
        return true;
    position->transform = geo_transform_new(crs, err);
    return position->transform != NULL;
}

void import_position_end(struct import_position *position)
{
    geo_transform_free(position->transform);
    position->transform = NULL;
}

static bool read_number(struct import_row *row, size_t column, double *out_value)
{
    struct import_text value = row->values[column];
    struct aro_error why = {0};
    if (geo_number_parse(value.text, value.len, out_value, &why))
        return true;
    import_problem(row, column,
                   memchr(value.text, ',', value.len)
                       ? "a number with a decimal point was wanted, not with a comma"
                       : "a number was wanted");
    return false;
}

/* Both numbers of a pair of columns, or neither. */
static bool read_pair(struct import_row *row, size_t first, size_t second, bool *out_given,
                      double *out_first, double *out_second)
{
    bool has_first = row->values[first].text != NULL, has_second = row->values[second].text != NULL;
    *out_given = has_first && has_second;
    if (has_first != has_second) {
        import_problem(row, has_first ? second : first,
                       "one of the two ordinates is missing: both or neither were wanted");
        return false;
    }
    if (!*out_given)
        return true;
    bool first_ok = read_number(row, first, out_first);
    return read_number(row, second, out_second) && first_ok;
}

/* The one place that is given, in the system it is given in. */
struct given {
    size_t column; /* where problems are reported */
    bool degrees;  /* of WGS 84 */
    double x, y;
};

static bool find_given(struct import_row *row, const struct import_position *position,
                       bool *out_any, struct given *out)
{
    bool lonlat, xy;
    double lon = 0, lat = 0, x = 0, y = 0;
    bool has_geometry = row->record->has_geometry;
    bool ok = read_pair(row, position->lon, position->lat, &lonlat, &lon, &lat);
    if (!read_pair(row, position->x, position->y, &xy, &x, &y) || !ok)
        return false;
    if (lonlat + xy + has_geometry > 1) {
        import_problem(row, xy ? position->x : position->lon,
                       "the position is given twice; one of a geometry, lon and lat, or x and y "
                       "was wanted");
        return false;
    }
    if (xy && !position->transform) {
        import_problem(row, position->x,
                       "x and y need --crs, the system they are in, such as --crs EPSG:2154");
        return false;
    }
    *out_any = lonlat || xy || has_geometry;
    if (lonlat)
        *out = (struct given){position->lon, true, lon, lat};
    else if (xy)
        *out = (struct given){position->x, false, x, y};
    else
        *out = (struct given){position->lon, !position->transform, row->record->x, row->record->y};
    return true;
}

bool import_position_read(struct import_row *row, const struct import_position *position,
                          bool metro, struct geo_coord *out_coord)
{
    bool any = false;
    struct given given;
    if (!find_given(row, position, &any, &given) || !any)
        return false;
    struct geo_point point = {given.x, given.y};
    struct aro_error why = {0};
    if ((given.degrees ||
         geo_transform_to_wgs84(position->transform, given.x, given.y, &point, &why)) &&
        schema_rule_position(point, metro, out_coord, &why))
        return true;
    import_problem(row, given.column, why.message);
    return false;
}
