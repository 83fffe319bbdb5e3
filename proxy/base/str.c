#include "base/str.h"

#include <strings.h>

bool str_ieq(struct str a, struct str b)
{
    return a.len == b.len && str_istarts(a, b);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len &&
           (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool str_istarts(struct str s, struct str prefix)
{
    if (s.len < prefix.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++) {
        if (ascii_lower(s.ptr[i]) != ascii_lower(prefix.ptr[i]))
            return false;
    }
    return true;
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len &&
           str_eq(str_from(s, s.len - suffix.len), suffix);
}

size_t str_find_char(struct str s, char c, size_t from)
{
    if (from >= s.len)
        return s.len;
    const char *at = memchr(s.ptr + from, c, s.len - from);
    return at != NULL ? (size_t)(at - s.ptr) : s.len;
}

size_t str_find(struct str s, struct str needle)
{
    if (needle.len == 0)
        return 0;
    if (s.len == 0)
        return 0;
    const char *at = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return at != NULL ? (size_t)(at - s.ptr) : s.len;
}

size_t str_ifind(struct str s, struct str needle)
{
    for (size_t i = 0; i + needle.len <= s.len; i++) {
        if (str_istarts(str_from(s, i), needle))
            return i;
    }
    return s.len;
}

struct str str_from(struct str s, size_t from)
{
    if (from > s.len)
        from = s.len;
    return (struct str){s.ptr != NULL ? s.ptr + from : NULL, s.len - from};
}

struct str str_sub(struct str s, size_t from, size_t len)
{
    struct str rest = str_from(s, from);

    if (len < rest.len)
        rest.len = len;
    return rest;
}

static bool is_ows(char c)
{
    return c == ' ' || c == '\t';
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && is_ows(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_ows(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

struct str str_cut(struct str *rest, char separator)
{
    size_t at = str_find_char(*rest, separator, 0);
    struct str head = str_sub(*rest, 0, at);

    *rest = at < rest->len ? str_from(*rest, at + 1) : (struct str){NULL, 0};
    return head;
}

bool str_to_uint(struct str s, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i]))
            return false;
        uint64_t digit = (uint64_t)(s.ptr[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value > max)
        return false;
    *out = value;
    return true;
}

struct str str_of_uint(char room[static UINT_ROOM], uint64_t number)
{
    size_t at = UINT_ROOM;

    do {
        room[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return str_make(room + at, UINT_ROOM - at);
}

struct str str_of_hex(char room[static UINT_ROOM], uint64_t number,
                      unsigned digits)
{
    size_t at = UINT_ROOM;

    do {
        room[--at] = "0123456789abcdef"[number & 15];
        number >>= 4;
    } while (number > 0 || (UINT_ROOM - at < digits && at > 0));
    return str_make(room + at, UINT_ROOM - at);
}

uint64_t str_hash(struct str s)
{
    uint64_t h = 0xcbf29ce484222325u ^ s.len;
    size_t i = 0;

    for (; i + 8 <= s.len; i += 8) {
        uint64_t word;
        memcpy(&word, s.ptr + i, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    for (; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
    h *= 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}
