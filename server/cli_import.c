#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/spelling.h"
#include "schema/import.h"
#include "server/cli.h"
#include "server/clock.h"
#include "server/options.h"
#include "server/progress.h"
#include "server/stop.h"

struct import_options {
    char *store, *crs, *millesime, *code_property, *layer, *report;
    bool skip_errors;
};

static const struct option_info infos[] = {
    {"store", OPTION_TEXT, offsetof(struct import_options, store), "FILE", NULL, 0, 0,
     "the store, made with 'arobase init'"},
    {"crs", OPTION_TEXT, offsetof(struct import_options, crs), "EPSG:N", NULL, 0, 0,
     "reference system of x and y columns and of geometries, such as EPSG:2154; without, what the "
     "file of contours says, or WGS 84"},
    {"millesime", OPTION_TEXT, offsetof(struct import_options, millesime), "YEAR", NULL, 0, 0,
     "with communes and contours: the year of the official geographic code that they are of"},
    {"code-property", OPTION_TEXT, offsetof(struct import_options, code_property), "NAME", NULL, 0,
     0, "with contours: the property that holds the code of the commune; without, it is found"},
    {"layer", OPTION_TEXT, offsetof(struct import_options, layer), "NAME", NULL, 0, 0,
     "with contours in a GeoPackage: the layer; without, the only one, or the one of communes"},
    {"skip-errors", OPTION_FLAG, offsetof(struct import_options, skip_errors), NULL, NULL, 0, 0,
     "import the rows that are right; otherwise one wrong row and nothing is imported"},
    {"report", OPTION_TEXT, offsetof(struct import_options, report), "FILE", NULL, 0, 0,
     "write what was wrong there, all of it"},
};
static const struct option_table table = {infos, sizeof infos / sizeof *infos, true};

/* More than this and one looks into the report. */
enum { PROBLEMS_SHOWN = 20 };

/* What the callbacks of an import share. */
struct importing {
    struct progress progress;
    FILE *report; /* NULL: none asked for */
    uint64_t n_problems;
    int stop_fd;
};

static void print_problem(FILE *out, const struct schema_problem *problem)
{
    fprintf(out, "%s:", problem->file);
    if (problem->line)
        fprintf(out, "%" PRIu64 ":", problem->line);
    if (problem->column && *problem->column)
        fprintf(out, " column '%s':", problem->column);
    if (problem->value && *problem->value)
        fprintf(out, " value \"%s\":", problem->value);
    fprintf(out, " %s%s\n", problem->is_warning ? "warning: " : "", problem->reason);
}

static void on_problem(void *context, const struct schema_problem *problem)
{
    struct importing *importing = context;
    if (importing->report)
        print_problem(importing->report, problem);
    if (++importing->n_problems > PROBLEMS_SHOWN)
        return;
    progress_clear(&importing->progress);
    print_problem(stderr, problem);
}

static void on_progress(void *context, const char *stage, double done)
{
    struct importing *importing = context;
    progress_show(&importing->progress, stage, done);
}

/* Ctrl-C waits until the import asks: the store is then left as it was. */
static bool stopped(void *context)
{
    const struct importing *importing = context;
    return stop_asked(importing->stop_fd);
}

static bool import_files(struct importing *importing, const struct import_options *options,
                         const char *const *words, struct schema_import_summary *out_summary,
                         struct aro_error *err)
{
    const struct schema_import_options import = {
        .crs = options->crs,
        .millesime = options->millesime,
        .code_property = options->code_property,
        .layer = options->layer,
        .skip_errors = options->skip_errors,
        .context = importing,
        .on_problem = on_problem,
        .on_progress = on_progress,
        .stopped = stopped,
    };
    struct schema_store *store = NULL;
    size_t n_paths = 0;
    while (words[1 + n_paths])
        n_paths++;
    if (!schema_store_open(options->store, SCHEMA_WRITE, &store, err))
        return false;
    bool ok = schema_import(store, words[0], words + 1, n_paths, &import, out_summary, err);
    schema_store_close(store);
    return ok;
}

static bool open_report(struct importing *importing, const char *path, struct aro_error *err)
{
    importing->report = path ? fopen(path, "we") : NULL;
    return !path || importing->report ||
           aro_error_set(err, ARO_IO, "cannot write the report '%.200s': %s", path,
                         strerror(errno));
}

static bool close_report(struct importing *importing, struct aro_error *err)
{
    FILE *report = importing->report;
    importing->report = NULL;
    if (!report)
        return true;
    bool written = ferror(report) == 0;
    return (fclose(report) == 0 && written) ||
           aro_error_set(err, ARO_IO, "the report could not be written to its end");
}

static void print_rest(const struct importing *importing)
{
    if (importing->n_problems > PROBLEMS_SHOWN)
        fprintf(stderr, "… and %" PRIu64 " more (--report FILE writes all)\n",
                importing->n_problems - PROBLEMS_SHOWN);
}

static void print_summary(const char *kind, const struct schema_import_summary *sum, double s)
{
    printf("%s: %" PRIu64 " read, %" PRIu64 " added, %" PRIu64 " updated, %" PRIu64
           " unchanged, %" PRIu64 " refused",
           kind, sum->read, sum->added, sum->updated, sum->unchanged, sum->refused);
    if (sum->warnings)
        printf(", %" PRIu64 " warnings", sum->warnings);
    printf(" (%.2f s)\n", s);
}

static int import(const struct import_options *options, const char *const *words)
{
    struct aro_error err = {0};
    struct schema_import_summary sum = {0};
    struct importing importing = {.stop_fd = stop_open()};
    double start_s = clock_seconds();
    progress_start(&importing.progress);
    bool ok = open_report(&importing, options->report, &err) &&
              import_files(&importing, options, words, &sum, &err);
    progress_clear(&importing.progress);
    print_rest(&importing);
    ok = close_report(&importing, &err) && ok;
    stop_close(importing.stop_fd);
    if (ok)
        print_summary(words[0], &sum, clock_seconds() - start_s);
    else
        cli_fail(CLI_FAILED, err.message);
    return ok ? CLI_DONE : CLI_FAILED;
}

static int refuse_kind(const char *word)
{
    const char *const *kinds = schema_import_kinds();
    struct aro_buffer sentence = {0};
    size_t n = 0;
    while (kinds[n])
        n++;
    const char *nearest = geo_spelling_nearest(word, kinds, n);
    aro_buffer_printf(&sentence, "'%.64s' is no kind of data: ", word);
    if (nearest)
        aro_buffer_printf(&sentence, "did you mean '%s'?", nearest);
    for (size_t i = 0; !nearest && i < n; i++)
        aro_buffer_printf(&sentence, "%s%s", i ? ", " : "there are ", kinds[i]);
    char *text = aro_buffer_take_text(&sentence, NULL);
    int code = cli_usage("import", text ? text : "no such kind of data");
    free(text);
    return code;
}

static bool is_kind(const char *word)
{
    for (const char *const *kind = schema_import_kinds(); *kind; kind++)
        if (strcmp(*kind, word) == 0)
            return true;
    return false;
}

/* What is missing on the command line, or CLI_DONE. */
static int check(const struct import_options *options, const char *const *words)
{
    if (!words[0])
        return cli_usage("import", "which kind of data, and which files?");
    if (!is_kind(words[0]))
        return refuse_kind(words[0]);
    if (!words[1])
        return cli_usage("import", "which files?");
    if (!options->store)
        return cli_usage("import", "into which store? Say --store FILE");
    return CLI_DONE;
}

int cli_import(int n, char *const *argv)
{
    struct aro_error err = {0};
    struct import_options options = {0};
    const char **words = calloc((size_t)n + 1, sizeof *words);
    int code = CLI_DONE;
    if (!words)
        code = cli_fail(CLI_FAILED, "out of memory");
    else if (!options_parse(&table, n, argv, &options, words, &err))
        code = cli_usage("import", err.message);
    else
        code = check(&options, words);
    if (code == CLI_DONE)
        code = import(&options, words);
    options_clear(&table, &options);
    free(words);
    return code;
}

void cli_import_help(struct aro_buffer *out)
{
    aro_buffer_text(out, "KIND, in the order they depend on each other:\n ");
    for (const char *const *kind = schema_import_kinds(); *kind; kind++)
        aro_buffer_printf(out, " %s", *kind);
    aro_buffer_text(
        out, "\nFILE: CSV, GeoJSON or GeoJSONSeq, plain or .gz; - is standard input; contours: "
             "GeoJSON,\nGeoJSONSeq, Shapefile (.shp, with .shx, .dbf and .prj beside it) or "
             "GeoPackage (.gpkg)\n\n");
    options_help(&table, out);
}
