/* rewrite/hint.h - client hints. */
#pragma once

#include "base/buf.h"
#include "http/field.h"

/* Whether a field name is a client hint that is not on the low-entropy list
 * (Client Hints Infrastructure, 3.1): Save-Data, Sec-CH-UA, -Mobile and
 * -Platform. */
bool hint_is_high_entropy(struct str name);

/* Append a list of hint names (Accept-CH) without those of high entropy. */
void hints_write_low(struct buf *out, struct str list);
