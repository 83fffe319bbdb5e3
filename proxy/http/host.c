#include "http/host.h"

#include <arpa/inet.h>
#include <idn2.h>

enum { IPV4_PARTS = 4, IPV6_GROUPS = 8 };

static bool is_plain_byte(char c)
{
    return (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' || c == '_';
}

bool host_is_plain(struct str host)
{
    char before = '.';
    size_t last_label = 0;

    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (c == '.' && before != '.')
            last_label = i + 1;
        else if (!is_plain_byte(c))
            return false;
        before = c;
    }
    return before != '.' && !ascii_is_digit(host.ptr[last_label]);
}

/* The forbidden domain code points among ASCII (WHATWG URL, 3.3). */
static bool is_forbidden(char c)
{
    return (c >= '\0' && c <= ' ') || c == 0x7f ||
           memchr("#/:<>?@[\\]^|%", c, 13) != NULL;
}

/* ---- IPv4 ------------------------------------------------------------- */

/* A number in decimal, octal ("0…") or hexadecimal ("0x…"). */
static bool ipv4_number(struct str s, uint64_t *out)
{
    int base = 10;
    uint64_t value = 0;

    if (s.len >= 2 && s.ptr[0] == '0' && ascii_lower(s.ptr[1]) == 'x') {
        base = 16;
        s = str_from(s, 2);
    } else if (s.len >= 2 && s.ptr[0] == '0') {
        base = 8;
        s = str_from(s, 1);
    } else if (s.len == 0) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        int digit = ascii_hex(s.ptr[i]);
        if (digit < 0 || digit >= base)
            return false;
        if (value <= UINT32_MAX)
            value = value * (uint64_t)base + (uint64_t)digit;
    }
    *out = value;
    return true;
}

static bool all_digits(struct str s)
{
    uint64_t ignored;

    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i]))
            return s.len > 2 && ipv4_number(s, &ignored);
    }
    return s.len > 0;
}

/* Whether a browser takes the host for an IPv4 address, well-formed or not. */
static bool ends_in_number(struct str host)
{
    size_t at = host.len;

    while (at > 0 && host.ptr[at - 1] != '.')
        at--;
    struct str last = str_from(host, at);
    return all_digits(last) || str_ieq(last, STR("0x"));
}

static bool ipv4_parse(struct str *out, struct str host, struct arena *arena)
{
    uint64_t address = 0;
    unsigned parts = 0;

    while (host.ptr != NULL) {
        struct str part = str_cut(&host, '.');
        uint64_t number;
        bool last = host.ptr == NULL;
        if (parts == IPV4_PARTS || !ipv4_number(part, &number))
            return false;
        unsigned bits = last ? 8 * (IPV4_PARTS - parts) : 8;
        if (number >> bits != 0)
            return false;
        address = address << bits | number;
        parts++;
    }
    *out =
        arena_printf(arena, "%u.%u.%u.%u", (unsigned)(address >> 24 & 255),
                     (unsigned)(address >> 16 & 255),
                     (unsigned)(address >> 8 & 255), (unsigned)(address & 255));
    return true;
}

/* ---- IPv6 ------------------------------------------------------------- */

/* The first longest run of at least two zero groups; *len 0: none. */
static unsigned zero_run(const unsigned *groups, unsigned *len)
{
    unsigned best = 0;

    *len = 1;
    for (unsigned i = 0; i < IPV6_GROUPS;) {
        unsigned end = i;
        while (end < IPV6_GROUPS && groups[end] == 0)
            end++;
        if (end - i > *len) {
            best = i;
            *len = end - i;
        }
        i = end + 1;
    }
    if (*len < 2)
        *len = 0;
    return best;
}

static bool ipv6_parse(struct str *out, struct str host, struct arena *arena)
{
    char text[INET6_ADDRSTRLEN + 1];
    unsigned char bytes[16];
    unsigned groups[IPV6_GROUPS], run_len;

    if (host.len < 2 || host.ptr[host.len - 1] != ']')
        return false;
    struct str inner = str_sub(host, 1, host.len - 2);
    if (inner.len >= sizeof(text) || memchr(inner.ptr, '\0', inner.len) != NULL)
        return false;
    memcpy(text, inner.ptr, inner.len);
    text[inner.len] = '\0';
    if (inet_pton(AF_INET6, text, bytes) != 1)
        return false;

    for (unsigned i = 0; i < IPV6_GROUPS; i++)
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    unsigned run = zero_run(groups, &run_len);
    struct str result = STR("[");
    for (unsigned i = 0; i < IPV6_GROUPS; i++) {
        if (run_len > 0 && i == run) {
            result = arena_printf(arena, STR_FMT "::", STR_ARG(result));
            i += run_len - 1;
            continue;
        }
        bool colon = i > 0 && !(run_len > 0 && i == run + run_len);
        result = arena_printf(arena, STR_FMT "%s%x", STR_ARG(result),
                              colon ? ":" : "", groups[i]);
    }
    *out = arena_printf(arena, STR_FMT "]", STR_ARG(result));
    return true;
}

/* ---- names ------------------------------------------------------------ */

/* Percent-decode and lower ASCII letters; in memory a NUL follows. */
static struct str decode(struct str input, bool *ascii, struct arena *arena)
{
    char *copy = arena_alloc(arena, input.len + 1);
    size_t len = 0;

    *ascii = true;
    for (size_t i = 0; i < input.len; i++) {
        char c = input.ptr[i];
        if (c == '%' && i + 2 < input.len) {
            int high = ascii_hex(input.ptr[i + 1]);
            int low = ascii_hex(input.ptr[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high * 16 + low);
                i += 2;
            }
        }
        if ((unsigned char)c >= 0x80)
            *ascii = false;
        copy[len++] = ascii_lower(c);
    }
    copy[len] = '\0';
    return str_make(copy, len);
}

/* The length of the UTF-8 sequence at the start of `s`, 0 if it is none. */
static size_t utf8_len(struct str s)
{
    unsigned char first = (unsigned char)s.ptr[0];
    size_t len = first < 0x80   ? 1
                 : first < 0xc2 ? 0
                 : first < 0xe0 ? 2
                 : first < 0xf0 ? 3
                 : first < 0xf5 ? 4
                                : 0;

    if (len > s.len)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
            return 0;
    }
    if (len > 2) { /* overlong forms, surrogates, beyond U+10FFFF */
        unsigned char second = (unsigned char)s.ptr[1];
        if ((first == 0xe0 && second < 0xa0) ||
            (first == 0xed && second > 0x9f) ||
            (first == 0xf0 && second < 0x90) ||
            (first == 0xf4 && second > 0x8f))
            return 0;
    }
    return len;
}

static bool utf8_valid(struct str s)
{
    while (s.len > 0) {
        size_t len = utf8_len(s);
        if (len == 0)
            return false;
        s = str_from(s, len);
    }
    return true;
}

/* Map with IDNA; `name` ends with a NUL. false: libidn2 refuses it. */
static bool idna(struct str *out, const char *name, struct arena *arena)
{
    char *ascii = NULL;

    if (idn2_to_ascii_8z(name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
        IDN2_OK)
        return false;
    *out = arena_dup(arena, str_of(ascii));
    idn2_free(ascii);
    return true;
}

/* The dots of IDNA: U+002E, U+3002, U+FF0E, U+FF61. Their length at the start
 * of `s`, or 0. */
static size_t dot_len(struct str s)
{
    if (s.ptr[0] == '.')
        return 1;
    return str_starts(s, STR("\xe3\x80\x82")) ||
                   str_starts(s, STR("\xef\xbc\x8e")) ||
                   str_starts(s, STR("\xef\xbd\xa1"))
               ? 3
               : 0;
}

/* Label by label: what IDNA refuses stays as it is. */
static struct str idna_labels(struct str name, struct arena *arena)
{
    struct str result = {"", 0};

    while (name.len > 0) {
        size_t end = 0, dot = 0;
        while (end < name.len && (dot = dot_len(str_from(name, end))) == 0)
            end++;
        struct str label = arena_dup(arena, str_sub(name, 0, end));
        idna(&label, label.ptr, arena);
        struct str parts[] = {result, label, str_make(".", dot > 0)};
        result = arena_concat(arena, parts, 3);
        name = str_from(name, end + dot);
    }
    return result;
}

static bool name_map(struct str *name, struct arena *arena)
{
    if (memchr(name->ptr, '\0', name->len) != NULL || !utf8_valid(*name))
        return false;
    if (!idna(name, name->ptr, arena))
        *name = idna_labels(*name, arena);
    return true;
}

bool host_parse(struct str *out, struct str input, struct arena *arena)
{
    struct str host;
    bool ascii;

    if (host_is_plain(input)) {
        *out = input;
        return true;
    }
    if (input.len > 0 && input.ptr[0] == '[')
        return ipv6_parse(out, input, arena);
    host = decode(input, &ascii, arena);
    if (!ascii && !name_map(&host, arena))
        return false;
    while (host.len > 0 && host.ptr[host.len - 1] == '.')
        host.len--;
    if (host.len == 0)
        return false;
    for (size_t i = 0; i < host.len; i++) {
        if (is_forbidden(host.ptr[i]))
            return false;
    }
    if (ends_in_number(host))
        return ipv4_parse(out, host, arena);
    *out = host;
    return true;
}
