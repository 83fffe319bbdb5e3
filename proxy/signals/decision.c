#include "signals/decision.h"

#include "base/buf.h"
#include "signals/consent.h"

/* What may follow the first character of DNT (TPE, "DNT-extension"). */
static bool is_dnt_extension(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c < '!' || c > '~' || c == '"' || c == ',' || c == '\\')
            return false;
    }
    return true;
}

/* One DNT field counts, by its first character. A "0" could grant, so nothing
 * else than an extension may stand behind it. */
static void read_dnt(struct decision *d, struct str value, unsigned count)
{
    char first = value.len > 0 ? value.ptr[0] : 0;

    if (count == 1 &&
        (first == '1' || (first == '0' && is_dnt_extension(value))))
        d->dnt = first;
    else if (count > 0)
        d->malformed++;
}

static void read_signals(struct decision *d, const struct fields *fields)
{
    struct str dnt = {NULL, 0};
    unsigned dnt_count = 0;

    for (unsigned i = 0; i < fields->count; i++) {
        const struct field *f = &fields->items[i];
        if (f->id == FIELD_DNT) {
            dnt = f->value;
            dnt_count++;
        } else if (f->id == FIELD_SEC_GPC) {
            bool one = str_eq(f->value, STR("1"));
            d->gpc = d->gpc || one;
            d->malformed += !one;
        }
    }
    read_dnt(d, dnt, dnt_count);
}

/* For each purpose the first source that says anything counts. */
static struct consent read_consent(struct decision *d,
                                   const struct policy *policy,
                                   const struct purposes *purposes,
                                   const struct fields *fields)
{
    purpose_set open = purposes_deniable(purposes);
    struct consent all = {0};

    for (unsigned i = 0; i < policy->source_count && open != 0; i++) {
        struct consent c =
            consent_read(policy, &policy->sources[i], purposes, fields);
        d->malformed += c.malformed;
        purpose_set said = (c.granted | c.refused) & open;
        all.granted |= c.granted & said;
        all.refused |= c.refused & said;
        open &= ~said;
        for (unsigned p = 0; p < purposes->count; p++) {
            if ((said >> p & 1) != 0)
                d->source[p] = (unsigned char)i;
        }
    }
    return all;
}

static bool signal_denies(const struct signal_policy *s, purpose_set bit,
                          bool granted)
{
    return (s->deny & bit) != 0 && (s->beats_consent || !granted);
}

/* The order of precedence; *denied is the verdict. */
static enum reason decide_purpose(const struct decision *d,
                                  const struct policy *p,
                                  const struct consent *consent,
                                  purpose_set bit, bool *denied)
{
    bool granted = (consent->granted & bit) != 0;

    *denied = true;
    if (d->dnt == '1' && signal_denies(&p->dnt, bit, granted))
        return REASON_DNT;
    if (d->gpc && signal_denies(&p->gpc, bit, granted))
        return REASON_GPC;
    *denied = (consent->refused & bit) != 0;
    if (granted || *denied)
        return REASON_CONSENT;
    if (d->dnt == '0' && p->dnt.zero_grants)
        return REASON_DNT;
    *denied = (p->default_denied & bit) != 0;
    return REASON_DEFAULT;
}

void decide(struct decision *out, const struct policy *policy,
            const struct purposes *purposes, const struct fields *fields)
{
    *out =
        (struct decision){.reason = {[PURPOSE_NECESSARY] = REASON_NECESSARY}};
    read_signals(out, fields);
    struct consent consent = read_consent(out, policy, purposes, fields);
    for (unsigned i = PURPOSE_NECESSARY + 1; i < purposes->count; i++) {
        bool denied;
        out->reason[i] = (unsigned char)decide_purpose(
            out, policy, &consent, (purpose_set)1 << i, &denied);
        out->denied |= (purpose_set)denied << i;
    }
}

struct str decision_reason(const struct decision *d, const struct policy *p,
                           unsigned purpose, struct arena *arena)
{
    switch ((enum reason)d->reason[purpose]) {
    case REASON_NECESSARY:
        return STR("necessary");
    case REASON_DNT:
        return STR("dnt");
    case REASON_GPC:
        return STR("gpc");
    case REASON_CONSENT:
        return arena_printf(arena, "consent:" STR_FMT,
                            STR_ARG(p->sources[d->source[purpose]].name));
    case REASON_DEFAULT:
        break;
    }
    return STR("default");
}

static void add_name(struct str *list, struct str name, struct arena *arena)
{
    struct str parts[] = {*list, STR(", "), name};
    unsigned skip = list->len > 0 ? 0 : 2;

    *list = arena_concat(arena, parts + skip, 3 - skip);
}

struct str policy_vary(const struct policy *p, struct arena *arena)
{
    struct str list = {"", 0};
    bool cookie = false;

    if (p->dnt.deny != 0 || p->dnt.zero_grants)
        add_name(&list, STR("DNT"), arena);
    if (p->gpc.deny != 0)
        add_name(&list, STR("Sec-GPC"), arena);
    for (unsigned i = 0; i < p->source_count; i++) {
        if (p->sources[i].kind == CONSENT_HEADER)
            add_name(&list, p->sources[i].field, arena);
        else
            cookie = true;
    }
    if (cookie)
        add_name(&list, STR("Cookie"), arena);
    return list;
}

void decision_write_consent(struct buf *out, const struct decision *d,
                            const struct purposes *purposes)
{
    for (unsigned i = PURPOSE_NECESSARY + 1; i < purposes->count; i++) {
        if (i > PURPOSE_NECESSARY + 1)
            buf_append(out, STR(", "));
        buf_append(out, purposes->names[i]);
        buf_append(out, (d->denied >> i & 1) != 0 ? STR("=?0") : STR("=?1"));
    }
}
