#include "rewrite/charref.h"

#include <stdlib.h>

enum {
    NAME_MAX_LEN = 32,  /* "CounterClockwiseContourIntegral;" */
    LEGACY_MAX_LEN = 6, /* of names that do without ";" */
    REPLACEMENT = 0xfffd,
    CODE_POINT_MAX = 0x10ffff,
};

struct named {
    char name[NAME_MAX_LEN + 1];
    uint32_t code_points[2];
};

static const struct named names[] = {
#include "rewrite/charref_names.inc"
};

/* A reference read: how long it is in the source, what it stands for. */
struct reference {
    size_t len; /* 0: none */
    uint32_t code_points[2];
};

static int compare_name(const void *key, const void *element)
{
    const struct str *name = key;
    const struct named *n = element;
    size_t len = strlen(n->name);
    int order = memcmp(name->ptr, n->name, name->len < len ? name->len : len);

    return order != 0 ? order : (name->len > len) - (name->len < len);
}

static const struct named *find_name(struct str name)
{
    return bsearch(&name, names, ARRAY_LEN(names), sizeof(names[0]),
                   compare_name);
}

/* What numbers from 0x80 to 0x9f stand for: windows-1252. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
    0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178,
};

static uint32_t number_meaning(uint32_t number)
{
    if (number == 0 || number > CODE_POINT_MAX ||
        (number >= 0xd800 && number <= 0xdfff))
        return REPLACEMENT;
    if (number >= 0x80 && number <= 0x9f)
        return windows_1252[number - 0x80];
    return number;
}

static int digit_value(char c, bool hex)
{
    if (hex)
        return ascii_hex(c);
    return ascii_is_digit(c) ? c - '0' : -1;
}

/* "&#…": `s` begins at "&". */
static struct reference read_number(struct str s)
{
    bool hex = s.len > 2 && ascii_lower(s.ptr[2]) == 'x';
    size_t first = hex ? 3 : 2, at = first;
    uint32_t number = 0;

    for (; at < s.len; at++) {
        int digit = digit_value(s.ptr[at], hex);
        if (digit < 0)
            break;
        number = number * (hex ? 16 : 10) + (uint32_t)digit;
        if (number > CODE_POINT_MAX)
            number = CODE_POINT_MAX + 1;
    }
    if (at == first)
        return (struct reference){0};
    if (at < s.len && s.ptr[at] == ';')
        at++;
    return (struct reference){at, {number_meaning(number), 0}};
}

static struct reference reference_of(const struct named *n, size_t len)
{
    return (struct reference){len, {n->code_points[0], n->code_points[1]}};
}

/* "&name;", or one of the old names without ";", which in an attribute counts
 * only if no "=" or alphanumeric follows. */
static struct reference read_name(struct str s)
{
    size_t run = 1;

    while (run < s.len && run <= NAME_MAX_LEN && ascii_is_alnum(s.ptr[run]))
        run++;
    if (run < s.len && s.ptr[run] == ';') {
        const struct named *n = find_name(str_sub(s, 1, run));
        if (n != NULL)
            return reference_of(n, run + 1);
    }
    if (run < s.len && s.ptr[run] == '=')
        return (struct reference){0};
    if (run - 1 > LEGACY_MAX_LEN || run < 3)
        return (struct reference){0};
    const struct named *n = find_name(str_sub(s, 1, run - 1));
    return n != NULL ? reference_of(n, run) : (struct reference){0};
}

static struct reference read_reference(struct str s)
{
    if (s.len > 2 && s.ptr[1] == '#')
        return read_number(s);
    return read_name(s);
}

static size_t write_utf8(char *out, uint32_t c)
{
    if (c == 0)
        return 0;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* No reference stands for more bytes than it has, but two: "&nGt;" and
 * "&nLt;" are 5 bytes for 6. */
static size_t decoded_room(size_t len)
{
    return len + len / 5 + 8;
}

static size_t write_reference(char *out, const struct reference *r)
{
    size_t len = write_utf8(out, r->code_points[0]);

    return len + write_utf8(out + len, r->code_points[1]);
}

struct decoded charref_decode(struct str value, struct arena *arena)
{
    if (value.len == 0 || memchr(value.ptr, '&', value.len) == NULL)
        return (struct decoded){value, NULL};
    size_t room = decoded_room(value.len), len = 0;
    char *text = arena_alloc(arena, room);
    uint32_t *origin = arena_alloc(arena, (room + 1) * sizeof(*origin));
    for (size_t at = 0; at < value.len;) {
        struct reference r = {0};
        if (value.ptr[at] == '&')
            r = read_reference(str_from(value, at));
        size_t start = len;
        if (r.len == 0)
            text[len++] = value.ptr[at];
        else
            len += write_reference(text + len, &r);
        for (; start < len; start++)
            origin[start] = (uint32_t)at;
        at += r.len > 0 ? r.len : 1;
    }
    origin[len] = (uint32_t)value.len;
    return (struct decoded){str_make(text, len), origin};
}

struct str charref_text(struct str value, struct arena *arena)
{
    const char *next, *at = value.ptr, *end = value.ptr + value.len;

    if (value.len == 0 || memchr(value.ptr, '&', value.len) == NULL)
        return value;
    char *text = arena_alloc(arena, decoded_room(value.len)), *out = text;
    while ((next = memchr(at, '&', (size_t)(end - at))) != NULL) {
        memcpy(out, at, (size_t)(next - at));
        out += next - at;
        struct reference r = read_reference(str_between(next, end));
        if (r.len == 0)
            *out++ = '&';
        else
            out += write_reference(out, &r);
        at = next + (r.len > 0 ? r.len : 1);
    }
    memcpy(out, at, (size_t)(end - at));
    out += end - at;
    return str_between(text, out);
}

struct str decoded_source(const struct decoded *d, struct str value,
                          size_t from, size_t to)
{
    if (d->origin == NULL)
        return str_sub(value, from, to - from);
    return str_sub(value, d->origin[from], d->origin[to] - d->origin[from]);
}
