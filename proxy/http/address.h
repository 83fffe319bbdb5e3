/* http/address.h - client addresses with the part that tells a person cut off.
 */
#pragma once

#include "base/buf.h"

/* Append an IPv4 address as its /24 ("203.0.113.0") or an IPv6 address as its
 * /48 ("2001:db8:1::"); an IPv4-mapped one as IPv4. What is no address becomes
 * "-". */
void address_write_truncated(struct buf *out, struct str address);
