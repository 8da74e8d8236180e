#include "geo/spelling.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 32 };

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Optimal string alignment: Damerau, "A technique for computer detection and correction of
 * spelling errors", CACM 7(3), 1964. Words of at most WORD_MAX bytes. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t wrong = a[i - 1] != b[j - 1];
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + wrong);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && above2[j - 2] + 1 < row[j])
                row[j] = above2[j - 2] + 1;
        }
    }
    return rows[a_len % 3][b_len];
}

const char *geo_spelling_nearest(const char *word, const char *const *names, size_t n)
{
    size_t word_len = strlen(word);
    if (word_len == 0 || word_len > WORD_MAX)
        return NULL;
    const char *nearest = NULL;
    size_t limit = word_len < 5 ? 1 : 2;
    for (size_t i = 0; i < n; i++) {
        size_t len = names[i] ? strlen(names[i]) : SIZE_MAX;
        if (len > WORD_MAX)
            continue;
        size_t distance = edit_distance(word, word_len, names[i], len);
        if (distance <= limit && distance < len) {
            nearest = names[i];
            limit = distance == 0 ? 0 : distance - 1;
        }
    }
    return nearest;
}
