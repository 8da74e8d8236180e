/*
 * Where exported tiles go: one archive, of the one format or the other.
 */
#ifndef ARO_SERVER_EXPORT_ARCHIVE_H
#define ARO_SERVER_EXPORT_ARCHIVE_H

#include "schema/tileset.h"

enum export_format { EXPORT_NO_FORMAT, EXPORT_MBTILES, EXPORT_PMTILES };

/** By its name, or by the ending of a file's name where that is NULL; EXPORT_NO_FORMAT: neither. */
enum export_format export_format_of(const char *name, const char *path);

/** Start from {0}; export_archive_clear() releases. Owned by one thread. */
struct export_archive {
    struct schema_mbtiles *mbtiles;
    struct schema_pmtiles *pmtiles;
};

/** Begins the file. @param about  borrowed until export_archive_clear() */
bool export_archive_begin(struct export_archive *archive, enum export_format format,
                          const char *path, bool replace, const struct schema_tileset *about,
                          struct aro_error *err);
/** Tiles come in the order of schema_pmtiles_id(). */
bool export_archive_add(struct export_archive *archive, struct geo_tile tile, const void *bytes,
                        size_t len, struct aro_error *err);
bool export_archive_finish(struct export_archive *archive, struct aro_error *err);
void export_archive_clear(struct export_archive *archive);

#endif
