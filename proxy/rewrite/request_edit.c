#include "rewrite/request_edit.h"

#include "rewrite/cookie_edit.h"
#include "rewrite/etag.h"
#include "rewrite/forwarded.h"
#include "rewrite/head_edit.h"
#include "rewrite/hint.h"

struct request_edit {
    struct head_edit head;
    bool enforces;    /* something is denied */
    bool analytics;   /* analytics is denied */
    bool may_rewrite; /* the answer may have to be */
};

/* ---- the request line ------------------------------------------------- */

static void write_query(struct request_edit *r, struct str query)
{
    struct buf *out = r->head.out;
    struct str piece;
    size_t start = out->len;
    bool first = true;

    buf_append_char(out, '?');
    while (query_next(&query, &piece)) {
        struct match m = {0};
        struct str rest = piece, name = str_cut(&rest, '=');
        if (name.len > 0 &&
            scope_denies_param(&r->head.visit->scope, name, &m)) {
            head_note(&r->head, m.rule, "param");
            continue;
        }
        if (!first)
            buf_append_char(out, '&');
        buf_append(out, piece);
        first = false;
    }
    if (first)
        out->len = start;
}

static void write_line(struct request_edit *r)
{
    const struct request_head *request = r->head.visit->request;
    struct buf *out = r->head.out;
    size_t query = str_find_char(request->path, '?', 0);

    buf_append(out, request->method);
    buf_append_char(out, ' ');
    if (r->enforces && query < request->path.len) {
        buf_append(out, str_sub(request->path, 0, query));
        write_query(r, str_from(request->path, query + 1));
    } else {
        buf_append(out, request->path);
    }
    buf_append(out, STR(" HTTP/1.1\r\n"));
    if (request->host.ptr != NULL)
        head_line(&r->head, STR("Host"), request->host);
}

/* ---- what the answer may be ------------------------------------------- */

/* Codings that a rewritten answer may come in. */
static bool is_readable_coding(struct str element)
{
    static const struct str readable[] = {
        STR_INIT("gzip"),
        STR_INIT("x-gzip"),
        STR_INIT("deflate"),
        STR_INIT("identity"),
    };
    struct str coding = str_trim(str_cut(&element, ';'));

    for (size_t i = 0; i < ARRAY_LEN(readable); i++) {
        if (str_ieq(coding, readable[i]))
            return true;
    }
    return false;
}

/* One line for all: a client that names no coding takes any. */
static void write_accept_encoding(struct request_edit *r)
{
    const struct fields *fields = &r->head.visit->request->fields;
    struct buf *out = r->head.out;
    size_t mark = head_begin(&r->head, STR("Accept-Encoding"));
    size_t start = out->len;

    for (unsigned i = 0; i < fields->count; i++) {
        struct str rest = fields->items[i].value, element;
        if (fields->items[i].id != FIELD_ACCEPT_ENCODING)
            continue;
        while (list_next(&rest, &element)) {
            if (!is_readable_coding(element))
                continue;
            if (out->len > start)
                buf_append(out, STR(", "));
            buf_append(out, element);
        }
    }
    if (out->len == start)
        buf_append(out, STR("identity"));
    head_end(&r->head, mark, true);
}

static bool is_read(const struct request_head *request)
{
    return str_eq(request->method, STR("GET")) ||
           str_eq(request->method, STR("HEAD"));
}

/* Tags of ours are turned back into the origin's where they name what this
 * visitor would be given; other tags of ours, and the origin's own where the
 * body would be rewritten, name bodies that this visitor is not to be told to
 * keep. */
static void write_if_none_match(struct request_edit *r, const struct field *f)
{
    const struct visit *v = r->head.visit;
    struct str rest = f->value, element, original;

    if (!is_read(v->request) ||
        (!r->may_rewrite &&
         str_find(f->value, STR("--heed-")) == f->value.len)) {
        head_pass(&r->head, f);
        return;
    }
    size_t mark = head_begin(&r->head, f->name);
    size_t start = r->head.out->len;
    while (list_next(&rest, &element)) {
        enum etag_origin origin =
            etag_read(v, element, &original, r->head.arena);
        if (origin == ETAG_STALE || (origin == ETAG_FOREIGN && r->may_rewrite))
            continue;
        if (r->head.out->len > start)
            buf_append(r->head.out, STR(", "));
        buf_append(r->head.out, origin == ETAG_CURRENT ? original : element);
    }
    head_end(&r->head, mark, r->head.out->len > start);
}

/* ---- what tells of the visitor ---------------------------------------- */

/* From another site only its origin is told. */
static void write_referer(struct request_edit *r, const struct field *f)
{
    struct url url;

    if (!url_parse(&url, f->value, NULL, r->head.arena) ||
        !url_is_special(&url))
        return;
    if (str_eq(host_registrable(url.host), r->head.visit->scope.domain)) {
        head_pass(&r->head, f);
        return;
    }
    size_t origin = (size_t)(url.path.ptr - url.text.ptr);
    head_line(&r->head, f->name, str_sub(url.text, 0, origin + 1));
}

/* ---- fields ----------------------------------------------------------- */

static void write_field(struct request_edit *r, const struct field *f)
{
    switch (f->id) {
    case FIELD_COOKIE:
        if (r->enforces)
            cookie_edit_request(&r->head, f);
        else
            head_pass(&r->head, f);
        return;
    case FIELD_REFERER:
        if (r->analytics)
            write_referer(r, f);
        else
            head_pass(&r->head, f);
        return;
    case FIELD_IF_NONE_MATCH:
        write_if_none_match(r, f);
        return;
    case FIELD_ACCEPT_ENCODING:
        if (!r->enforces)
            head_pass(&r->head, f);
        return;
    case FIELD_RANGE:
    case FIELD_IF_RANGE:
    case FIELD_IF_MODIFIED_SINCE:
        if (!r->may_rewrite || !is_read(r->head.visit->request))
            head_pass(&r->head, f);
        return;
    case FIELD_OTHER:
        if (!r->analytics || !hint_is_high_entropy(f->name))
            head_pass(&r->head, f);
        return;
    default:
        head_pass(&r->head, f);
        return;
    }
}

static void write_fields(struct request_edit *r)
{
    const struct fields *fields = &r->head.visit->request->fields;

    for (unsigned i = 0; i < fields->count; i++) {
        const struct field *f = &fields->items[i];
        if (f->id != FIELD_HOST && f->id != FIELD_HEED_CONSENT &&
            !forwarded_owns(f->id) && !head_is_hop(&r->head, fields, f))
            write_field(r, f);
    }
    if (r->enforces)
        write_accept_encoding(r);
}

/* Connection, and what it names. */
static void write_connection(struct request_edit *r, bool upgrade)
{
    const struct fields *fields = &r->head.visit->request->fields;
    bool trailers = fields_list_has(fields, FIELD_TE, STR("trailers"));

    if (trailers)
        head_line(&r->head, STR("TE"), STR("trailers"));
    if (upgrade)
        head_line(&r->head, STR("Upgrade"),
                  fields_value(fields, FIELD_UPGRADE));
    if (upgrade || trailers)
        head_line(&r->head, STR("Connection"),
                  upgrade && trailers ? STR("Upgrade, TE")
                  : upgrade           ? STR("Upgrade")
                                      : STR("TE"));
}

static void write_consent(struct request_edit *r)
{
    const struct visit *v = r->head.visit;

    if (v->site->policy.mode != MODE_ENFORCE)
        return;
    size_t mark = head_begin(&r->head, STR("Heed-Consent"));
    decision_write_consent(r->head.out, &v->decision, v->site->purposes);
    head_end(&r->head, mark, true);
}

void request_edit_write(struct buf *out, const struct visit *v,
                        const struct client_info *client,
                        const struct framing *framing, bool upgrade,
                        head_edit_fn *on_edit, void *edit_ctx,
                        struct arena *arena)
{
    struct request_edit r = {
        .head = {.out = out,
                 .visit = v,
                 .arena = arena,
                 .on_edit = on_edit,
                 .edit_ctx = edit_ctx,
                 .nominates = connection_nominates(&v->request->fields)},
        .enforces = visit_enforces(v),
        .analytics = (v->scope.denied >> PURPOSE_ANALYTICS & 1) != 0,
        .may_rewrite = visit_may_rewrite(v),
    };

    write_line(&r);
    write_fields(&r);
    write_connection(&r, upgrade);
    forwarded_write(&r.head, client);
    write_consent(&r);
    head_framing(&r.head, framing);
    buf_append(out, STR("\r\n"));
}
