/* Query strings: whatever comes, a sentence or a canonical form that parses to itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct params params = {0}, again = {0};
    struct aro_error err = {0};
    param_set known = size > 0 ? UINT64_MAX >> (data[0] & 31) : 0;
    bool lenient = size > 0 && (data[0] & 64);
    if (!params_parse((const char *)data + (size > 0), size - (size > 0), known, lenient, &params,
                      &err)) {
        if (err.status == ARO_OK || !*err.message)
            abort();
        return 0;
    }
    if (!params_parse(params.canonical, strlen(params.canonical), known, false, &again, &err) ||
        strcmp(params.canonical, again.canonical) != 0)
        abort();
    params_clear(&params);
    params_clear(&again);
    return 0;
}
