#include "http/token.h"

enum { TOKEN = 1, REG_NAME = 2 }; /* beside letters and digits, in both */

/* reg-name has "%" for percent-encoding, but no ",": nobody's host has one. */
static const unsigned char classes[256] = {
    ['!'] = TOKEN | REG_NAME,
    ['#'] = TOKEN,
    ['$'] = TOKEN | REG_NAME,
    ['%'] = TOKEN | REG_NAME,
    ['&'] = TOKEN | REG_NAME,
    ['\''] = TOKEN | REG_NAME,
    ['*'] = TOKEN | REG_NAME,
    ['+'] = TOKEN | REG_NAME,
    ['-'] = TOKEN | REG_NAME,
    ['.'] = TOKEN | REG_NAME,
    ['^'] = TOKEN,
    ['_'] = TOKEN | REG_NAME,
    ['`'] = TOKEN,
    ['|'] = TOKEN,
    ['~'] = TOKEN | REG_NAME,
    ['('] = REG_NAME,
    [')'] = REG_NAME,
    [';'] = REG_NAME,
    ['='] = REG_NAME,
};

static bool char_is(char c, unsigned char class)
{
    return ascii_is_alnum(c) || (classes[(unsigned char)c] & class) != 0;
}

bool char_is_token(char c)
{
    return char_is(c, TOKEN);
}

bool str_is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!char_is_token(s.ptr[i]))
            return false;
    }
    return s.len > 0;
}

static bool is_control(unsigned char c)
{
    return (c < 0x20 && c != '\t') || c == 0x7f;
}

/* Whether one of eight bytes may be a control byte: exact for "none". */
static bool word_has_control(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t del = w ^ (ones * 0x7f);
    uint64_t low = (w - ones * 0x20) & ~w;

    return ((low | ((del - ones) & ~del)) & tops) != 0;
}

size_t str_find_control(struct str s)
{
    size_t i = 0;

    while (i + 8 <= s.len) {
        uint64_t word;
        memcpy(&word, s.ptr + i, 8);
        if (word_has_control(word)) {
            for (size_t k = i; k < i + 8; k++) {
                if (is_control((unsigned char)s.ptr[k]))
                    return k;
            }
        }
        i += 8;
    }
    while (i < s.len && !is_control((unsigned char)s.ptr[i]))
        i++;
    return i;
}

bool char_is_target(char c)
{
    return c > 0x20 && c < 0x7f && c != '#';
}

static bool is_ip_literal(struct str s)
{
    if (s.len < 4 || s.ptr[0] != '[' || s.ptr[s.len - 1] != ']')
        return false;
    for (size_t i = 1; i + 1 < s.len; i++) {
        char c = s.ptr[i];
        if (ascii_hex(c) < 0 && c != ':' && c != '.')
            return false;
    }
    return true;
}

static bool is_reg_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!char_is(s.ptr[i], REG_NAME))
            return false;
    }
    return s.len > 0;
}

bool str_is_authority(struct str s)
{
    size_t host_end;
    uint64_t port;

    if (s.len > 0 && s.ptr[0] == '[') {
        host_end = str_find_char(s, ']', 0) + 1;
        if (host_end > s.len)
            return false;
    } else {
        host_end = str_find_char(s, ':', 0);
    }
    struct str host = str_sub(s, 0, host_end);
    struct str rest = str_from(s, host_end);
    if (!is_reg_name(host) && !is_ip_literal(host))
        return false;
    if (rest.len <= 1)
        return rest.len == 0 || rest.ptr[0] == ':';
    return rest.ptr[0] == ':' && str_to_uint(str_from(rest, 1), 65535, &port);
}
