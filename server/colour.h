/*
 * Colours that a page is asked to have, and whether they can be read on it (WCAG 2.1).
 */
#ifndef ARO_SERVER_COLOUR_H
#define ARO_SERVER_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

/** sRGB. Plain value. */
struct colour {
    uint8_t red, green, blue;
};

/** Reads three or six hexadecimal digits, with or without "#" before them. */
bool colour_parse(const char *text, struct colour *out_colour);

/**
 * 1 for the same colour to 21 for black and white, in either order.
 *
 * Source: WCAG 2.1, definitions of "contrast ratio" and "relative luminance".
 */
double colour_contrast(struct colour a, struct colour b);

/**
 * The colour itself where its contrast with the paper is 4.5 at least (WCAG 2.1, criterion 1.4.3);
 * else the nearest to it, on the way to black or white, that has that. Any paper has one.
 */
struct colour colour_readable(struct colour colour, struct colour paper);

#endif
