/*
 * A place as a person types it into a form: the name of a commune, or a code, or both.
 */
#ifndef ARO_SERVER_LIEU_H
#define ARO_SERVER_LIEU_H

#include "server/http.h"

enum { LIEU_MAX_FOUND = 8 };

/** Plain value. */
struct lieu {
    enum param param; /* PARAM_COMMUNE or PARAM_EPCI; PARAM_COUNT_OF_ALL: it is no place */
    char code[16];
    uint32_t found[LIEU_MAX_FOUND]; /* communes of such a name, the best first; none for a code */
    size_t n_found;
};

/**
 * @param text  "Martigues", "13056", "Martigues (13056)", "200054807"
 * @param err   ARO_NO_MEMORY
 */
bool lieu_find(const struct snapshot *snapshot, const char *text, struct lieu *out_lieu,
               struct aro_error *err);

/** Appends what a form's field says of the place in commune= or epci=: "Martigues (13056)". */
void lieu_write(const struct snapshot *snapshot, const char *const *params, struct aro_buffer *out);

#endif
