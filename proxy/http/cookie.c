#include "http/cookie.h"

static void split_pair(struct str piece, struct str *name, struct str *value)
{
    size_t equals = str_find_char(piece, '=', 0);

    if (equals == piece.len) {
        *name = str_make(piece.ptr, 0);
        *value = str_trim(piece);
        return;
    }
    *name = str_trim(str_sub(piece, 0, equals));
    *value = str_trim(str_from(piece, equals + 1));
}

bool cookie_next(struct str *rest, struct cookie_pair *out)
{
    if (rest->ptr == NULL)
        return false;
    out->piece = str_cut(rest, ';');
    split_pair(out->piece, &out->name, &out->value);
    return true;
}

enum attribute {
    ATTRIBUTE_OTHER,
    ATTRIBUTE_EXPIRES,
    ATTRIBUTE_MAX_AGE,
    ATTRIBUTE_DOMAIN,
    ATTRIBUTE_PATH,
    ATTRIBUTE_SECURE,
    ATTRIBUTE_PARTITIONED,
};

/* An attribute without "=" is all name, unlike a cookie. */
static enum attribute read_attribute(struct str piece, struct str *value)
{
    static const struct {
        struct str name;
        enum attribute attribute;
    } known[] = {
        {STR_INIT("expires"), ATTRIBUTE_EXPIRES},
        {STR_INIT("max-age"), ATTRIBUTE_MAX_AGE},
        {STR_INIT("domain"), ATTRIBUTE_DOMAIN},
        {STR_INIT("path"), ATTRIBUTE_PATH},
        {STR_INIT("secure"), ATTRIBUTE_SECURE},
        {STR_INIT("partitioned"), ATTRIBUTE_PARTITIONED},
    };
    struct str name = str_trim(str_cut(&piece, '='));

    *value = str_trim(piece);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_ieq(name, known[i].name))
            return known[i].attribute;
    }
    return ATTRIBUTE_OTHER;
}

/* Max-Age (5.6.2): digits, perhaps behind "-". *over: not after now. */
static bool read_max_age(struct str value, bool *over)
{
    bool negative = str_starts(value, STR("-"));
    struct str digits = negative ? str_from(value, 1) : value;
    bool zero = true;

    if (digits.len == 0)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (!ascii_is_digit(digits.ptr[i]))
            return false;
        zero = zero && digits.ptr[i] == '0';
    }
    *over = negative || zero;
    return true;
}

static void apply_attribute(struct set_cookie *c, struct str piece, int64_t now)
{
    struct str value;
    int64_t date;
    bool over;

    switch (read_attribute(piece, &value)) {
    case ATTRIBUTE_EXPIRES:
        c->has_lifetime = true;
        if (!c->has_max_age && cookie_date_parse(value, &date))
            c->deletes = date <= now;
        break;
    case ATTRIBUTE_MAX_AGE:
        c->has_lifetime = true;
        if (read_max_age(value, &over)) {
            c->has_max_age = true;
            c->deletes = over;
        }
        break;
    case ATTRIBUTE_DOMAIN:
        c->domain = str_from(value, str_starts(value, STR(".")));
        break;
    case ATTRIBUTE_PATH:
        c->path = value;
        break;
    case ATTRIBUTE_SECURE:
        c->secure = true;
        break;
    case ATTRIBUTE_PARTITIONED:
        c->partitioned = true;
        break;
    case ATTRIBUTE_OTHER:
        break;
    }
}

bool set_cookie_parse(struct set_cookie *out, struct str value, int64_t now)
{
    struct str rest = value;

    *out = (struct set_cookie){0};
    split_pair(str_cut(&rest, ';'), &out->name, &out->value);
    if (out->name.len == 0 && out->value.len == 0)
        return false;
    while (rest.ptr != NULL)
        apply_attribute(out, str_cut(&rest, ';'), now);
    return true;
}

void set_cookie_write_session(struct buf *out, struct str value)
{
    struct str rest = value, ignored;

    buf_append(out, str_cut(&rest, ';'));
    while (rest.ptr != NULL) {
        struct str piece = str_cut(&rest, ';');
        enum attribute attribute = read_attribute(piece, &ignored);
        if (attribute == ATTRIBUTE_EXPIRES || attribute == ATTRIBUTE_MAX_AGE)
            continue;
        buf_append_char(out, ';');
        buf_append(out, piece);
    }
}
