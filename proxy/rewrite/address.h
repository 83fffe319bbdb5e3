/* rewrite/address.h - client addresses with the visitor's part cut off. */
#pragma once

#include "base/arena.h"

/* An IPv4 address cut to its /24, an IPv6 address to its /48 (one that maps an
 * IPv4 address as that), without port and brackets. What is no address is
 * returned as it is: "unknown", "_hidden". */
struct str address_truncate(struct str address, struct arena *arena);
