#include "server/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Splits "host:port" at the last colon; brackets around the host are dropped. */
static bool split_host_port(const char *text, char *host, size_t host_size, const char **out_port)
{
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text || !colon[1])
        return false;
    size_t len = (size_t)(colon - text);
    bool bracketed = text[0] == '[' && text[len - 1] == ']';
    if (!bracketed && memchr(text, ':', len))
        return false;
    text += bracketed;
    len -= bracketed ? 2 : 0;
    if (len == 0 || len >= host_size || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    *out_port = colon + 1;
    return strtol(*out_port, NULL, 10) <= 65535;
}

/*
 * What the network does not take yet stays with the snapshot, which all answers share, rather than
 * in up to 4 MB of the kernel's memory for each connection, written and read again when no cache
 * holds it any more: a client of answers of a megabyte needed a third less time for each. How much
 * is under way is left to TCP. Connections inherit it from the socket that listens.
 */
static void bound_unsent(int fd)
{
    enum { UNSENT_BYTES = 128 << 10 };
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &(int){UNSENT_BYTES}, sizeof(int));
}

static int open_socket(const struct addrinfo *info)
{
    int on = 1, off = 0;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bound_unsent(fd);
    if (info->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int failure = errno;
    close(fd);
    errno = failure;
    return -1;
}

int address_listen(const char *text, struct aro_error *err)
{
    char host[256];
    const char *port;
    if (!split_host_port(text, host, sizeof host, &port)) {
        aro_error_set(err, ARO_BAD_INPUT,
                      "'%.64s' is not an address and port such as 127.0.0.1:8080 or [::1]:8080",
                      text);
        return -1;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *infos = NULL;
    int rc = getaddrinfo(host, port, &hints, &infos);
    if (rc != 0) {
        aro_error_set(err, ARO_BAD_INPUT, "cannot listen on '%.64s': %s", text, gai_strerror(rc));
        return -1;
    }
    int fd = open_socket(infos);
    int failure = errno;
    freeaddrinfo(infos);
    if (fd < 0 && failure == EADDRINUSE)
        aro_error_set(err, ARO_IO, "port %s of %s is taken by another program", port, host);
    else if (fd < 0)
        aro_error_set(err, ARO_IO, "cannot listen on '%.64s': %s", text, strerror(failure));
    return fd;
}

static bool own_end(int socket, struct sockaddr_storage *out_address)
{
    socklen_t len = sizeof *out_address;
    return getsockname(socket, (struct sockaddr *)out_address, &len) == 0;
}

/* Of an IPv4 address as 16 bytes (RFC 4291, section 2.5.5.2). */
static const uint8_t mapped_prefix[12] = {[10] = 0xFF, [11] = 0xFF};

static bool address_bytes(const struct sockaddr *address, uint8_t out[16])
{
    if (address && address->sa_family == AF_INET) {
        memcpy(out, mapped_prefix, sizeof mapped_prefix);
        memcpy(out + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
        return true;
    }
    if (address && address->sa_family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
        return true;
    }
    return false;
}

static bool is_mapped(const uint8_t bytes[16])
{
    return IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)bytes);
}

void address_of_socket(int socket, char out[ADDRESS_TEXT_MAX])
{
    struct sockaddr_storage address;
    uint8_t bytes[16];
    char text[INET6_ADDRSTRLEN];
    out[0] = '\0';
    if (!own_end(socket, &address) || !address_bytes((struct sockaddr *)&address, bytes))
        return;
    unsigned port =
        ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                           : ((struct sockaddr_in6 *)&address)->sin6_port);
    bool v4 = is_mapped(bytes);
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes + 12 : bytes, text, sizeof text);
    snprintf(out, ADDRESS_TEXT_MAX, v4 ? "%s:%u" : "[%s]:%u", text, port);
}

bool address_is_any(int socket)
{
    struct sockaddr_storage address;
    if (!own_end(socket, &address))
        return false;
    if (address.ss_family == AF_INET)
        return ((struct sockaddr_in *)&address)->sin_addr.s_addr == htonl(INADDR_ANY);
    return address.ss_family == AF_INET6 &&
           IN6_IS_ADDR_UNSPECIFIED(&((struct sockaddr_in6 *)&address)->sin6_addr);
}

void address_truncated(const struct sockaddr *address, char out[ADDRESS_TEXT_MAX])
{
    uint8_t bytes[16];
    if (!address_bytes(address, bytes)) {
        snprintf(out, ADDRESS_TEXT_MAX, "-");
        return;
    }
    bool v4 = is_mapped(bytes);
    memset(bytes + (v4 ? 15 : 6), 0, v4 ? 1 : 10);
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes + 12 : bytes, out, ADDRESS_TEXT_MAX);
}

/* "192.0.2.1" or "2001:db8::1". */
static bool parse_bytes(const char *text, uint8_t out[16], bool *out_v4)
{
    memcpy(out, mapped_prefix, sizeof mapped_prefix);
    *out_v4 = inet_pton(AF_INET, text, out + sizeof mapped_prefix) == 1;
    return *out_v4 || inet_pton(AF_INET6, text, out) == 1;
}

/* One entry, in place. */
static bool parse_network(char *entry, struct address_network *out, struct aro_error *err)
{
    bool v4;
    char *slash = strchr(entry, '/');
    if (slash)
        *slash = '\0';
    bool ok = parse_bytes(entry, out->bytes, &v4);
    unsigned max_bits = v4 ? 32 : 128;
    unsigned bits = max_bits;
    if (ok && slash) {
        char *end;
        bits = (unsigned)strtoul(slash + 1, &end, 10);
        ok = slash[1] >= '0' && slash[1] <= '9' && !*end && end - slash <= 4 && bits <= max_bits;
    }
    out->prefix_bits = bits + (v4 ? 96 : 0);
    if (slash)
        *slash = '/';
    return ok ||
           aro_error_set(err, ARO_BAD_INPUT,
                         "'%.64s' is not an address or network such as 10.0.0.0/8 or ::1", entry);
}

void address_set_clear(struct address_set *set)
{
    free(set->networks);
    *set = (struct address_set){0};
}

bool address_set_parse(const char *text, struct address_set *out_set, struct aro_error *err)
{
    size_t room = 1;
    for (const char *c = text ? text : ""; *c; c++)
        room += *c == ',' || *c == ' ';
    char *copy = strdup(text ? text : "");
    struct address_set set = {.networks = calloc(room, sizeof *set.networks)};
    bool ok = copy && set.networks ? true : aro_error_no_memory(err);
    char *rest = NULL;
    char *entry = ok ? strtok_r(copy, ", ", &rest) : NULL;
    for (; ok && entry; entry = strtok_r(NULL, ", ", &rest))
        ok = parse_network(entry, &set.networks[set.n++], err);
    free(copy);
    if (ok)
        *out_set = set;
    else
        address_set_clear(&set);
    return ok;
}

static bool in_network(const struct address_network *network, const uint8_t bytes[16])
{
    unsigned whole = network->prefix_bits / 8, rest = network->prefix_bits % 8;
    if (memcmp(network->bytes, bytes, whole) != 0)
        return false;
    return rest == 0 || (network->bytes[whole] ^ bytes[whole]) >> (8 - rest) == 0;
}

static bool set_contains_bytes(const struct address_set *set, const uint8_t bytes[16])
{
    for (size_t i = 0; i < set->n; i++)
        if (in_network(&set->networks[i], bytes))
            return true;
    return false;
}

bool address_set_contains(const struct address_set *set, const struct sockaddr *address)
{
    uint8_t bytes[16];
    return set->n > 0 && address_bytes(address, bytes) && set_contains_bytes(set, bytes);
}

bool address_set_contains_text(const struct address_set *set, const char *text, size_t len)
{
    char host[INET6_ADDRSTRLEN];
    uint8_t bytes[16];
    bool v4;
    if (len == 0)
        return false;
    const char *bracket = text[0] == '[' ? memchr(text, ']', len) : NULL;
    const char *colon = memchr(text, ':', len);
    if (bracket) {
        text++;
        len = (size_t)(bracket - text);
    } else if (colon && !memchr(colon + 1, ':', len - (size_t)(colon + 1 - text))) {
        len = (size_t)(colon - text); /* one colon: a port; more: IPv6 without brackets */
    }
    if (len == 0 || len >= sizeof host)
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    return parse_bytes(host, bytes, &v4) && set_contains_bytes(set, bytes);
}
