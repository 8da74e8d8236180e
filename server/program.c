#include "server/program.h"

#include <stdio.h>
#include <xxhash.h>

uint64_t program_sum(void)
{
    char bytes[1 << 14];
    FILE *program = fopen("/proc/self/exe", "re");
    XXH3_state_t *state = XXH3_createState();
    uint64_t sum = 0;
    if (program && state && XXH3_64bits_reset(state) == XXH_OK) {
        for (size_t n; (n = fread(bytes, 1, sizeof bytes, program)) > 0;)
            XXH3_64bits_update(state, bytes, n);
        sum = ferror(program) ? 0 : XXH3_64bits_digest(state);
    }
    XXH3_freeState(state);
    if (program)
        fclose(program);
    return sum;
}
