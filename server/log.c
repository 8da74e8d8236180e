#include "server/log.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "geo/json.h"

static const char *const level_names[] = {"info", "warn", "error"};

void log_field(struct aro_buffer *line, const char *name, const char *value)
{
    bool bare = *value && strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789.:/_-+,{}*[]") == strlen(value);
    aro_buffer_printf(line, "%s%s=", line->len ? " " : "", name);
    if (bare)
        aro_buffer_text(line, value);
    else
        aro_json_text(line, value);
}

void log_write(struct aro_buffer *line)
{
    aro_buffer_char(line, '\n');
    ssize_t written = line->failed ? 0 : write(STDERR_FILENO, line->data, line->len);
    (void)written; /* nowhere left to say so */
    aro_buffer_clear(line);
}

void log_line(enum log_level level, const char *event, ...)
{
    struct aro_buffer line = {0};
    log_field(&line, "level", level_names[level]);
    log_field(&line, "event", event);
    va_list args;
    va_start(args, event);
    for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *)) {
        const char *value = va_arg(args, const char *);
        log_field(&line, name, value ? value : "");
    }
    va_end(args);
    log_write(&line);
}
