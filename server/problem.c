#include "server/problem.h"

#include "geo/json.h"

static const struct {
    enum aro_status status;
    unsigned http_status;
} statuses[] = {
    {ARO_BAD_INPUT, 400}, {ARO_NOT_FOUND, 404}, {ARO_CONFLICT, 409},  {ARO_TOO_LARGE, 413},
    {ARO_BUSY, 503},      {ARO_STOPPED, 503},   {ARO_NO_MEMORY, 503}, {ARO_IO, 500},
};

unsigned problem_http_status(enum aro_status status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            return statuses[i].http_status;
    return 500;
}

/* RFC 9110, section 15. */
static const struct {
    unsigned http_status;
    const char *title;
} titles[] = {
    {400, "Bad Request"},           {404, "Not Found"},
    {405, "Method Not Allowed"},    {409, "Conflict"},
    {413, "Content Too Large"},     {414, "URI Too Long"},
    {500, "Internal Server Error"}, {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

const char *problem_title(unsigned http_status)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].http_status == http_status)
            return titles[i].title;
    return "Error";
}

void problem_write(struct aro_buffer *out, unsigned http_status, const char *detail,
                   const char *parameter)
{
    aro_buffer_text(out, "{\"type\":\"about:blank\",\"title\":");
    aro_json_text(out, problem_title(http_status));
    aro_buffer_printf(out, ",\"status\":%u,\"detail\":", http_status);
    aro_json_text(out, detail);
    if (parameter && *parameter) {
        aro_buffer_text(out, ",\"parameter\":");
        aro_json_text(out, parameter);
    }
    aro_buffer_text(out, "}\n");
}
