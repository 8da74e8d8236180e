/*
 * The tables that make an SQLite file a GeoPackage, without their rows of features.
 */
#ifndef ARO_SCHEMA_GPKG_TABLES_H
#define ARO_SCHEMA_GPKG_TABLES_H

#include "schema/db.h"
#include "schema/gpkg.h"

/** Makes everything but the index's triggers; leaves a transaction open. */
bool gpkg_make_tables(struct schema_db *db, const struct schema_gpkg_about *about,
                      struct aro_error *err);

/** The triggers by which other programs keep the index right. */
bool gpkg_make_triggers(struct schema_db *db, const char *table, const char *key,
                        struct aro_error *err);

#endif
