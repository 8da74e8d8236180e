/*
 * A check that prints the file, line, case name and goes on, so that one run shows every failure.
 * End each test with assert_int_equal(failures, 0).
 */
#ifndef ARO_TESTS_CHECK_H
#define ARO_TESTS_CHECK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include <stdio.h>

#define CHECK(failures, name, condition)                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, (name), #condition);            \
            (failures)++;                                                                          \
        }                                                                                          \
    } while (0)

#endif
