/*
 * Errors as data: what went wrong, which input was at fault, and a sentence for people.
 *
 * A function that can fail takes `struct aro_error *err` last and writes it on failure only.
 * The first error stays; callers that know more put their context in front of it.
 * `err` may be NULL everywhere here: the caller then only learns that it failed.
 */
#ifndef ARO_GEO_ERROR_H
#define ARO_GEO_ERROR_H

#include <stdbool.h>

enum aro_status {
    ARO_OK,
    ARO_BAD_INPUT, /* what came from outside is wrong: say what, where and what was wanted */
    ARO_NOT_FOUND,
    ARO_CONFLICT,  /* right in itself, but not with what is stored */
    ARO_TOO_LARGE, /* past a documented limit */
    ARO_BUSY,      /* may work when tried again */
    ARO_STOPPED,   /* the user asked to stop (Ctrl-C, SIGTERM) */
    ARO_NO_MEMORY,
    ARO_IO,
};

/** Plain value, owned by the caller; start from {0}. */
struct aro_error {
    enum aro_status status; /* what code branches on */
    char parameter[48];     /* the query parameter, column or property at fault; "" if none */
    char message[512];      /* what a person reads; cut to fit on a UTF-8 boundary */
};

/**
 * Records a failure unless one is recorded already.
 *
 * @return  false, so that a caller can `return aro_error_set(err, …);`
 */
bool aro_error_set(struct aro_error *err, enum aro_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Like aro_error_set(), naming the parameter, column or property at fault. Returns false. */
bool aro_error_set_for(struct aro_error *err, const char *parameter, enum aro_status status,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Records "out of memory" unless an error is recorded already. Returns false. */
bool aro_error_no_memory(struct aro_error *err);

/** Puts "context: " in front of the message of a recorded error. Returns false. */
bool aro_error_context(struct aro_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
