/*
 * The `datetime` parameter from outside: whatever the text, what is accepted is in order, and a
 * day that is accepted is in the year that its text begins with.
 */
#include "server/datetime.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[128];
    struct day_range days = {0, 0};
    struct aro_error err = {0};
    int32_t day = 0;
    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (geo_day_parse(text, strlen(text), &day))
        require(geo_day_year(day) == atoi((char[]){text[0], text[1], text[2], text[3], 0}));
    if (datetime_parse(text, &days, &err))
        require(days.first <= days.last);
    else
        require(err.status == ARO_BAD_INPUT && strcmp(err.parameter, "datetime") == 0);
    return 0;
}
