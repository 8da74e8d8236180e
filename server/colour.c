#include "server/colour.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define LEAST_CONTRAST 4.5

static const struct colour black = {0, 0, 0}, white = {255, 255, 255};

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool colour_parse(const char *text, struct colour *out_colour)
{
    uint8_t parts[3];
    text += *text == '#';
    size_t len = strlen(text), width = len / 3;
    if (len != 3 && len != 6)
        return false;
    for (size_t i = 0; i < 3; i++) {
        int high = digit(text[width * i]), low = digit(text[width * i + width - 1]);
        if (high < 0 || low < 0)
            return false;
        parts[i] = (uint8_t)(16 * high + low);
    }
    *out_colour = (struct colour){parts[0], parts[1], parts[2]};
    return true;
}

static double linear(uint8_t part)
{
    double c = part / 255.0;
    return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour c)
{
    return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) + 0.0722 * linear(c.blue);
}

double colour_contrast(struct colour a, struct colour b)
{
    double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

static uint8_t mix(uint8_t from, uint8_t to, int step)
{
    return (uint8_t)((from * (100 - step) + to * step) / 100);
}

struct colour colour_readable(struct colour colour, struct colour paper)
{
    bool is_light = colour_contrast(black, paper) >= colour_contrast(white, paper);
    struct colour end = is_light ? black : white, tried = colour;
    for (int step = 1; step <= 100 && colour_contrast(tried, paper) < LEAST_CONTRAST; step++)
        tried = (struct colour){mix(colour.red, end.red, step), mix(colour.green, end.green, step),
                                mix(colour.blue, end.blue, step)};
    return tried;
}
