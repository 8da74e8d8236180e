/*
 * Import of contours: whichever column holds the code, in whichever system the file is, through
 * former codes to the communes of today.
 */
#include "schema/import_contours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "geo/array.h"
#include "schema/area.h"
#include "schema/import_centres.h"

static const struct import_column columns[] = {
    [IMPORT_CONTOUR_CODE] = {"code", true, import_commune_code},
    [IMPORT_CONTOUR_GEOMETRY] = {"geometry", false, NULL},
};

/*
 * A repair may change this share of an area. Loops that simplifying a border leaves behind change
 * far less; a ring with its vertices out of order changes far more.
 */
static const double repair_max_change = 1e-3;

static void end(struct import_run *run)
{
    struct import_contours *contours = run->state;
    if (!contours)
        return;
    geo_geos_free(contours->geos);
    geo_transform_free(contours->transform);
    schema_places_free(contours->places);
    geo_rings_clear(&contours->row);
    geo_rings_clear(&contours->shapes);
    free(contours->pieces);
    free(contours);
}

static bool begin(struct import_run *run, struct aro_error *err)
{
    struct import_contours *contours = calloc(1, sizeof *contours);
    if (!contours)
        return aro_error_no_memory(err);
    run->state = contours;
    contours->geos = geo_geos_new(err);
    return contours->geos && schema_places_load(run->store, &contours->places, err);
}

/* ---- A file ---- */

static bool open_file(struct import_run *run, const struct schema_source *source,
                      struct aro_error *err)
{
    struct import_contours *contours = run->state;
    const char *crs = run->options->crs ? run->options->crs : schema_source_crs(source);
    geo_transform_free(contours->transform);
    contours->transform = NULL;
    if (crs && !*crs)
        return aro_error_set_for(err, "crs", ARO_BAD_INPUT,
                                 "nothing says in which system the coordinates are (a Shapefile "
                                 "has a .prj beside it): name it with --crs, such as --crs "
                                 "EPSG:2154");
    if (crs)
        contours->transform = geo_transform_new(crs, err);
    return !crs || contours->transform;
}

/* What columns of codes of communes are called by IGN, INSEE, Etalab, OpenStreetMap and others, the
 * ones that leave no doubt first. */
static const char *const code_names[] = {
    "insee_com",    "code_insee", "insee",     "codgeo",         "code_commune",
    "code_com_cog", "com_insee",  "insee_cog", "code_insee_com", "ref:insee",
    "depcom",       "code",       "com",
};
enum { N_CODE_NAMES = sizeof code_names / sizeof *code_names, NOT_FOUND = -1 };

static int find_column(const struct schema_source *source, const char *name)
{
    for (size_t i = 0; i < schema_source_n_columns(source); i++) {
        if (strcasecmp(schema_source_column(source, i), name) == 0)
            return (int)i;
    }
    return NOT_FOUND;
}

static bool no_column(const struct schema_source *source, const char *wanted, struct aro_error *err)
{
    char names[300] = "";
    size_t len = 0;
    for (size_t i = 0; i < schema_source_n_columns(source); i++) {
        int n = snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "",
                         schema_source_column(source, i));
        if (n < 0 || (size_t)n >= sizeof names - len)
            break;
        len += (size_t)n;
    }
    if (wanted)
        return aro_error_set_for(err, wanted, ARO_BAD_INPUT, "no property '%.60s'; there are: %s",
                                 wanted, names);
    return aro_error_set_for(err, "code", ARO_BAD_INPUT,
                             "no property is known to hold the code of a commune: name it with "
                             "--code-property; there are: %s",
                             names);
}

/* Takes the first of the known names that is there; says so where another one is too. */
static int guess_column(struct import_run *run, const struct schema_source *source)
{
    int taken = NOT_FOUND, other = NOT_FOUND;
    for (size_t i = 0; i < N_CODE_NAMES && other == NOT_FOUND; i++) {
        int found = find_column(source, code_names[i]);
        if (taken == NOT_FOUND)
            taken = found;
        else
            other = found;
    }
    char sentence[256];
    if (other != NOT_FOUND) {
        snprintf(sentence, sizeof sentence,
                 "the codes were taken from '%.60s', and not from '%.60s' (--code-property names "
                 "another)",
                 schema_source_column(source, (size_t)taken),
                 schema_source_column(source, (size_t)other));
        import_note(run, sentence);
    }
    return taken;
}

/* One column is the code, of which every later one is told apart; the others do not matter. */
static bool map(struct import_run *run, const struct schema_source *source,
                struct import_mapping *mapping, struct aro_error *err)
{
    const char *wanted = run->options->code_property;
    size_t n = schema_source_n_columns(source);
    int code = NOT_FOUND;
    if (mapping->n > 0 && mapping->n == n)
        return true;
    if (mapping->n == 0) {
        code = wanted ? find_column(source, wanted) : guess_column(run, source);
        if (code == NOT_FOUND)
            return no_column(source, wanted, err);
    }
    for (; mapping->n < n; mapping->n++)
        mapping->columns[mapping->n] =
            (int)mapping->n == code ? IMPORT_CONTOUR_CODE : IMPORT_IGNORED;
    return true;
}

/* ---- A row ---- */

static void problem(struct import_row *row, const char *reason)
{
    struct import_text code = row->values[IMPORT_CONTOUR_CODE];
    import_problem_at(row, IMPORT_CONTOUR_GEOMETRY, code.text, code.len, reason);
}

/* What is wrong with the input refuses the row; what is wrong with the machine ends the import. */
static bool refuse_or_fail(struct import_row *row, const struct aro_error *why,
                           struct aro_error *err)
{
    if (why->status == ARO_NO_MEMORY)
        return aro_error_no_memory(err);
    problem(row, why->message);
    return true;
}

/* Reads the geometry into contours->row. False with a problem reported, or with err. */
static bool read_shape(struct import_contours *contours, struct import_row *row, bool metro,
                       struct aro_error *err)
{
    const struct schema_record *record = row->record;
    struct aro_error why = {0};
    struct geo_coord coord;
    bool ok = false;
    geo_rings_empty(&contours->row);
    if (record->shape)
        ok = schema_area_from_json(record->shape, contours->transform, &contours->row, &why);
    else if (record->blob)
        ok = schema_area_decode(record->blob, record->blob_len, SCHEMA_SRID_ANY,
                                contours->transform, &contours->row, &why);
    else
        aro_error_set(&why, ARO_BAD_INPUT, "%s; a Polygon or MultiPolygon was wanted",
                      record->has_geometry ? "the geometry is a Point" : "there is no geometry");
    if (ok && contours->row.n_coords == 0)
        ok = aro_error_set(&why, ARO_BAD_INPUT, "the geometry is empty");
    if (ok)
        ok = schema_rule_position(geo_coord_to_point(contours->row.coords[0]), metro, &coord, &why);
    if (!ok)
        refuse_or_fail(row, &why, err);
    return ok;
}

/* Takes the repaired shape, and says so, where the repair changes next to nothing. */
static bool take_repaired(struct import_contours *contours, struct import_row *row,
                          const struct geo_flaw *flaw, bool *out_taken, struct aro_error *err)
{
    double change = 0;
    struct aro_error why = {0};
    struct geo_rings repaired = {0};
    bool ok = geo_geos_repair(contours->geos, &contours->row, 0, &repaired, &change, &why);
    if (!ok) {
        geo_rings_clear(&repaired);
        return refuse_or_fail(row, &why, err);
    }
    char sentence[200];
    struct geo_point at = geo_coord_to_point(flaw->place);
    struct import_text code = row->values[IMPORT_CONTOUR_CODE];
    bool safe = change <= repair_max_change && repaired.polygons.n > 0;
    snprintf(sentence, sizeof sentence, "not valid at %.7g, %.7g: %s; %s %.3g %% of the area",
             at.lon_deg, at.lat_deg, flaw->reason,
             safe ? "repaired, which changed" : "refused, because a repair would change",
             100 * change);
    if (safe) {
        import_warning_at(row, IMPORT_CONTOUR_GEOMETRY, code.text, code.len, sentence);
        ok = geo_rings_add_shape(&contours->shapes, &repaired, 0, err);
        *out_taken = ok;
    } else {
        problem(row, sentence);
    }
    geo_rings_clear(&repaired);
    return ok;
}

/* Puts the row's shape among those taken, unless it is refused. */
static bool take_shape(struct import_contours *contours, struct import_row *row, bool *out_taken,
                       struct aro_error *err)
{
    bool valid = false;
    struct geo_flaw flaw;
    struct aro_error why = {0};
    *out_taken = false;
    if (!geo_geos_check(contours->geos, &contours->row, 0, &valid, &flaw, &why))
        return refuse_or_fail(row, &why, err);
    if (!valid)
        return take_repaired(contours, row, &flaw, out_taken, err);
    geo_rings_wind(&contours->row);
    *out_taken = geo_rings_add_shape(&contours->shapes, &contours->row, 0, err);
    return *out_taken;
}

static bool add_piece(struct import_contours *contours, const struct import_row *row,
                      const struct schema_place *place, struct aro_error *err)
{
    struct import_piece *pieces = aro_array_grow(contours->pieces, contours->n_pieces,
                                                 &contours->capacity, sizeof *pieces, err);
    if (!pieces)
        return false;
    contours->pieces = pieces;
    struct import_text given = row->values[IMPORT_CONTOUR_CODE];
    struct import_piece *piece = &contours->pieces[contours->n_pieces++];
    *piece = (struct import_piece){
        .shape = contours->shapes.shapes.n - 1, .file = row->run->file, .line = row->line};
    memcpy(piece->code, place->code, sizeof piece->code);
    snprintf(piece->given, sizeof piece->given, "%.*s", (int)given.len, given.text);
    return true;
}

static bool import_row(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    struct import_contours *contours = run->state;
    struct import_text code = row->values[IMPORT_CONTOUR_CODE];
    if (code.text && !import_once(row, IMPORT_CONTOUR_CODE, code.text, code.len, err))
        return false;
    const struct schema_place *place = import_place(row, IMPORT_CONTOUR_CODE, contours->places);
    if (!place || row->refused)
        return true;
    bool taken = false;
    if (!read_shape(contours, row, place->metro, err))
        return row->refused;
    return take_shape(contours, row, &taken, err) &&
           (!taken || add_piece(contours, row, place, err));
}

static bool finish(struct import_run *run, struct aro_error *err)
{
    return import_contours_merge(run, run->state, err) && import_contours_missing(run, err) &&
           import_centres_follow(run, err);
}

const struct import_kind import_contours = {
    .name = "contours",
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .bulk_table = "contours",
    .areas = true,
    .open = open_file,
    .map = map,
    .begin = begin,
    .row = import_row,
    .finish = finish,
    .end = end,
};
