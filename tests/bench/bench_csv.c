/*
 * How fast are CSV files read? Megabytes (1e6) a second of the best of five runs over one file
 * in the page cache, of two makes: initiatives of some 700 bytes with long quoted texts and
 * accents, and rows of short plain cells; plain and gzip (the figure is of unpacked bytes).
 * Beside them the floor: read(2) of the plain file alone.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "schema/record.h"

enum { RUNS = 5 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static const char ACTIONS[] =
    "La commune a ouvert un espace numérique où les habitants font leurs démarches en ligne, "
    "accompagnés par deux agents formés. Les écoles y travaillent le matin; l'après-midi est "
    "réservé aux associations. Un atelier \"\"vérifier une information\"\" a lieu chaque mois, et "
    "le "
    "conseil municipal est diffusé en direct. Le matériel, reconditionné, vient du syndicat "
    "intercommunal d'énergie.\nLes résultats sont présentés chaque année à la population, avec les "
    "chiffres de fréquentation et le coût.";

static void write_initiatives(FILE *out, size_t n_bytes)
{
    fputs("source;source_id;titre;date;commune;lon;lat;themes;actions;liens\n", out);
    for (unsigned i = 0; ftello(out) < (off_t)n_bytes; i++)
        fprintf(out,
                "synthetique;%u;\"Espace numérique n° %u: démarches, école, associations\";"
                "20%02u-%02u-%02u;%05u;%.5f;%.5f;1a1|2c1;\"%s\";https://www.exemple.fr/initiatives/"
                "%u\n",
                i, i, 10 + i % 11, 1 + i % 12, 1 + i % 28, 1001 + i % 90000, 2 + i % 1000 * 0.001,
                46 + i % 777 * 0.001, ACTIONS, i);
}

static void write_short_cells(FILE *out, size_t n_bytes)
{
    fputs("code,nom,departement,region,epci,population,lon,lat\n", out);
    for (unsigned i = 0; ftello(out) < (off_t)n_bytes; i++)
        fprintf(out, "%05u,Saint-Lieu-%u,%02u,84,200069193,%u,%.4f,%.4f\n", i % 100000, i,
                1 + i % 95, i % 5000, 2 + i % 1000 * 0.001, 46 + i % 777 * 0.001);
}

static void write_gzip(const char *from, const char *to)
{
    static char block[1 << 16];
    FILE *in = fopen(from, "rb");
    gzFile out = gzopen(to, "wb6");
    for (size_t n; in && out && (n = fread(block, 1, sizeof block, in)) > 0;)
        gzwrite(out, block, (unsigned)n);
    if (in)
        fclose(in);
    if (out)
        gzclose(out);
}

static double read_file(const char *path, size_t *out_records)
{
    struct aro_error err = {0};
    double start = seconds();
    struct schema_source *source = schema_source_open(path, &err);
    const struct schema_record *record;
    enum schema_next next = SCHEMA_NEXT_FAILED;
    *out_records = 0;
    while (source && (next = schema_source_next(source, &record, &err)) == SCHEMA_NEXT_RECORD)
        ++*out_records;
    schema_source_close(source);
    if (next != SCHEMA_NEXT_END) {
        fprintf(stderr, "%s: %s\n", path, err.message);
        exit(1);
    }
    return seconds() - start;
}

static double read_bytes(const char *path)
{
    static char block[256 << 10];
    double start = seconds();
    int fd = open(path, O_RDONLY);
    while (fd >= 0 && read(fd, block, sizeof block) > 0)
        ;
    if (fd >= 0)
        close(fd);
    return seconds() - start;
}

static void report(const char *what, const char *path, const char *plain, double n_bytes)
{
    double best = 1e9, floor = 1e9;
    size_t n_records = 0;
    for (int run = 0; run < RUNS; run++) {
        double took = read_file(path, &n_records), raw = read_bytes(plain);
        best = took < best ? took : best;
        floor = raw < floor ? raw : floor;
    }
    printf("%-24s %8.0f MB/s %8.2f million records/s   (read alone: %.0f MB/s)\n", what,
           n_bytes / best / 1e6, (double)n_records / best / 1e6, n_bytes / floor / 1e6);
}

int main(int argc, char **argv)
{
    size_t n_bytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 200u << 20;
    static const struct {
        const char *name;
        void (*write)(FILE *out, size_t n_bytes);
    } makes[] = {{"initiatives", write_initiatives}, {"short cells", write_short_cells}};
    char folder[] = "/tmp/arobase-bench-XXXXXX";
    if (!mkdtemp(folder))
        return 1;
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        char plain[64], packed[64], name[64];
        snprintf(plain, sizeof plain, "%s/rows.csv", folder);
        snprintf(packed, sizeof packed, "%s/rows.csv.gz", folder);
        FILE *out = fopen(plain, "wb");
        if (!out)
            return 1;
        makes[i].write(out, n_bytes);
        double size = (double)ftello(out);
        fclose(out);
        write_gzip(plain, packed);
        report(makes[i].name, plain, plain, size);
        snprintf(name, sizeof name, "%s, gzip", makes[i].name);
        report(name, packed, plain, size);
        remove(plain);
        remove(packed);
    }
    rmdir(folder);
    return 0;
}
