/* Headers of proxies: whatever comes, a base URL that base_url_check() accepts, or none. */
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/forwarded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input, cut at line ends, one header each. */
static void fill_headers(struct exchange *exchange, char *text)
{
    char *rest = text;
    for (int i = HTTP_FORWARDED; i <= HTTP_X_FORWARDED_PREFIX && rest; i++) {
        char *line = strsep(&rest, "\n");
        exchange->headers[i] = *line ? line : NULL;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0A000001)};
    struct exchange exchange = {.peer = (struct sockaddr *)&peer,
                                .local_url = "http://127.0.0.1:8080"};
    struct address_set trusted = {0};
    struct aro_error err = {0};
    char *text = strndup((const char *)data, size);
    if (!text || !address_set_parse("10.0.0.0/8,2001:db8::/32", &trusted, &err))
        abort();
    fill_headers(&exchange, text);
    char *url = forwarded_base_url(&exchange, &trusted);
    if (url && (strpbrk(url, "\"'<> \t\r\n\\@?#") || !base_url_check(url, &err)))
        abort();
    free(url);
    address_set_clear(&trusted);
    if (address_set_parse(text, &trusted, &err))
        address_set_clear(&trusted);
    free(text);
    return 0;
}
