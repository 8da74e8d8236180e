#include "server/export_archive.h"

#include <string.h>

#include "schema/mbtiles.h"
#include "schema/pmtiles.h"

static const struct {
    const char *name;
    enum export_format format;
} formats[] = {{"mbtiles", EXPORT_MBTILES}, {"pmtiles", EXPORT_PMTILES}};

enum export_format export_format_of(const char *name, const char *path)
{
    const char *dot = strrchr(path, '.');
    const char *word = name ? name : dot ? dot + 1 : "";
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, word) == 0)
            return formats[i].format;
    return EXPORT_NO_FORMAT;
}

bool export_archive_begin(struct export_archive *archive, enum export_format format,
                          const char *path, bool replace, const struct schema_tileset *about,
                          struct aro_error *err)
{
    return format == EXPORT_MBTILES
               ? schema_mbtiles_new(path, replace, about, &archive->mbtiles, err)
               : schema_pmtiles_new(path, replace, about, &archive->pmtiles, err);
}

bool export_archive_add(struct export_archive *archive, struct geo_tile tile, const void *bytes,
                        size_t len, struct aro_error *err)
{
    return archive->mbtiles ? schema_mbtiles_add(archive->mbtiles, tile, bytes, len, err)
                            : schema_pmtiles_add(archive->pmtiles, tile, bytes, len, err);
}

bool export_archive_finish(struct export_archive *archive, struct aro_error *err)
{
    return archive->mbtiles ? schema_mbtiles_finish(archive->mbtiles, err)
                            : schema_pmtiles_finish(archive->pmtiles, err);
}

void export_archive_clear(struct export_archive *archive)
{
    schema_mbtiles_free(archive->mbtiles);
    schema_pmtiles_free(archive->pmtiles);
    *archive = (struct export_archive){0};
}
