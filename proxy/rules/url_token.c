#include "rules/url_token.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* A bit for each of 64 bytes: letter or digit, in lower case. */
static uint64_t token_bits(const char *p)
{
    uint64_t bits = 0;

#ifdef __SSE2__
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p + i);
        /* Shifted so that a signed comparison tells the range. */
        __m128i alpha =
            _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8((char)(128 - 'a'))),
                           _mm_set1_epi8(-128 + 26));
        __m128i digit =
            _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8((char)(128 - '0'))),
                           _mm_set1_epi8(-128 + 10));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(alpha, digit));
        bits |= (uint64_t)mask << (16 * i);
    }
#else
    for (int i = 0; i < 64; i++)
        bits |= (uint64_t)ascii_is_alnum(p[i]) << i;
#endif
    return bits;
}

static uint64_t load(const char *p, size_t len)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
    return len < 8 ? word & (((uint64_t)1 << len * 8) - 1) : word;
}

static uint32_t mix(uint64_t a, uint64_t b)
{
    uint64_t h = a * 0x9e3779b97f4a7c15u;

    h = (h ^ h >> 32 ^ b) * 0xd6e8feb86659fd93u;
    return (uint32_t)(h >> 32);
}

uint32_t token_key(const char *p, size_t len)
{
    uint64_t last = len > 8 ? load(p + len - 8, 8) : 0;

    return mix(load(p, len), last ^ len);
}

uint32_t token_start_key(const char *p)
{
    return mix(load(p, TOKEN_PART), 1);
}

uint32_t token_end_key(const char *p, size_t len)
{
    return mix(load(p + len - TOKEN_PART, TOKEN_PART), 2);
}

static void add(struct url_tokens *t, struct str text, size_t start, size_t end)
{
    uint32_t key = token_key(text.ptr + start, end - start);

    t->signature |= token_bit(key);
    t->tokens[t->count++] = (struct url_token){
        .key = key,
        .start = (uint16_t)start,
        .len = (uint16_t)(end - start),
    };
}

/* Each run of ones in a row of words is a token. */
void url_tokens_find(struct url_tokens *t, struct str text)
{
    size_t start = 0;
    uint64_t carried = 0; /* whether a token reaches into this word */

    t->count = 0;
    t->signature = 0;
    CHECK(text.len <= TOKEN_URL_MAX);
    for (size_t base = 0; base <= text.len; base += 64) {
        uint64_t bits = token_bits(text.ptr + base);
        uint64_t edges = bits ^ (bits << 1 | carried);
        carried = bits >> 63;
        for (; edges != 0; edges &= edges - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(edges);
            if ((bits >> bit & 1) != 0)
                start = base + bit;
            else
                add(t, text, start, base + bit);
        }
    }
}
