/* signals/policy.h - what a site promises: how signals and consent decide.
 *
 * Loaded from a "policy" object (the contract's decision.md has each member),
 * immutable afterwards.
 */
#pragma once

#include "signals/purpose.h"

enum policy_mode { MODE_ENFORCE, MODE_REPORT, MODE_STATIC, MODE_OFF };
enum cookie_policy { COOKIES_SESSION, COOKIES_KEEP, COOKIES_DROP };

struct signal_policy {
    purpose_set deny; /* what the signal denies */
    bool beats_consent;
    bool zero_grants; /* DNT only: "zero": "grant" */
};

enum consent_kind { CONSENT_HEADER, CONSENT_HEED };

struct consent_source {
    enum consent_kind kind;
    struct str name;  /* as in the policy: "header:Consent", "heed" */
    struct str field; /* CONSENT_HEADER: the field's name */
};

enum { CONSENT_SOURCES_MAX = 16 };

struct policy {
    enum policy_mode mode;
    uint64_t version;
    purpose_set default_denied;
    struct signal_policy dnt, gpc;
    struct consent_source sources[CONSENT_SOURCES_MAX];
    unsigned source_count;
    enum cookie_policy unclassified_cookies;
    bool remove_unclassified_third_parties;
    bool pass_uninspectable;
    bool tk, permissions;
};

/* The preset "gdpr": what a policy is before a file says anything. */
void policy_init(struct policy *p, const struct purposes *purposes);

/* Read the members of a "policy" object over what `p` holds already (the
 * default of the top level, for a site). NULL: nothing changes. false:
 * problems were reported. Strings live in d->arena. */
bool policy_load(struct policy *p, const struct purposes *purposes,
                 struct diag *d, const struct json *value);
