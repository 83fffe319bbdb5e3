#include "base/buf.h"
#include "signals/decision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Every combination of the values below, against a model that knows only what
 * each value means. */

static const struct signal_value {
    const char *first, *second; /* field lines; NULL: not sent */
    char means;                 /* '1', '0', or ' ' for no signal */
} dnt_values[] = {
    {NULL, NULL, ' '},   {"1", NULL, '1'},  {"0", NULL, '0'},
    {"1xyz", NULL, '1'}, {"0x", NULL, '0'}, {"2", NULL, ' '},
    {"", NULL, ' '},     {"1", "1", ' '},   {"0, 1", NULL, ' '},
};
static const struct signal_value gpc_values[] = {
    {NULL, NULL, ' '}, {"1", NULL, '1'},    {"0", NULL, ' '},
    {"01", NULL, ' '}, {"1, 1", NULL, ' '}, {"true", "1", '1'},
};
/* What each says of functional, analytics, marketing, social. */
static const struct consent_value {
    const char *value;
    char means[5]; /* 'y', 'n', or ' ' for nothing */
} header_values[] = {
    {NULL, "    "},
    {"analytics, marketing=?0", " yn "},
    {"functional=?0, social", "n  y"},
    {"analytics, marketing=", "    "},
};
static const struct consent_value cookie_values[] = {
    {NULL, "    "},
    {"heed_consent=1.1700000000.marketing.social", "nnyy"},
    {"heed_consent=0.1700000000.marketing.social", "    "},
    {"heed_consent=1.1700000000", "nnnn"},
    {"heed_consent=1.analytics", "    "},
};

struct combination {
    const struct signal_value *dnt, *gpc;
    const struct consent_value *header, *cookie;
    struct policy policy;
};

/* The model: the order of precedence in decision.md. */
static const char *model(const struct combination *c, unsigned purpose,
                         bool *allowed)
{
    const struct policy *p = &c->policy;
    char header = c->header->means[purpose - 1];
    char cookie = c->cookie->means[purpose - 1];
    char consent = header != ' ' ? header : cookie;
    bool for_gpc = purpose == PURPOSE_MARKETING || purpose == PURPOSE_SOCIAL;

    *allowed = false;
    if (c->dnt->means == '1' && (p->dnt.beats_consent || consent != 'y'))
        return "dnt";
    if (c->gpc->means == '1' && for_gpc &&
        (p->gpc.beats_consent || consent != 'y'))
        return "gpc";
    *allowed = consent == 'y';
    if (consent != ' ')
        return header != ' ' ? "consent:header:Consent" : "consent:heed";
    *allowed = true;
    if (c->dnt->means == '0' && p->dnt.zero_grants)
        return "dnt";
    *allowed = p->default_denied == 0;
    return "default";
}

static void add(struct fields *fields, enum field_id id, struct str name,
                const char *value)
{
    if (value != NULL)
        fields->items[fields->count++] =
            (struct field){name, str_of(value), id};
}

static unsigned compare(const struct combination *c,
                        const struct purposes *purposes, struct arena *arena)
{
    struct field items[8];
    struct fields fields = {items, 0};
    struct decision d;
    unsigned wrong = 0;

    add(&fields, FIELD_DNT, STR("DNT"), c->dnt->first);
    add(&fields, FIELD_SEC_GPC, STR("Sec-GPC"), c->gpc->first);
    add(&fields, FIELD_DNT, STR("dnt"), c->dnt->second);
    add(&fields, FIELD_SEC_GPC, STR("sec-gpc"), c->gpc->second);
    add(&fields, FIELD_OTHER, STR("consent"), c->header->value);
    add(&fields, FIELD_COOKIE, STR("Cookie"), c->cookie->value);
    decide(&d, &c->policy, purposes, &fields);
    for (unsigned i = 1; i < purposes->count; i++) {
        bool allowed;
        const char *want = model(c, i, &allowed);
        struct str got = decision_reason(&d, &c->policy, i, arena);
        if (str_eq(got, str_of(want)) && allowed == !(d.denied >> i & 1))
            continue;
        print_error("DNT %s GPC %s Consent %s Cookie %s: " STR_FMT
                    " by " STR_FMT ", not %s\n",
                    c->dnt->first, c->gpc->first, c->header->value,
                    c->cookie->value, STR_ARG(purposes->names[i]), STR_ARG(got),
                    want);
        wrong++;
    }
    if ((d.denied & 1) != 0 || d.reason[0] != REASON_NECESSARY)
        wrong++;
    return wrong;
}

static unsigned compare_under(const struct policy *policy,
                              const struct purposes *purposes,
                              struct arena *arena, unsigned *count)
{
    unsigned wrong = 0;
    size_t header_count = ARRAY_LEN(header_values);
    size_t consent_count = header_count * ARRAY_LEN(cookie_values);

    for (size_t d = 0; d < ARRAY_LEN(dnt_values); d++) {
        for (size_t g = 0; g < ARRAY_LEN(gpc_values); g++) {
            for (size_t c = 0; c < consent_count; c++) {
                struct combination one = {&dnt_values[d], &gpc_values[g],
                                          &header_values[c % header_count],
                                          &cookie_values[c / header_count],
                                          *policy};
                wrong += compare(&one, purposes, arena);
                ++*count;
            }
        }
    }
    return wrong;
}

static void decisions_agree_with_the_model(void **state)
{
    struct arena arena = {0};
    struct purposes purposes;
    struct policy policy;
    unsigned wrong = 0, count = 0;

    (void)state;
    purposes_init(&purposes);
    for (unsigned bits = 0; bits < 16; bits++) {
        policy_init(&policy, &purposes);
        policy.dnt.beats_consent = (bits & 1) != 0;
        policy.gpc.beats_consent = (bits & 2) != 0;
        policy.dnt.zero_grants = (bits & 4) != 0;
        if ((bits & 8) != 0)
            policy.default_denied = 0;
        wrong += compare_under(&policy, &purposes, &arena, &count);
        arena_release(&arena);
    }
    print_message("%u combinations\n", count);
    assert_int_equal(wrong, 0);
}

static void the_order_of_sources_decides(void **state)
{
    struct field items[2] = {
        {STR("Consent"), STR("analytics=?0"), FIELD_OTHER},
        {STR("Cookie"), STR("heed_consent=1.1.analytics"), FIELD_COOKIE},
    };
    struct fields fields = {items, 2};
    struct purposes purposes;
    struct policy policy;
    struct decision d;

    (void)state;
    purposes_init(&purposes);
    policy_init(&policy, &purposes);
    decide(&d, &policy, &purposes, &fields);
    assert_true(d.denied >> PURPOSE_ANALYTICS & 1);
    struct consent_source first = policy.sources[0];
    policy.sources[0] = policy.sources[1];
    policy.sources[1] = first;
    decide(&d, &policy, &purposes, &fields);
    assert_false(d.denied >> PURPOSE_ANALYTICS & 1);
    assert_int_equal(d.source[PURPOSE_ANALYTICS], 0);
}

static void damaged_values_are_counted(void **state)
{
    struct field items[4] = {
        {STR("DNT"), STR("yes"), FIELD_DNT},
        {STR("Sec-GPC"), STR("true"), FIELD_SEC_GPC},
        {STR("Consent"), STR("="), FIELD_OTHER},
        {STR("Cookie"), STR("heed_consent=?"), FIELD_COOKIE},
    };
    struct fields fields = {items, 4};
    struct purposes purposes;
    struct policy policy;
    struct decision d;

    (void)state;
    purposes_init(&purposes);
    policy_init(&policy, &purposes);
    decide(&d, &policy, &purposes, &fields);
    assert_int_equal(d.malformed, 4);
    assert_int_equal(d.dnt, 0);
    assert_false(d.gpc);
}

static void vary_names_what_the_policy_asks_for(void **state)
{
    struct arena arena = {0};
    struct purposes purposes;
    struct policy policy;

    (void)state;
    purposes_init(&purposes);
    policy_init(&policy, &purposes);
    assert_true(str_eq(policy_vary(&policy, &arena),
                       STR("DNT, Sec-GPC, Consent, Cookie")));
    policy.gpc.deny = 0;
    policy.source_count = 1;
    assert_true(str_eq(policy_vary(&policy, &arena), STR("DNT, Consent")));
    policy.dnt.deny = 0;
    policy.source_count = 0;
    assert_true(str_eq(policy_vary(&policy, &arena), STR("")));
    arena_release(&arena);
}

static void the_origin_is_told_of_every_purpose(void **state)
{
    struct purposes purposes;
    struct decision d = {.denied = 1 << PURPOSE_MARKETING};
    struct buf out = {0};

    (void)state;
    purposes_init(&purposes);
    decision_write_consent(&out, &d, &purposes);
    assert_true(str_eq(buf_str(&out), STR("functional=?1, analytics=?1, "
                                          "marketing=?0, social=?1")));
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_agree_with_the_model),
        cmocka_unit_test(the_order_of_sources_decides),
        cmocka_unit_test(damaged_values_are_counted),
        cmocka_unit_test(vary_names_what_the_policy_asks_for),
        cmocka_unit_test(the_origin_is_told_of_every_purpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
