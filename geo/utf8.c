#include "geo/utf8.h"

/* RFC 3629, section 4. */
size_t geo_utf8_len(const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (len == 0)
        return 0;
    unsigned char lead = bytes[0];
    if (lead < 0x80)
        return 1;
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || need > len)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (lead == 0xE0 && bytes[1] < 0xA0) || (lead == 0xF0 && bytes[1] < 0x90);
    bool surrogate = lead == 0xED && bytes[1] > 0x9F;
    bool too_high = lead == 0xF4 && bytes[1] > 0x8F;
    return overlong || surrogate || too_high ? 0 : need;
}

bool geo_utf8_valid(const char *text, size_t len)
{
    while (len > 0) {
        size_t step = geo_utf8_len(text, len);
        if (step == 0)
            return false;
        text += step;
        len -= step;
    }
    return true;
}
