/* net/client_count.h - how many connections each client address has, over all
 * workers: for the limit `connections_per_client`.
 *
 * One lock, taken twice per connection and only where the limit is set.
 */
#pragma once

#include <stdbool.h>

/* Count a connection of this address (16 bytes, IPv4 mapped). Returns how many
 * it has now, this one included. */
unsigned client_count_add(const unsigned char *ip);

/* Count it no more. */
void client_count_remove(const unsigned char *ip);
