/*
 * How far something is: a bar on a terminal, a line each 10 % elsewhere. On standard error.
 */
#ifndef ARO_SERVER_PROGRESS_H
#define ARO_SERVER_PROGRESS_H

#include <stdbool.h>

/** Start from {0} and progress_start(). Owned by one thread. */
struct progress {
    bool terminal, bar_shown;
    char stage[64];
    int last_tenth; /* of the stage, printed */
    double last_shown_s;
};

void progress_start(struct progress *progress);

/** @param done  0 to 1; negative where nobody knows */
void progress_show(struct progress *progress, const char *stage, double done);

/** Takes the bar away, so that something else can be printed. */
void progress_clear(struct progress *progress);

#endif
