#include "http/structured.h"

#include "http/token.h"

/* Every reader takes what it reads off the front of `*s` and returns false on
 * a fault, after which nothing counts. */

enum { INTEGER_DIGITS = 15, DECIMAL_DIGITS = 12, FRACTION_DIGITS = 3 };

static bool take(struct str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = str_from(*s, 1);
    return true;
}

static size_t take_digits(struct str *s)
{
    size_t len = 0;

    while (len < s->len && ascii_is_digit(s->ptr[len]))
        len++;
    *s = str_from(*s, len);
    return len;
}

static void skip_spaces(struct str *s)
{
    while (take(s, ' '))
        ;
}

/* Integer or Decimal (4.2.4). */
static bool read_number(struct str *s, bool decimal_allowed)
{
    take(s, '-');
    size_t whole = take_digits(s);
    if (whole == 0 || whole > INTEGER_DIGITS)
        return false;
    if (!take(s, '.'))
        return true;
    size_t fraction = take_digits(s);
    return decimal_allowed && whole <= DECIMAL_DIGITS && fraction > 0 &&
           fraction <= FRACTION_DIGITS;
}

/* String (4.2.5), behind its quote. */
static bool read_string(struct str *s)
{
    while (s->len > 0) {
        char c = s->ptr[0];
        *s = str_from(*s, 1);
        if (c == '"')
            return true;
        if (c == '\\' && !take(s, '"') && !take(s, '\\'))
            return false;
        if (c < ' ' || c > '~')
            return false;
    }
    return false;
}

/* Display String (4.2.10), behind its "%": what it decodes to is not told, so
 * that its UTF-8 is not checked. */
static bool read_display_string(struct str *s)
{
    if (!take(s, '"'))
        return false;
    while (s->len > 0) {
        char c = s->ptr[0];
        *s = str_from(*s, 1);
        if (c == '"')
            return true;
        if (c < ' ' || c > '~')
            return false;
        if (c != '%')
            continue;
        for (int i = 0; i < 2; i++) {
            if (s->len == 0 || ascii_hex(s->ptr[0]) < 0 ||
                (s->ptr[0] >= 'A' && s->ptr[0] <= 'F'))
                return false;
            *s = str_from(*s, 1);
        }
    }
    return false;
}

/* Token (4.2.6); its first byte is known to be right. */
static bool read_token(struct str *s)
{
    size_t len = 1;

    while (len < s->len && (char_is_token(s->ptr[len]) || s->ptr[len] == ':' ||
                            s->ptr[len] == '/'))
        len++;
    *s = str_from(*s, len);
    return true;
}

/* Byte Sequence (4.2.7), behind its colon. */
static bool read_bytes(struct str *s)
{
    size_t end = str_find_char(*s, ':', 0);

    for (size_t i = 0; i < end; i++) {
        char c = s->ptr[i];
        if (!ascii_is_alnum(c) && c != '+' && c != '/' && c != '=')
            return false;
    }
    bool closed = end < s->len;
    *s = str_from(*s, end + 1);
    return closed;
}

static bool read_boolean(struct str *s, enum sf_value *out)
{
    *out = str_starts(*s, STR("1")) ? SF_TRUE : SF_FALSE;
    return take(s, '0') || take(s, '1');
}

static bool read_bare_item(struct str *s, enum sf_value *out)
{
    *out = SF_OTHER;
    if (s->len == 0)
        return false;
    if (s->ptr[0] == '-' || ascii_is_digit(s->ptr[0]))
        return read_number(s, true);
    if (s->ptr[0] == '*' || ascii_is_alpha(s->ptr[0]))
        return read_token(s);
    if (take(s, '"'))
        return read_string(s);
    if (take(s, ':'))
        return read_bytes(s);
    if (take(s, '?'))
        return read_boolean(s, out);
    if (take(s, '@'))
        return read_number(s, false);
    if (take(s, '%'))
        return read_display_string(s);
    return false;
}

/* Key (4.2.3.3). */
static bool read_key(struct str *s, struct str *out)
{
    size_t len = 0;

    while (len < s->len) {
        char c = s->ptr[len];
        bool first = (c >= 'a' && c <= 'z') || c == '*';
        bool later = ascii_is_digit(c) || c == '_' || c == '-' || c == '.';
        if (!first && !(later && len > 0))
            break;
        len++;
    }
    *out = str_sub(*s, 0, len);
    *s = str_from(*s, len);
    return len > 0;
}

/* Parameters (4.2.3.2). */
static bool read_parameters(struct str *s)
{
    struct str key;
    enum sf_value value;

    while (take(s, ';')) {
        skip_spaces(s);
        if (!read_key(s, &key) || (take(s, '=') && !read_bare_item(s, &value)))
            return false;
    }
    return true;
}

/* Inner List (4.2.1.2), behind its parenthesis. */
static bool read_inner_list(struct str *s)
{
    enum sf_value value;

    for (;;) {
        skip_spaces(s);
        if (take(s, ')'))
            return true;
        if (!read_bare_item(s, &value) || !read_parameters(s))
            return false;
        if (s->len == 0 || (s->ptr[0] != ' ' && s->ptr[0] != ')'))
            return false;
    }
}

static bool read_value(struct str *s, enum sf_value *out)
{
    *out = SF_TRUE;
    if (!take(s, '='))
        return true;
    if (!take(s, '('))
        return read_bare_item(s, out);
    *out = SF_OTHER;
    return read_inner_list(s);
}

enum sf_result sf_dictionary_next(struct str *rest, struct sf_member *out)
{
    if (rest->len == 0)
        return SF_END;
    if (!read_key(rest, &out->key) || !read_value(rest, &out->value) ||
        !read_parameters(rest))
        return SF_MALFORMED;
    *rest = str_trim(*rest);
    if (rest->len == 0)
        return SF_MEMBER;
    if (!take(rest, ','))
        return SF_MALFORMED;
    *rest = str_trim(*rest);
    return rest->len > 0 ? SF_MEMBER : SF_MALFORMED;
}

bool sf_dictionary_is_valid(struct str value)
{
    struct sf_member member;
    enum sf_result result;

    do
        result = sf_dictionary_next(&value, &member);
    while (result == SF_MEMBER);
    return result == SF_END;
}
