/*
 * Memory that runs out at a chosen point, without a hook in the code under test.
 *
 * Include it in one file of the program and link that with the arguments `wrap_allocations` of
 * tests/unit/meson.build. Not for programs with threads.
 */
#ifndef ARO_TESTS_ALLOCATIONS_H
#define ARO_TESTS_ALLOCATIONS_H

#include <stddef.h>
#include <stdint.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

static size_t allocations_left = SIZE_MAX;

/** The next `n` allocations succeed, and none after them; SIZE_MAX for no limit. */
static inline void allow_allocations(size_t n)
{
    allocations_left = n;
}

static inline int allocation_allowed(void)
{
    if (allocations_left == SIZE_MAX)
        return 1;
    if (allocations_left == 0)
        return 0;
    allocations_left--;
    return 1;
}

void *__wrap_malloc(size_t size)
{
    return allocation_allowed() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return allocation_allowed() ? __real_calloc(n, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
    return allocation_allowed() ? __real_realloc(old, size) : NULL;
}

#endif
