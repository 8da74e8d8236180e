/*
 * The conformance classes of OGC standards that /conformance declares.
 *
 * The table is made from conformance/classes.txt, which ties each class to the tests that prove it:
 * the build fails where one of those does not exist.
 */
#ifndef ARO_SERVER_CONFORMANCE_H
#define ARO_SERVER_CONFORMANCE_H

#include <stddef.h>

extern const char *const conformance_classes[];
extern const size_t n_conformance_classes;

#endif
