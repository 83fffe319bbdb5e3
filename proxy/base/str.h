/* base/str.h - borrowed runs of bytes.
 *
 * A struct str never owns its bytes, is not NUL-terminated, and may hold any
 * byte. An empty one may have a NULL ptr; whether NULL means "absent" is for
 * the function that says so. All case folding is ASCII only, as HTTP and HTML
 * want it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr;
    size_t len;
};

/* A str of a string literal. Not for static initialisers: use STR_INIT. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_INIT(literal)                                                      \
    {                                                                          \
        (literal), sizeof(literal) - 1                                         \
    }

/* For printf: STR_FMT in the format, STR_ARG(s) among the arguments. */
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr

static inline struct str str_of(const char *text)
{
    return (struct str){text, text != NULL ? strlen(text) : 0};
}

static inline struct str str_make(const char *ptr, size_t len)
{
    return (struct str){ptr, len};
}

/* The bytes from `start` up to, not including, `end`. */
static inline struct str str_between(const char *start, const char *end)
{
    return (struct str){start, (size_t)(end - start)};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline char ascii_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static inline bool ascii_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alnum(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* The value of a hexadecimal digit, or -1. */
static inline int ascii_hex(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Compare without ASCII case. */
bool str_ieq(struct str a, struct str b);

bool str_starts(struct str s, struct str prefix);
bool str_istarts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* The offset of the first `c` at or after `from`, or s.len. */
size_t str_find_char(struct str s, char c, size_t from);

/* The offset of the first `needle`, or s.len. An empty needle is at 0. */
size_t str_find(struct str s, struct str needle);
size_t str_ifind(struct str s, struct str needle);

/* The part from `from` on, or `len` bytes of it; both are clipped to s. */
struct str str_from(struct str s, size_t from);
struct str str_sub(struct str s, size_t from, size_t len);

/* Without leading and trailing SP and HTAB (OWS, RFC 9110, 5.6.3). */
struct str str_trim(struct str s);

/* Cut `*rest` at the first `separator`: returns what stands before it and
 * leaves what stands behind. Without one, returns all and leaves `*rest`
 * empty with ptr NULL, so that a loop can end on it. */
struct str str_cut(struct str *rest, char separator);

/* Read a decimal number that is all of `s`; false if `s` is empty, holds
 * anything but digits, or is larger than `max`. */
bool str_to_uint(struct str s, uint64_t max, uint64_t *out);

/* A number as text, in decimal or in lower-case hexadecimal with at least
 * `digits` digits, written into `room` and returned from there. For what is
 * written with every request: printf costs ten times as much. */
enum { UINT_ROOM = 20 };
struct str str_of_uint(char room[static UINT_ROOM], uint64_t number);
struct str str_of_hex(char room[static UINT_ROOM], uint64_t number,
                      unsigned digits);

/* A 64-bit hash for tables whose keys an attacker does not choose. */
uint64_t str_hash(struct str s);
