/*
 * What the running program is: for what must not outlive a change of it.
 */
#ifndef ARO_SERVER_PROGRAM_H
#define ARO_SERVER_PROGRAM_H

#include <stdint.h>

/** The sum of the program's own file; 0 where it cannot be read. */
uint64_t program_sum(void);

#endif
