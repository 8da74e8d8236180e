#include "geo/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A cut must not leave half a character: drop trailing continuation bytes and their lead byte. */
static void trim_partial_utf8(char *text, size_t capacity, int wanted_len)
{
    if (wanted_len < 0 || (size_t)wanted_len < capacity)
        return;
    size_t len = strlen(text);
    size_t lead = len;
    while (lead > 0 && len - lead < 3 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80)
        lead--;
    if (lead == 0)
        return;
    unsigned char byte = (unsigned char)text[lead - 1];
    size_t need = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    if (need > 1 && len - (lead - 1) < need)
        text[lead - 1] = '\0';
}

static bool record(struct aro_error *err, const char *parameter, enum aro_status status,
                   const char *format, va_list args) __attribute__((format(printf, 4, 0)));

static bool record(struct aro_error *err, const char *parameter, enum aro_status status,
                   const char *format, va_list args)
{
    if (!err || err->status != ARO_OK)
        return false;
    err->status = status;
    snprintf(err->parameter, sizeof err->parameter, "%s", parameter);
    int wanted_len = vsnprintf(err->message, sizeof err->message, format, args);
    trim_partial_utf8(err->message, sizeof err->message, wanted_len);
    return false;
}

bool aro_error_set(struct aro_error *err, enum aro_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    record(err, "", status, format, args);
    va_end(args);
    return false;
}

bool aro_error_set_for(struct aro_error *err, const char *parameter, enum aro_status status,
                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    record(err, parameter, status, format, args);
    va_end(args);
    return false;
}

bool aro_error_no_memory(struct aro_error *err)
{
    return aro_error_set(err, ARO_NO_MEMORY, "out of memory");
}

bool aro_error_context(struct aro_error *err, const char *format, ...)
{
    if (!err || err->status == ARO_OK)
        return false;
    char context[sizeof err->message];
    va_list args;
    va_start(args, format);
    int wanted_len = vsnprintf(context, sizeof context, format, args);
    va_end(args);
    trim_partial_utf8(context, sizeof context, wanted_len);
    char message[2 * sizeof err->message + 4];
    wanted_len = snprintf(message, sizeof message, "%s: %s", context, err->message);
    snprintf(err->message, sizeof err->message, "%.*s", (int)sizeof err->message - 1, message);
    trim_partial_utf8(err->message, sizeof err->message, wanted_len);
    return false;
}
