/* http/structured.h - dictionaries of structured fields (RFC 9651).
 *
 * The grammar is checked in full, but only Booleans are told: they are what
 * consent is written in.
 */
#pragma once

#include "base/str.h"

enum sf_value {
    SF_FALSE, /* key=?0 */
    SF_TRUE,  /* key, key=?1 */
    SF_OTHER, /* anything else that is well-formed */
};

struct sf_member {
    struct str key;
    enum sf_value value;
};

enum sf_result { SF_MEMBER, SF_END, SF_MALFORMED };

/* Take the next member off a dictionary (4.2.2). A malformed dictionary counts
 * as absent, members before the fault included: see sf_dictionary_is_valid. */
enum sf_result sf_dictionary_next(struct str *rest, struct sf_member *out);

/* Whether the value of a field is a dictionary, the empty one included. */
bool sf_dictionary_is_valid(struct str value);
