#include "rewrite/promise.h"

#include "http/structured.h"

/* ---- Tk --------------------------------------------------------------- */

char promise_status(const struct visit *v)
{
    const struct decision *d = &v->decision;
    purpose_set allowed = purposes_deniable(v->site->purposes) & ~d->denied;

    if (allowed == 0)
        return 'N';
    for (unsigned i = 0; i < v->site->purposes->count; i++) {
        /* DNT: 0 that grants is the visitor's word, too. */
        if ((allowed >> i & 1) != 0 && d->reason[i] != REASON_CONSENT &&
            d->reason[i] != REASON_DNT)
            return 'T';
    }
    return 'C';
}

/* ---- Vary ------------------------------------------------------------- */

void promise_write_vary(struct head_edit *e, const struct fields *response)
{
    struct str ours = e->visit->site->vary, name;
    const struct field *theirs = fields_find(response, FIELD_VARY);

    if (theirs == NULL) {
        if (ours.len > 0)
            head_line(e, STR("Vary"), ours);
        return;
    }
    size_t mark = head_begin(e, theirs->name);
    size_t start = e->out->len;
    for (unsigned i = 0; i < response->count; i++) {
        const struct field *f = &response->items[i];
        if (f->id != FIELD_VARY || f->value.len == 0)
            continue;
        if (e->out->len > start)
            buf_append(e->out, STR(", "));
        buf_append(e->out, f->value);
    }
    bool all = fields_list_has(response, FIELD_VARY, STR("*"));
    while (!all && list_next(&ours, &name)) {
        if (fields_list_has(response, FIELD_VARY, name))
            continue;
        if (e->out->len > start)
            buf_append(e->out, STR(", "));
        buf_append(e->out, name);
    }
    head_end(e, mark, e->out->len > start);
}

/* ---- Permissions-Policy ----------------------------------------------- */

static const struct str directives[] = {
    STR_INIT("browsing-topics"), STR_INIT("attribution-reporting"),
    STR_INIT("run-ad-auction"),  STR_INIT("join-ad-interest-group"),
    STR_INIT("geolocation"),     STR_INIT("accelerometer"),
    STR_INIT("gyroscope"),       STR_INIT("magnetometer"),
};

enum { ALWAYS = 4 }; /* the others stand for "permissions" */

static bool is_set(const struct fields *response, struct str directive)
{
    struct sf_member member;

    for (unsigned i = 0; i < response->count; i++) {
        struct str rest = response->items[i].value;
        if (response->items[i].id != FIELD_PERMISSIONS_POLICY)
            continue;
        while (sf_dictionary_next(&rest, &member) == SF_MEMBER) {
            if (str_eq(member.key, directive))
                return true;
        }
    }
    return false;
}

void promise_write_permissions(struct head_edit *e,
                               const struct fields *response)
{
    size_t count =
        e->visit->site->policy.permissions ? ARRAY_LEN(directives) : ALWAYS;
    bool theirs = fields_find(response, FIELD_PERMISSIONS_POLICY) != NULL;
    size_t mark = head_begin(e, STR("Permissions-Policy"));
    size_t start = e->out->len;

    for (size_t i = 0; i < count; i++) {
        if (theirs && is_set(response, directives[i]))
            continue;
        if (e->out->len > start)
            buf_append(e->out, STR(", "));
        buf_append(e->out, directives[i]);
        buf_append(e->out, STR("=()"));
    }
    head_end(e, mark, e->out->len > start);
}
