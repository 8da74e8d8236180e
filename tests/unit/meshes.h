/*
 * Areas drawn with letters, for tests: each cell of a grid belongs to the shape of its letter
 * ('A' is shape 0), '.' to none. Corners and the vertices along the sides of cells are moved out
 * of line, the same for both neighbours, and never so far that lines could cross.
 */
#ifndef ARO_TESTS_MESHES_H
#define ARO_TESTS_MESHES_H

#include <stdlib.h>
#include <string.h>

#include "geo/rings.h"
#include "tests/unit/random.h"

enum { MESHES_MAX_SIDE = 32, MESHES_CELL_E7 = 10000 };

struct letters {
    char cells[MESHES_MAX_SIDE][MESHES_MAX_SIDE]; /* row by row from the north */
    int width, height;
    int steps;               /* edges along the side of a cell: 1 to 4 */
    int jitter_e7;           /* 0 to 1000 */
    struct geo_coord corner; /* south-west */
    uint64_t seed;
};

/** Rows are separated by '/'. */
static inline struct letters letters_from(const char *rows)
{
    struct letters letters = {.steps = 1};
    for (const char *row = rows; *row; letters.height++) {
        letters.width = (int)strcspn(row, "/");
        memcpy(letters.cells[letters.height], row, (size_t)letters.width);
        row += letters.width + (row[letters.width] == '/');
    }
    return letters;
}

/** The nearest of some places decides the letter; then some cells change theirs. */
static inline struct letters letters_random(uint64_t *seed, int side, int n_letters)
{
    struct letters letters = {
        .width = side, .height = side, .steps = 1 + (int)random_below(seed, 4)};
    int rows[26], columns[26];
    letters.jitter_e7 = (int)random_below(seed, 1001);
    letters.seed = random_bits(seed);
    letters.corner.lon_e7 = (int32_t)((int64_t)random_below(seed, 3000000000u) - 1500000000);
    letters.corner.lat_e7 = (int32_t)((int64_t)random_below(seed, 1600000000u) - 800000000);
    for (int i = 0; i < n_letters; i++) {
        rows[i] = (int)random_below(seed, (uint64_t)side);
        columns[i] = (int)random_below(seed, (uint64_t)side);
    }
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++) {
            int best = 0, best_distance = 1 << 30;
            for (int i = 0; i < n_letters; i++) {
                int dr = row - rows[i], dc = column - columns[i];
                if (dr * dr + dc * dc < best_distance) {
                    best = i;
                    best_distance = dr * dr + dc * dc;
                }
            }
            if (random_below(seed, 8) == 0)
                best = (int)random_below(seed, (uint64_t)n_letters + 2);
            letters.cells[row][column] = best < n_letters ? (char)('A' + best) : '.';
        }
    return letters;
}

static inline char letter_at(const struct letters *letters, int row, int column)
{
    bool outside = row < 0 || column < 0 || row >= letters->height || column >= letters->width;
    return outside ? '.' : letters->cells[row][column];
}

/* A number from -jitter to jitter that depends on the place only. */
static inline int32_t letters_jitter(const struct letters *letters, int a, int b, int c)
{
    uint64_t state = letters->seed ^ ((uint64_t)a << 40 | (uint64_t)b << 20 | (uint64_t)c);
    random_bits(&state);
    return (int32_t)random_below(&state, (uint64_t)letters->jitter_e7 * 2 + 1) - letters->jitter_e7;
}

/* The corner of cells: row 0 to height, column 0 to width. */
static inline struct geo_coord letters_corner(const struct letters *letters, int row, int column)
{
    return (struct geo_coord){letters->corner.lon_e7 + column * MESHES_CELL_E7 +
                                  letters_jitter(letters, row, column, 0),
                              letters->corner.lat_e7 + (letters->height - row) * MESHES_CELL_E7 +
                                  letters_jitter(letters, row, column, 1)};
}

/* Vertex `step` of steps on the side between two corners; from is the lesser one. */
static inline struct geo_coord letters_side(const struct letters *letters, const int from[2],
                                            const int to[2], int step)
{
    struct geo_coord a = letters_corner(letters, from[0], from[1]);
    struct geo_coord b = letters_corner(letters, to[0], to[1]);
    int32_t off = letters_jitter(letters, from[0] * 64 + from[1], to[0] * 64 + to[1], step) * 3 / 4;
    bool across = from[0] == to[0];
    return (struct geo_coord){
        a.lon_e7 + (b.lon_e7 - a.lon_e7) * step / letters->steps + (across ? 0 : off),
        a.lat_e7 + (b.lat_e7 - a.lat_e7) * step / letters->steps + (across ? off : 0)};
}

/* The four ways along the grid, counter-clockwise: east, north, west, south. */
static const int letters_ways[4][2] = {{0, 1}, {-1, 0}, {0, -1}, {1, 0}};

/* By way: the cell at the left and at the right of a side that begins at corner 0, 0. */
static const int letters_left[4][2] = {{-1, 0}, {-1, -1}, {0, -1}, {0, 0}};
static const int letters_right[4][2] = {{0, 0}, {-1, 0}, {-1, -1}, {0, -1}};

/* The cells of one letter that hang together by their sides: a polygon. */
struct letters_part {
    const struct letters *letters;
    bool holds[MESHES_MAX_SIDE][MESHES_MAX_SIDE];
    bool done[MESHES_MAX_SIDE + 1][MESHES_MAX_SIDE + 1][4]; /* sides, by corner and way */
};

static inline bool letters_part_holds(const struct letters_part *part, const int corner[2],
                                      const int cell[2])
{
    int row = corner[0] + cell[0], column = corner[1] + cell[1];
    return row >= 0 && column >= 0 && row < part->letters->height &&
           column < part->letters->width && part->holds[row][column];
}

static inline bool letters_border(const struct letters_part *part, const int corner[2], int way)
{
    return letters_part_holds(part, corner, letters_left[way]) &&
           !letters_part_holds(part, corner, letters_right[way]);
}

static inline void letters_spread(struct letters_part *part, int row, int column)
{
    char letter = part->letters->cells[row][column];
    part->holds[row][column] = true;
    for (int way = 0; way < 4; way++) {
        int r = row + letters_ways[way][0], c = column + letters_ways[way][1];
        if (letter_at(part->letters, r, c) == letter && !part->holds[r][c])
            letters_spread(part, r, c);
    }
}

/* Appends the vertices of a side but the one at its end. */
static inline void letters_add_side(const struct letters *letters, const int at[2], int way,
                                    struct geo_rings *rings)
{
    int to[2] = {at[0] + letters_ways[way][0], at[1] + letters_ways[way][1]};
    bool rises = way == 0 || way == 3;
    geo_rings_add(rings, letters_corner(letters, at[0], at[1]), NULL);
    for (int i = 1; i < letters->steps; i++)
        geo_rings_add(
            rings,
            letters_side(letters, rises ? at : to, rises ? to : at, rises ? i : letters->steps - i),
            NULL);
}

/* Follows the border, the part at its left, from one of its sides; each way back to a corner that
 * was passed makes a ring. */
static inline void letters_walk(struct letters_part *part, int row, int column, int way,
                                struct geo_rings *rings)
{
    static const int MAX_SIDES = 4 * MESHES_MAX_SIDE * MESHES_MAX_SIDE;
    int(*path)[3] = malloc((size_t)MAX_SIDES * sizeof *path), len = 0;
    int at[2] = {row, column};
    while (!part->done[at[0]][at[1]][way]) {
        part->done[at[0]][at[1]][way] = true;
        path[len][0] = at[0];
        path[len][1] = at[1];
        path[len++][2] = way;
        at[0] += letters_ways[way][0];
        at[1] += letters_ways[way][1];
        for (int i = 0; i < len; i++)
            if (path[i][0] == at[0] && path[i][1] == at[1]) {
                for (int j = i; j < len; j++)
                    letters_add_side(part->letters, path[j], path[j][2], rings);
                geo_rings_end_ring(rings, NULL);
                len = i;
            }
        way = (way + 1) % 4; /* to the left first */
        while (!letters_border(part, at, way))
            way = (way + 3) % 4;
    }
    free(path);
}

/* Appends one polygon: its outer ring, then its holes. */
static inline void letters_polygon(const struct letters *letters, int row, int column,
                                   struct letters_part *part, struct geo_rings *rings)
{
    memset(part, 0, sizeof *part);
    part->letters = letters;
    letters_spread(part, row, column);
    struct geo_rings loops = {0};
    for (int r = 0; r <= letters->height; r++)
        for (int c = 0; c <= letters->width; c++)
            for (int way = 0; way < 4; way++)
                if (letters_border(part, (int[]){r, c}, way) && !part->done[r][c][way])
                    letters_walk(part, r, c, way, &loops);
    for (int sign = 1; sign >= -1; sign -= 2)
        for (size_t ring = 0; ring < loops.rings.n; ring++) {
            struct geo_run run = geo_ends_run(&loops.rings, ring);
            if ((geo_rings_area2(&loops, ring) > 0) != (sign > 0))
                continue;
            for (uint32_t i = run.first; i < run.end; i++)
                geo_rings_add(rings, loops.coords[i], NULL);
            geo_rings_end_ring(rings, NULL);
        }
    geo_rings_end_polygon(rings, NULL);
    geo_rings_clear(&loops);
}

/** Appends n_letters shapes; a letter that is nowhere gives an empty one. */
static inline void letters_shapes(const struct letters *letters, int n_letters,
                                  struct geo_rings *rings)
{
    struct letters_part *part = malloc(sizeof *part);
    for (int letter = 'A'; letter < 'A' + n_letters; letter++) {
        bool drawn[MESHES_MAX_SIDE][MESHES_MAX_SIDE] = {{false}};
        for (int row = 0; row < letters->height; row++)
            for (int column = 0; column < letters->width; column++) {
                if (letters->cells[row][column] != letter || drawn[row][column])
                    continue;
                letters_polygon(letters, row, column, part, rings);
                for (int r = 0; r < letters->height; r++)
                    for (int c = 0; c < letters->width; c++)
                        drawn[r][c] |= part->holds[r][c];
            }
        geo_rings_end_shape(rings, NULL);
    }
    free(part);
}

#endif
