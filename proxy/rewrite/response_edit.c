#include "rewrite/response_edit.h"

#include "rewrite/cookie_edit.h"
#include "rewrite/etag.h"
#include "rewrite/head_edit.h"
#include "rewrite/hint.h"
#include "rewrite/promise.h"
#include "rewrite/reference_edit.h"

struct response_edit {
    struct head_edit head;
    const struct response_head *response;
    const struct response_plan *plan;
    const struct framing *framing;
    bool enforces;   /* something is denied */
    bool promises;   /* the policy is in force: Tk and Vary are ours */
    bool rewritten;  /* the body is not the origin's */
    bool has_length; /* a Content-Length was passed */
};

/* ---- fields of the body ----------------------------------------------- */

/* Fields that tell of the origin's bytes. */
static bool tells_of_bytes(enum field_id id)
{
    switch (id) {
    case FIELD_CONTENT_MD5:
    case FIELD_DIGEST:
    case FIELD_REPR_DIGEST:
    case FIELD_CONTENT_DIGEST:
    case FIELD_ACCEPT_RANGES:
    case FIELD_LAST_MODIFIED:
        return true;
    default:
        return false;
    }
}

/* A 304 of the origin's is for a rewritten body if a tag of ours was turned
 * back for it. */
static bool is_for_rewritten(const struct response_edit *r)
{
    return r->enforces && r->response->status == 304 &&
           etag_is_held(r->head.visit, (struct str){NULL, 0}, r->head.arena);
}

static void write_etag(struct response_edit *r, const struct field *f)
{
    struct str ours = {NULL, 0};

    if (!r->rewritten) {
        head_pass(&r->head, f);
        return;
    }
    ours = etag_make(r->head.visit, f->value, r->head.arena);
    if (ours.len > 0)
        head_line(&r->head, f->name, ours);
}

/* The length is passed where it stood if the body is the origin's, or if there
 * is none and this says how long it would be. */
static void write_length(struct response_edit *r, const struct field *f)
{
    enum framing_kind kind = r->framing->kind;
    unsigned status = r->response->status;

    if (r->rewritten || r->has_length || status < 200 || status == 204 ||
        (kind != FRAMING_LENGTH && kind != FRAMING_NONE))
        return;
    r->has_length = true;
    head_pass(&r->head, f);
}

/* ---- fields of the policy --------------------------------------------- */

static void write_accept_ch(struct response_edit *r, const struct field *f)
{
    size_t mark = head_begin(&r->head, f->name);
    size_t start = r->head.out->len;

    hints_write_low(r->head.out, f->value);
    head_end(&r->head, mark, r->head.out->len > start);
}

/* Any field that a rule may name. */
static void write_other(struct response_edit *r, const struct field *f)
{
    struct match m = {0};

    if (r->enforces &&
        scope_denies_header(&r->head.visit->scope, f->name, f->value, &m))
        head_note(&r->head, m.rule, "header");
    else if (r->enforces && str_ieq(f->name, STR("critical-ch")))
        write_accept_ch(r, f);
    else
        head_pass(&r->head, f);
}

static void write_field(struct response_edit *r, const struct field *f)
{
    if (r->rewritten && tells_of_bytes(f->id))
        return;
    if (f->id == FIELD_ETAG)
        write_etag(r, f);
    else if (!r->enforces)
        head_pass(&r->head, f);
    else if (f->id == FIELD_SET_COOKIE)
        cookie_edit_response(&r->head, f);
    else if (f->id == FIELD_ACCEPT_CH)
        write_accept_ch(r, f);
    else if (reference_has(f->id))
        reference_edit(&r->head, &r->response->fields, f);
    else
        write_other(r, f);
}

static void write_fields(struct response_edit *r)
{
    const struct fields *fields = &r->response->fields;

    for (unsigned i = 0; i < fields->count; i++) {
        const struct field *f = &fields->items[i];
        if (f->id == FIELD_CONTENT_LENGTH)
            write_length(r, f);
        else if (head_is_hop(&r->head, fields, f))
            continue;
        else if (r->promises &&
                 (f->id == FIELD_VARY ||
                  (f->id == FIELD_TK && r->head.visit->site->policy.tk)))
            continue; /* written anew */
        else
            write_field(r, f);
    }
}

/* What the policy adds to a final response. */
static void write_promises(struct response_edit *r)
{
    const struct visit *v = r->head.visit;
    char status[] = {promise_status(v), '\0'};

    promise_write_vary(&r->head, &r->response->fields);
    if (v->site->policy.tk)
        head_line(&r->head, STR("Tk"), str_of(status));
    if (!r->enforces)
        return;
    promise_write_permissions(&r->head, &r->response->fields);
    cookie_expire_denied(&r->head);
}

/* ---- the connection --------------------------------------------------- */

static void write_connection(struct response_edit *r, bool keep_alive,
                             unsigned minor, bool upgrade)
{
    if (upgrade) {
        head_line(&r->head, STR("Upgrade"),
                  fields_value(&r->response->fields, FIELD_UPGRADE));
        head_line(&r->head, STR("Connection"), STR("Upgrade"));
    } else if (!keep_alive || r->framing->kind == FRAMING_CLOSE) {
        head_line(&r->head, STR("Connection"), STR("close"));
    } else if (minor == 0) {
        head_line(&r->head, STR("Connection"), STR("keep-alive"));
    }
}

static void write_status(struct response_edit *r)
{
    struct buf *out = r->head.out;
    unsigned status = r->response->status;
    char line[] = "HTTP/1.1 000 ";

    if (r->plan->body == PLAN_NOT_MODIFIED) {
        buf_append(out, STR("HTTP/1.1 304 Not Modified\r\n"));
        return;
    }
    line[9] = (char)('0' + status / 100 % 10);
    line[10] = (char)('0' + status / 10 % 10);
    line[11] = (char)('0' + status % 10);
    buf_append(out, str_of(line));
    buf_append(out, r->response->reason);
    buf_append(out, STR("\r\n"));
}

void response_edit_write(struct buf *out, const struct visit *v,
                         const struct response_head *head,
                         const struct response_plan *plan,
                         const struct framing *framing, bool keep_alive,
                         unsigned minor, bool upgrade, head_edit_fn *on_edit,
                         void *edit_ctx, struct arena *arena)
{
    bool final = head->status >= 200;
    struct response_edit r = {
        .head = {.out = out,
                 .visit = v,
                 .arena = arena,
                 .on_edit = on_edit,
                 .edit_ctx = edit_ctx,
                 .nominates = connection_nominates(&head->fields)},
        .response = head,
        .plan = plan,
        .framing = framing,
        .enforces = visit_enforces(v),
        .promises = final && v->site->policy.mode == MODE_ENFORCE,
        .rewritten =
            plan->body == PLAN_REWRITE || plan->body == PLAN_NOT_MODIFIED,
    };

    r.rewritten = r.rewritten || is_for_rewritten(&r);
    write_status(&r);
    write_fields(&r);
    if (r.promises)
        write_promises(&r);
    head_line(&r.head, STR("Via"),
              head->minor > 0 ? STR("1.1 heed") : STR("1.0 heed"));
    write_connection(&r, keep_alive, minor, upgrade);
    if (!r.has_length)
        head_framing(&r.head, framing);
    buf_append(out, STR("\r\n"));
}
