/*
 * Cursors from outside: whatever the text, one that is accepted is the very text that its content
 * is written as. Half of the inputs get a right checksum, so that what is behind it is reached.
 */
#include "server/cursor.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_text(const char *text, enum cursor_order order)
{
    struct cursor cursor = {0};
    struct aro_error err = {0};
    char again[CURSOR_TEXT_BYTES];
    if (!cursor_parse(text, order, "scope", &cursor, &err)) {
        require(err.status == ARO_BAD_INPUT && strcmp(err.parameter, "cursor") == 0);
        return;
    }
    require(cursor.order == order && cursor.distance_m >= 0);
    cursor_write(&cursor, "scope", again);
    require(strcmp(text, again) == 0);
}

static void check_content(const uint8_t *data, size_t size)
{
    struct cursor cursor = {.order = data[0] % 3}, back = {0};
    uint64_t words[4] = {0};
    memcpy(words, data + 1, size - 1 < sizeof words ? size - 1 : sizeof words);
    cursor.hilbert_key = words[0];
    cursor.id = (int64_t)words[1];
    cursor.seq = (int64_t)words[2];
    if (cursor.order == CURSOR_BY_VALUES) {
        cursor.n_values = size - 1;
        memcpy(cursor.values, data + 1, size - 1);
    }
    if (cursor.order == CURSOR_BY_DISTANCE)
        memcpy(&cursor.distance_m, &words[3], sizeof cursor.distance_m);
    char text[CURSOR_TEXT_BYTES];
    cursor_write(&cursor, "scope", text);
    bool ok = cursor_parse(text, cursor.order, "scope", &back, NULL);
    bool possible = cursor.distance_m >= 0 && cursor.distance_m - cursor.distance_m == 0;
    require(ok == possible);
    require(!ok || (back.id == cursor.id && back.hilbert_key == cursor.hilbert_key &&
                    back.seq == cursor.seq && back.distance_m == cursor.distance_m &&
                    back.n_values == cursor.n_values &&
                    memcmp(back.values, cursor.values, cursor.n_values) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256];
    if (size == 0 || size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    check_text(text, CURSOR_BY_KEY);
    check_text(text, CURSOR_BY_DISTANCE);
    check_text(text, CURSOR_BY_VALUES);
    check_content(data, size);
    return 0;
}
