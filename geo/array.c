#include "geo/array.h"

#include <stdint.h>
#include <stdlib.h>

void *aro_array_enlarge(void *items, size_t *capacity, size_t item_bytes, struct aro_error *err)
{
    size_t wanted = *capacity ? *capacity * 2 : 64;
    void *grown = wanted > SIZE_MAX / item_bytes ? NULL : realloc(items, wanted * item_bytes);
    if (!grown) {
        aro_error_no_memory(err);
        return NULL;
    }
    *capacity = wanted;
    return grown;
}
