/* rules/url_token.h - the letters and digits of a URL, run by run.
 *
 * A token is a run of letters and digits; everything else parts them. What a
 * filter needs and what a URL has are both told in keys of tokens.
 */
#pragma once

#include "base/arena.h"

enum {
    TOKEN_URL_MAX = 8 * 1024, /* of a longer URL the rest is not looked at */
    TOKEN_PAD = 80,           /* readable bytes behind the text */
    TOKEN_PART = 3, /* letters at either end with a key of their own */
};

struct url_token {
    uint32_t key; /* of the whole token */
    uint16_t start, len;
};

struct url_tokens {
    unsigned count;
    uint64_t signature; /* the bits of all tokens */
    struct url_token tokens[TOKEN_URL_MAX / 2 + 1];
};

/* Find the tokens of a text in lower case, of at most TOKEN_URL_MAX bytes and
 * followed by TOKEN_PAD bytes that are NUL. */
void url_tokens_find(struct url_tokens *t, struct str text);

/* The key of a token; eight bytes from `p` are readable whatever its length. */
uint32_t token_key(const char *p, size_t len);

/* The keys of the first and of the last TOKEN_PART letters. */
uint32_t token_start_key(const char *p);
uint32_t token_end_key(const char *p, size_t len);

/* A bit for a token: a text whose signature lacks it does not have the token.
 */
static inline uint64_t token_bit(uint32_t key)
{
    return (uint64_t)1 << (key >> 26);
}
