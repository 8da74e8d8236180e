/*
 * Internet addresses: where to listen, whom to trust, and how much of one may be written down.
 */
#ifndef ARO_SERVER_ADDRESS_H
#define ARO_SERVER_ADDRESS_H

#include <stdint.h>
#include <sys/socket.h>

#include "geo/buffer.h"

enum { ADDRESS_TEXT_MAX = 80 };

/**
 * Opens a listening socket.
 *
 * @param text  "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; port 0 takes a free one; "[::]"
 *              listens on IPv4 too
 * @param err   ARO_BAD_INPUT: not an address and port; ARO_IO: taken, or not of this machine
 * @return      a socket that the caller closes; -1 on failure
 */
int address_listen(const char *text, struct aro_error *err);

/** "127.0.0.1:8080" or "[::1]:8080" of the socket's own end; "" when it has none. */
void address_of_socket(int socket, char out[ADDRESS_TEXT_MAX]);

/** True when a socket listens on all addresses (0.0.0.0 or ::). */
bool address_is_any(int socket);

/** For logs: the last byte of an IPv4, all but the first 48 bits of an IPv6 address set to 0. */
void address_truncated(const struct sockaddr *address, char out[ADDRESS_TEXT_MAX]);

/** Addresses and networks. Start from {0}; address_set_clear() releases. Immutable after parse. */
struct address_set {
    struct address_network {
        uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
        unsigned prefix_bits;
    } * networks;
    size_t n;
};

/**
 * @param text  addresses or CIDR, separated by commas or blanks: "10.0.0.0/8,::1"; NULL or "" is
 * the empty set
 * @param err   ARO_BAD_INPUT naming the entry
 */
bool address_set_parse(const char *text, struct address_set *out_set, struct aro_error *err);
void address_set_clear(struct address_set *set);

/** @param address  NULL and other families are in no set */
bool address_set_contains(const struct address_set *set, const struct sockaddr *address);
/** The same for an address as text, with or without port: "192.0.2.1", "[2001:db8::1]:4711".
 * @param text  may be NULL when len is 0 */
bool address_set_contains_text(const struct address_set *set, const char *text, size_t len);

#endif
