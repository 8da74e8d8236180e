/*
 * Ctrl-C, SIGTERM and SIGHUP while a command works: it asks now and then, and ends in order.
 */
#ifndef ARO_SERVER_STOP_H
#define ARO_SERVER_STOP_H

#include <stdbool.h>

/** Holds the signals back, in threads started from now on too. -1: they cannot be asked for. */
int stop_open(void);

/** Whether one of them came. */
bool stop_asked(int fd);

/** A signal that nobody asked for is still held back. */
void stop_close(int fd);

#endif
