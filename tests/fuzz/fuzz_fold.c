/*
 * Folding: whatever the bytes, the folded text is valid UTF-8 without separators at its ends or
 * side by side, no longer than the bound in geo/fold.h, and folds to itself.
 */
#include "geo/fold.h"
#include "geo/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aro_buffer once = {0}, twice = {0};
    geo_fold(&once, (const char *)data, size);
    require(!once.failed && once.len <= 11 * size);
    require(geo_utf8_valid(once.data, once.len));
    if (once.len > 0) {
        require(once.data[0] != ' ' && once.data[once.len - 1] != ' ');
        require(!memmem(once.data, once.len, "  ", 2));
        geo_fold(&twice, once.data, once.len);
        require(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    }
    aro_buffer_clear(&once);
    aro_buffer_clear(&twice);
    return 0;
}
