#include "server/snapshot_contours.h"

#include <stdlib.h>
#include <string.h>

#include "geo/label.h"
#include "server/snapshot_build.h"

void snapshot_contours_clear(struct snapshot_contours *contours)
{
    geo_locator_free(contours->locator);
    geo_rings_clear(&contours->rings);
    free(contours->communes);
    free(contours->shapes);
    free(contours->millesimes);
}

/* The rings are taken over; the rest is by commune of the snapshot. */
static bool number_contours(struct snapshot *snapshot, const struct schema_contours *read,
                            struct aro_error *err)
{
    struct snapshot_contours *contours = &snapshot->contours;
    contours->communes = array_new(read->n, sizeof *contours->communes, err);
    contours->millesimes = array_new(read->n, sizeof *contours->millesimes, err);
    contours->shapes = array_new(snapshot->communes.n, sizeof *contours->shapes, err);
    if (!contours->communes || !contours->millesimes || !contours->shapes)
        return false;
    for (size_t i = 0; i < snapshot->communes.n; i++)
        contours->shapes[i] = SNAPSHOT_NONE;
    for (size_t i = 0; i < read->n; i++) {
        const struct schema_contour *item = &read->items[i];
        uint32_t commune = snapshot_commune(snapshot, item->code);
        if (commune == SNAPSHOT_NONE || contours->shapes[commune] != SNAPSHOT_NONE)
            return broken_store(err, "a contour of no commune, or a second one:", item->code);
        contours->communes[i] = commune;
        contours->shapes[commune] = (uint32_t)i;
        memcpy(contours->millesimes[i], item->millesime, sizeof item->millesime);
    }
    contours->n = read->n;
    return true;
}

/* Rows and contours both come in the order of code. */
static bool place_communes(struct snapshot_draft *draft, struct aro_error *err)
{
    const struct schema_contours *read = &draft->contours;
    struct geo_label_room room = {0};
    bool ok = true;
    size_t row = 0;
    for (size_t i = 0; ok && i < read->n; i++) {
        while (row < draft->n_communes &&
               strcmp(draft->communes[row].code, read->items[i].code) < 0)
            row++;
        struct point_row *point = &draft->commune_points[row];
        if (row == draft->n_communes || point->has_position ||
            strcmp(draft->communes[row].code, read->items[i].code) != 0)
            continue;
        struct geo_run coords = geo_rings_coords_of_shape(&read->rings, i);
        point->has_position = coords.first < coords.end;
        ok = !point->has_position || geo_label_point(&read->rings, i, &room, &point->position, err);
    }
    geo_label_clear(&room);
    return ok;
}

bool draft_read_contours(struct snapshot_draft *draft, struct aro_error *err)
{
    return schema_read_contours(draft->store, &draft->contours, err) && place_communes(draft, err);
}

bool draft_number_contours(struct snapshot_draft *draft, struct aro_error *err)
{
    if (!number_contours(draft->snapshot, &draft->contours, err))
        return false;
    draft->snapshot->contours.rings = draft->contours.rings;
    draft->contours.rings = (struct geo_rings){0};
    return true;
}

bool draft_build_locator(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot_contours *contours = &draft->snapshot->contours;
    return geo_locator_new(&contours->rings, &contours->locator, err);
}
