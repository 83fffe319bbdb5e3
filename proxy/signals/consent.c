#include "signals/consent.h"

#include "http/cookie.h"
#include "http/structured.h"

static const struct str heed_cookie = STR_INIT("heed_consent");

/* ---- "header:NAME": a dictionary of Booleans -------------------------- */

static void apply_dictionary(struct consent *c, struct str value,
                             const struct purposes *purposes)
{
    struct sf_member member;

    while (sf_dictionary_next(&value, &member) == SF_MEMBER) {
        int purpose = purposes_find(purposes, member.key);
        if (purpose <= PURPOSE_NECESSARY)
            continue;
        purpose_set bit = (purpose_set)1 << purpose;
        c->granted &= ~bit; /* the last member of a key counts (RFC 9651) */
        c->refused &= ~bit;
        if (member.value == SF_TRUE)
            c->granted |= bit;
        else if (member.value == SF_FALSE)
            c->refused |= bit;
    }
}

/* Several lines are one dictionary: a fault in one undoes them all. */
static struct consent read_header(struct str name,
                                  const struct purposes *purposes,
                                  const struct fields *fields)
{
    enum field_id id = field_id_of(name);
    struct consent c = {0};

    for (unsigned i = 0; i < fields->count; i++) {
        const struct field *f = &fields->items[i];
        if (f->id != id || (id == FIELD_OTHER && !str_ieq(f->name, name)))
            continue;
        if (!sf_dictionary_is_valid(f->value))
            return (struct consent){.malformed = 1};
        apply_dictionary(&c, f->value, purposes);
    }
    return c;
}

/* ---- "heed": heed's own cookie ---------------------------------------- */

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' || c == '_';
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_name_byte(s.ptr[i]))
            return false;
    }
    return s.len > 0;
}

struct consent consent_from_heed(struct str value, uint64_t version,
                                 const struct purposes *purposes)
{
    struct consent c = {0}, bad = {.malformed = 1};
    uint64_t recorded, time;

    if (!str_to_uint(str_cut(&value, '.'), UINT32_MAX, &recorded) ||
        !str_to_uint(str_cut(&value, '.'), INT64_MAX, &time))
        return bad;
    while (value.ptr != NULL) {
        struct str name = str_cut(&value, '.');
        if (!is_name(name))
            return bad;
        int purpose = purposes_find(purposes, name);
        if (purpose > PURPOSE_NECESSARY)
            c.granted |= (purpose_set)1 << purpose;
    }
    if (recorded < version)
        return (struct consent){0};
    c.refused = purposes_deniable(purposes) & ~c.granted;
    return c;
}

/* Of several cookies of the name, which paths and parent domains can bring,
 * all that can be read have to grant a purpose. */
static void apply_cookies(struct consent *c, struct str cookies,
                          const struct policy *policy,
                          const struct purposes *purposes)
{
    struct cookie_pair pair;

    while (cookie_next(&cookies, &pair)) {
        if (!str_eq(pair.name, heed_cookie))
            continue;
        struct consent next =
            consent_from_heed(pair.value, policy->version, purposes);
        c->refused |= next.refused;
        c->granted = (c->granted | next.granted) & ~c->refused;
        c->malformed += next.malformed;
    }
}

static struct consent read_heed(const struct policy *policy,
                                const struct purposes *purposes,
                                const struct fields *fields)
{
    struct consent c = {0};

    for (unsigned i = 0; i < fields->count; i++) {
        const struct field *f = &fields->items[i];
        if (f->id == FIELD_COOKIE &&
            str_find(f->value, heed_cookie) < f->value.len)
            apply_cookies(&c, f->value, policy, purposes);
    }
    return c;
}

struct consent consent_read(const struct policy *policy,
                            const struct consent_source *source,
                            const struct purposes *purposes,
                            const struct fields *fields)
{
    switch (source->kind) {
    case CONSENT_HEADER:
        return read_header(source->field, purposes, fields);
    case CONSENT_HEED:
        return read_heed(policy, purposes, fields);
    }
    return (struct consent){0};
}
