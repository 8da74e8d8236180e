/*
 * Sheets without a place of their own stand where their commune's centre is: at its town hall, or
 * on its surface where only a contour is known.
 */
#ifndef ARO_SCHEMA_IMPORT_CENTRES_H
#define ARO_SCHEMA_IMPORT_CENTRES_H

#include "schema/import_inside.h"

/** Moves those whose commune's centre is no longer where they stand. */
bool import_centres_follow(struct import_run *run, struct aro_error *err);

#endif
