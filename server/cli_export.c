#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/aside.h"
#include "server/cli.h"
#include "server/clock.h"
#include "server/collections.h"
#include "server/export_about.h"
#include "server/export_archive.h"
#include "server/export_file.h"
#include "server/export_tiles.h"
#include "server/options.h"
#include "server/progress.h"
#include "server/snapshot_file.h"
#include "server/stop.h"
#include "server/tilesets.h"

struct export_options {
    char *store, *output, *format, *layers, *bbox, *name, *attribution;
    int64_t min_zoom, max_zoom, threads;
    bool force;
    char *params[PARAM_COUNT_OF_ALL]; /* those of the filter */
};

#define TEXT(name, field, metavar, fallback, help)                                                 \
    {                                                                                              \
        name, OPTION_TEXT, offsetof(struct export_options, field), metavar, fallback, 0, 0, help   \
    }
#define INTEGER(name, field, fallback, max, help)                                                  \
    {                                                                                              \
        name, OPTION_INTEGER, offsetof(struct export_options, field), "N", fallback, 0, max, help  \
    }

static const struct option_info own_infos[] = {
    TEXT("store", store, "FILE", NULL, "the store to read, made with 'arobase init'"),
    TEXT("output", output, "FILE", NULL, "the file; KIND stands before it then"),
    TEXT("format", format, "FORMAT", NULL,
         "csv, geojson, geojsonseq, geojsonl, gpkg, fgb, mbtiles or pmtiles; without, by the "
         "file's ending"),
    TEXT("layers", layers, "LIST", "initiatives", "sets of tiles, as they are named in /tiles"),
    TEXT("bbox", bbox, "W,S,E,N", NULL,
         "only what lies in this box; of tiles, those that meet it, each of them whole"),
    INTEGER("minzoom", min_zoom, "0", GEO_TILE_MAX_ZOOM, "lowest zoom"),
    INTEGER("maxzoom", max_zoom, "14", GEO_TILE_MAX_ZOOM,
            "highest zoom; maps draw higher ones from it"),
    {"force", OPTION_FLAG, offsetof(struct export_options, force), NULL, NULL, 0, 0,
     "replace a file that exists"},
    TEXT("name", name, "TEXT", "arobase", "what the file calls itself"),
    TEXT("attribution", attribution, "TEXT", "", "whom a map names as the source; may be HTML"),
    INTEGER("threads", threads, "0", EXPORT_MAX_THREADS, "threads that draw; 0: one for each core"),
};
static const enum param filter_params[] = {
    PARAM_NEAR,     PARAM_RADIUS, PARAM_COMMUNE, PARAM_EPCI,  PARAM_DEPARTEMENT,
    PARAM_REGION,   PARAM_AXE,    PARAM_ENJEU,   PARAM_USAGE, PARAM_NIVEAU,
    PARAM_DATETIME, PARAM_Q,      PARAM_DIALECT, PARAM_CRS,
};
enum {
    N_OWN = sizeof own_infos / sizeof *own_infos,
    N_FILTERS = sizeof filter_params / sizeof *filter_params,
};

/* The options of this command and the filters of all routes, from their one description. */
struct infos {
    struct option_info items[N_OWN + N_FILTERS];
};

static struct option_table make_table(struct infos *infos)
{
    memcpy(infos->items, own_infos, sizeof own_infos);
    for (size_t i = 0; i < N_FILTERS; i++) {
        const struct param_info *param = &param_infos[filter_params[i]];
        infos->items[N_OWN + i] = (struct option_info){
            .name = param->name,
            .kind = OPTION_TEXT,
            .offset = offsetof(struct export_options, params) + filter_params[i] * sizeof(char *),
            .metavar = "VALUE",
            .help = param->description};
    }
    return (struct option_table){infos->items, N_OWN + N_FILTERS, true};
}

/* ---- The work ---- */

/* What the callbacks of an export share. */
struct exporting {
    const struct export_options *options;
    const char *path;
    enum export_format format;          /* of tiles; or: */
    const struct format_writer *writer; /* of features */
    const struct collection *collection;
    size_t n_features;
    unsigned sets;
    struct geo_bbox bbox; /* where the options have one */
    struct settings settings;
    struct progress progress;
    struct export_archive archive;
    uint64_t n_tiles;
    int stop_fd;
};

static bool on_tile(void *context, struct geo_tile tile, const void *bytes, size_t len,
                    struct aro_error *err)
{
    struct exporting *exporting = context;
    return export_archive_add(&exporting->archive, tile, bytes, len, err);
}

static void on_progress(void *context, double done)
{
    struct exporting *exporting = context;
    progress_show(&exporting->progress, exporting->path, done);
}

/* Ctrl-C waits until the export asks: what stood in the file's place is then as it was. */
static bool stopped(void *context)
{
    const struct exporting *exporting = context;
    return stop_asked(exporting->stop_fd);
}

static size_t n_threads(const struct export_options *options)
{
    long cores = options->threads > 0 ? (long)options->threads : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > EXPORT_MAX_THREADS ? EXPORT_MAX_THREADS : (size_t)cores;
}

static bool write_tiles(struct exporting *exporting, const struct snapshot *snapshot,
                        const struct query *query, const struct export_about *about,
                        struct aro_error *err)
{
    const struct export_options *options = exporting->options;
    const struct export_tiles what = {
        .snapshot = snapshot,
        .request = {.sets = exporting->sets,
                    .query = query,
                    .points_zoom = (uint8_t)exporting->settings.tile_points_zoom,
                    .cell_px = (uint32_t)exporting->settings.cluster_cell_px,
                    .budget = (size_t)exporting->settings.tile_budget},
        .positions = &about->positions,
        .min_zoom = (uint8_t)options->min_zoom,
        .max_zoom = (uint8_t)options->max_zoom,
        .bbox = options->bbox ? &exporting->bbox : NULL,
        .n_threads = n_threads(options),
        .context = exporting,
        .add = on_tile,
        .on_progress = on_progress,
        .stopped = stopped,
    };
    return export_archive_begin(&exporting->archive, exporting->format, exporting->path,
                                options->force, &about->tileset, err) &&
           export_tiles(&what, &exporting->n_tiles, err) &&
           (exporting->n_tiles > 0 ||
            aro_error_set(err, ARO_NOT_FOUND, "nothing to export: no tile holds anything")) &&
           export_archive_finish(&exporting->archive, err);
}

/* The filters, read as those of a request are. NULL in out_query: none is set. */
static bool read_query(struct exporting *exporting, const struct snapshot *snapshot,
                       struct query **out_query, struct aro_error *err)
{
    char *const *params = exporting->options->params;
    const struct request request = {.settings = &exporting->settings,
                                    .snapshot = snapshot,
                                    .params = (const char *const *)params};
    bool has_any = false;
    for (size_t i = 0; i < N_FILTERS; i++)
        has_any |= params[filter_params[i]] != NULL;
    *out_query = has_any ? query_new(&request, &collections[COLLECTION_INITIATIVES], err) : NULL;
    return *out_query || !has_any;
}

static bool export_snapshot(struct exporting *exporting, const struct snapshot *snapshot,
                            struct aro_error *err)
{
    const struct export_options *options = exporting->options;
    struct query *query = NULL;
    struct export_about about = {0};
    const struct export_about_request asked = {
        .name = options->name,
        .attribution = options->attribution,
        .sets = exporting->sets,
        .bbox = options->bbox ? &exporting->bbox : NULL,
        .min_zoom = (uint8_t)options->min_zoom,
        .max_zoom = (uint8_t)options->max_zoom,
    };
    bool ok = read_query(exporting, snapshot, &query, err) &&
              export_about_make(&about, &asked, snapshot, query, err) &&
              write_tiles(exporting, snapshot, query, &about, err);
    export_archive_clear(&exporting->archive);
    export_about_clear(&about);
    query_free(query);
    return ok;
}

static bool export_features(struct exporting *exporting, const struct snapshot *snapshot,
                            struct aro_error *err)
{
    const struct export_options *options = exporting->options;
    const char *params[PARAM_COUNT_OF_ALL];
    memcpy(params, options->params, sizeof params);
    params[PARAM_BBOX] = options->bbox;
    const struct export_file what = {
        .snapshot = snapshot,
        .collection = exporting->collection,
        .writer = exporting->writer,
        .params = params,
        .settings = &exporting->settings,
        .path = exporting->path,
        .replace = options->force,
        .context = exporting,
        .on_progress = on_progress,
        .stopped = stopped,
    };
    return export_file(&what, &exporting->n_features, err);
}

/* What a server has kept of the store as it is now, or anew. */
static const struct snapshot *read_store(const char *location, struct aro_error *err)
{
    struct schema_store *store = NULL;
    struct snapshot *snapshot = NULL;
    char *kept = snapshot_file_path(location, NULL, err);
    struct snapshot_key key = snapshot_key_of(location);
    const struct snapshot_room room = snapshot_room_of(NULL);
    if (kept && key.text[0] != '\0')
        snapshot = snapshot_file_map(kept, &key, NULL);
    if (snapshot && !image_check_bulk(snapshot->image, NULL, NULL, NULL)) {
        snapshot_release(snapshot);
        snapshot = NULL;
    }
    if (kept && !snapshot && schema_store_open(location, SCHEMA_READ, &store, err))
        snapshot = snapshot_build(store, NULL, &room, err);
    schema_store_close(store);
    free(kept);
    return snapshot;
}

static bool export_store(struct exporting *exporting, struct aro_error *err)
{
    if (!schema_aside_check(exporting->path, exporting->options->force, err))
        return false;
    const struct snapshot *snapshot = read_store(exporting->options->store, err);
    bool ok = snapshot && (exporting->writer ? export_features(exporting, snapshot, err)
                                             : export_snapshot(exporting, snapshot, err));
    snapshot_release(snapshot);
    return ok;
}

static int report(const struct exporting *exporting, bool ok, const struct aro_error *err,
                  double seconds)
{
    struct stat status;
    if (ok) {
        double megabytes = stat(exporting->path, &status) == 0 ? (double)status.st_size / 1e6 : 0;
        if (exporting->writer)
            printf("%s: %zu %s, %.1f MB (%.2f s)\n", exporting->path, exporting->n_features,
                   exporting->collection->id, megabytes, seconds);
        else
            printf("%s: %" PRIu64 " tiles, zooms %d to %d, %.1f MB (%.2f s)\n", exporting->path,
                   exporting->n_tiles, (int)exporting->options->min_zoom,
                   (int)exporting->options->max_zoom, megabytes, seconds);
        return CLI_DONE;
    }
    const char *rest = err->status == ARO_CONFLICT  ? ": --force replaces it"
                       : err->status == ARO_STOPPED ? "; nothing was written"
                                                    : "";
    fprintf(stderr, "arobase: %s%s\n", err->message, rest);
    return CLI_FAILED;
}

static int export_and_report(struct exporting *exporting)
{
    struct aro_error err = {0};
    double start_s = clock_seconds();
    exporting->stop_fd = stop_open();
    progress_start(&exporting->progress);
    bool ok = export_store(exporting, &err);
    progress_clear(&exporting->progress);
    stop_close(exporting->stop_fd);
    return report(exporting, ok, &err, clock_seconds() - start_s);
}

/* ---- The command line ---- */

static bool read_layers(const char *text, unsigned *out_sets, struct aro_error *err)
{
    unsigned sets = 0;
    while (text) {
        char name[64];
        size_t len = strcspn(text, ",");
        snprintf(name, sizeof name, "%.*s", (int)len, text);
        const struct tileset_info *info = tileset_find(name, err);
        if (!info)
            return false;
        sets |= info->set;
        text = text[len] ? text + len + 1 : NULL;
    }
    *out_sets = sets;
    return true;
}

/* "FILE", or "KIND --output FILE". */
static int read_words(struct exporting *exporting, const char *const *words)
{
    const struct export_options *options = exporting->options;
    struct aro_error err = {0};
    if (words[0] && words[1])
        return cli_usage("export", "one file at a time");
    exporting->path = options->output ? options->output : words[0];
    if (!exporting->path)
        return cli_usage("export", "into which file?");
    const char *kind = options->output && words[0] ? words[0] : "initiatives";
    exporting->collection = collection_find(kind, &err);
    return exporting->collection ? CLI_DONE : cli_usage("export", err.message);
}

static bool is_geojson(const struct format_writer *writer)
{
    return writer == &format_geojson || writer == &format_geojsonseq || writer == &format_geojsonl;
}

static int find_format(struct exporting *exporting)
{
    const struct export_options *options = exporting->options;
    const char *dot = strrchr(exporting->path, '.');
    const char *ending = options->format ? options->format : dot ? dot + 1 : "";
    bool has_dialect = options->params[PARAM_DIALECT] != NULL;
    exporting->writer = format_writer_ending(ending);
    if (!exporting->writer)
        exporting->format = export_format_of(options->format, exporting->path);
    if (!exporting->writer && exporting->format == EXPORT_NO_FORMAT)
        return cli_usage("export", "which format? End the file's name in .csv, .geojson, "
                                   ".geojsonseq, .geojsonl, .gpkg, .fgb, .mbtiles or .pmtiles, or "
                                   "say --format");
    if (options->params[PARAM_CRS] && !exporting->writer)
        return cli_usage("export", "--crs is for features: tiles are in Web Mercator");
    if (options->params[PARAM_CRS] && is_geojson(exporting->writer))
        return cli_usage("export", "--crs is for .csv, .fgb and .gpkg: GeoJSON is in longitude and "
                                   "latitude, and a file of it cannot say otherwise");
    if (has_dialect && exporting->writer != &format_csv)
        return cli_usage("export", "--dialect is for CSV");
    return CLI_DONE;
}

/* What is wrong on the command line, or CLI_DONE. */
static int check(struct exporting *exporting, const char *const *words)
{
    const struct export_options *options = exporting->options;
    struct aro_error err = {0};
    int code = read_words(exporting, words);
    if (code == CLI_DONE)
        code = find_format(exporting);
    if (code != CLI_DONE)
        return code;
    if (!options->store)
        return cli_usage("export", "from which store? Say --store FILE");
    if (options->min_zoom > options->max_zoom)
        return cli_usage("export", "--minzoom is above --maxzoom");
    if (!read_layers(options->layers, &exporting->sets, &err))
        return cli_usage("export", err.message);
    if (options->bbox &&
        !geo_bbox_parse(options->bbox, strlen(options->bbox), &exporting->bbox, &err))
        return cli_usage("export", err.message);
    return CLI_DONE;
}

int cli_export(int n, char *const *argv)
{
    struct aro_error err = {0};
    struct export_options options = {0};
    struct exporting exporting = {.options = &options};
    struct infos infos;
    const struct option_table table = make_table(&infos);
    const char **words = calloc((size_t)n + 1, sizeof *words);
    int code = CLI_DONE;
    if (!words)
        code = cli_fail(CLI_FAILED, "out of memory");
    else if (!options_parse(&table, n, argv, &options, words, &err) ||
             !settings_parse(0, NULL, &exporting.settings, &err))
        code = cli_usage("export", err.message);
    else
        code = check(&exporting, words);
    if (code == CLI_DONE)
        code = export_and_report(&exporting);
    settings_clear(&exporting.settings);
    options_clear(&table, &options);
    free(words);
    return code;
}

void cli_export_help(struct aro_buffer *out)
{
    struct infos infos;
    const struct option_table table = make_table(&infos);
    aro_buffer_text(out, "FILE ends in .csv, .geojson, .geojsonseq, .geojsonl, .gpkg (GeoPackage) "
                         "or .fgb (FlatGeobuf) for the\nfeatures of a collection (KIND, or "
                         "initiatives without it), or in .mbtiles (MBTiles 1.3) or .pmtiles\n"
                         "(PMTiles 3) for tiles. Clusters are those of the server: its settings "
                         "are read from AROBASE_…\nvariables. The filters say what counts.\n\n");
    options_help(&table, out);
}
