#include "rewrite/cookie_edit.h"

#include "http/cookie.h"

static const struct str own_cookie = STR_INIT("heed_consent");

/* What happens to a cookie of this name. */
static enum cookie_class classify(const struct head_edit *e, struct str name,
                                  struct str domain, struct match *m)
{
    if (str_eq(name, own_cookie))
        return COOKIE_ALLOWED;
    return scope_cookie(&e->visit->scope, name, domain, m);
}

/* ---- requests --------------------------------------------------------- */

static bool passes(struct head_edit *e, const struct cookie_pair *pair)
{
    struct match m = {0};

    if (pair->name.len == 0 && pair->value.len == 0)
        return true;
    switch (classify(e, pair->name, (struct str){NULL, 0}, &m)) {
    case COOKIE_ALLOWED:
        return true;
    case COOKIE_UNCLASSIFIED:
        if (e->visit->site->policy.unclassified_cookies != COOKIES_DROP)
            return true;
        break;
    case COOKIE_DENIED:
        break;
    }
    head_note(e, m.rule, "cookie");
    return false;
}

void cookie_edit_request(struct head_edit *e, const struct field *f)
{
    struct str rest = f->value;
    struct cookie_pair pair;
    bool some = false, first = true;
    size_t mark = head_begin(e, f->name);

    while (cookie_next(&rest, &pair)) {
        if (!passes(e, &pair))
            continue;
        if (!first)
            buf_append_char(e->out, ';');
        buf_append(e->out, first ? str_trim(pair.piece) : pair.piece);
        first = false;
        some = some || pair.name.len > 0 || pair.value.len > 0;
    }
    head_end(e, mark, some);
}

/* ---- responses -------------------------------------------------------- */

static struct str lower(struct str s, struct arena *arena)
{
    char *copy = arena_alloc(arena, s.len + 1);

    for (size_t i = 0; i < s.len; i++)
        copy[i] = ascii_lower(s.ptr[i]);
    return str_make(copy, s.len);
}

void cookie_edit_response(struct head_edit *e, const struct field *f)
{
    const struct visit *v = e->visit;
    struct set_cookie cookie;
    struct match m = {0};

    if (!set_cookie_parse(&cookie, f->value, v->now) || cookie.deletes) {
        head_pass(e, f);
        return;
    }
    struct str domain =
        cookie.domain.len > 0 ? lower(cookie.domain, e->arena) : v->scope.host;
    enum cookie_class class = classify(e, cookie.name, domain, &m);
    enum cookie_policy policy = v->site->policy.unclassified_cookies;
    if (class == COOKIE_DENIED ||
        (class == COOKIE_UNCLASSIFIED && policy == COOKIES_DROP)) {
        head_note(e, m.rule, "set-cookie");
    } else if (class == COOKIE_UNCLASSIFIED && policy == COOKIES_SESSION &&
               cookie.has_lifetime) {
        head_note(e, NULL, "cookie-lifetime");
        size_t mark = head_begin(e, f->name);
        set_cookie_write_session(e->out, f->value);
        head_end(e, mark, true);
    } else {
        head_pass(e, f);
    }
}

/* ---- leftovers -------------------------------------------------------- */

struct expiry {
    struct head_edit *edit;
    struct str names[EXPIRIES_MAX]; /* done already */
    unsigned name_count, field_count;
};

/* `domain` empty: for the host alone. */
static void write_expiry(struct expiry *x, struct str name, struct str domain)
{
    struct buf *out = x->edit->out;

    if (x->field_count == EXPIRIES_MAX)
        return;
    x->field_count++;
    size_t mark = head_begin(x->edit, STR("Set-Cookie"));
    buf_append(out, name);
    buf_append(out, STR("=; Max-Age=0; Path=/"));
    if (domain.len > 0) {
        buf_append(out, STR("; Domain="));
        buf_append(out, domain);
    }
    /* Names with these prefixes are refused without it. */
    if (str_istarts(name, STR("__Secure-")) ||
        str_istarts(name, STR("__Host-")))
        buf_append(out, STR("; Secure"));
    head_end(x->edit, mark, true);
}

static bool has_labels(struct str host)
{
    return host.len > 0 && host.ptr[0] != '[' &&
           !ascii_is_digit(host.ptr[host.len - 1]) &&
           str_find_char(host, '.', 0) < host.len;
}

static void expire(struct expiry *x, struct str name)
{
    const struct scope *s = &x->edit->visit->scope;
    struct str domain = s->host;

    write_expiry(x, name, (struct str){NULL, 0});
    if (!has_labels(domain) || str_istarts(name, STR("__Host-")))
        return;
    while (domain.len >= s->domain.len) {
        write_expiry(x, name, domain);
        domain = str_from(domain, str_find_char(domain, '.', 0) + 1);
    }
}

static bool is_new(struct expiry *x, struct str name)
{
    for (unsigned i = 0; i < x->name_count; i++) {
        if (str_eq(x->names[i], name))
            return false;
    }
    if (x->name_count < EXPIRIES_MAX)
        x->names[x->name_count++] = name;
    return true;
}

static void expire_in(struct expiry *x, struct str cookies)
{
    struct cookie_pair pair;

    while (x->field_count < EXPIRIES_MAX && cookie_next(&cookies, &pair)) {
        struct match m = {0};
        if (pair.name.len > 0 &&
            classify(x->edit, pair.name, (struct str){NULL, 0}, &m) ==
                COOKIE_DENIED &&
            is_new(x, pair.name)) {
            head_note(x->edit, m.rule, "expire");
            expire(x, pair.name);
        }
    }
}

void cookie_expire_denied(struct head_edit *e)
{
    const struct fields *fields = &e->visit->request->fields;
    struct expiry x = {.edit = e};

    for (unsigned i = 0; i < fields->count; i++) {
        if (fields->items[i].id == FIELD_COOKIE)
            expire_in(&x, fields->items[i].value);
    }
}
