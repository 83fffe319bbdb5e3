#include "http/media.h"
#include "rewrite/etag.h"
#include "rewrite/response_edit.h"

/* ---- what the body is ------------------------------------------------- */

static bool is_page(const struct visit *v)
{
    enum resource_type type = visit_resource_type(v->request);

    return type == RESOURCE_DOCUMENT || type == RESOURCE_SUBDOCUMENT;
}

/* Whether the body is of a kind that is rewritten. A page without a type is
 * taken for HTML. */
static bool read_kind(struct response_plan *out, const struct visit *v,
                      const struct response_head *head, struct arena *arena)
{
    struct media_type type;

    if (!media_type_of(&type, &head->fields)) {
        out->kind = BODY_HTML;
        return fields_find(&head->fields, FIELD_CONTENT_TYPE) == NULL &&
               is_page(v);
    }
    char *charset = arena_alloc(arena, type.charset.len + 1);
    for (size_t i = 0; i < type.charset.len; i++)
        charset[i] = ascii_lower(type.charset.ptr[i]);
    out->charset = str_make(charset, type.charset.len);
    out->kind = media_type_is(&type, STR("text/css")) ? BODY_CSS : BODY_HTML;
    return out->kind == BODY_CSS || media_type_is(&type, STR("text/html")) ||
           media_type_is(&type, STR("application/xhtml+xml"));
}

/* Labels of encodings in which ASCII bytes are not themselves (Encoding
 * standard, 4.2). */
static bool is_readable_charset(struct str charset)
{
    static const struct str unreadable[] = {
        STR_INIT("utf-16"),          STR_INIT("utf-16le"),
        STR_INIT("utf-16be"),        STR_INIT("unicode"),
        STR_INIT("unicodefeff"),     STR_INIT("unicodefffe"),
        STR_INIT("csunicode"),       STR_INIT("ucs-2"),
        STR_INIT("iso-10646-ucs-2"), STR_INIT("iso-2022-jp"),
        STR_INIT("csiso2022jp"),     STR_INIT("iso-2022-kr"),
        STR_INIT("csiso2022kr"),     STR_INIT("iso-2022-cn"),
        STR_INIT("iso-2022-cn-ext"), STR_INIT("hz-gb-2312"),
        STR_INIT("replacement"),
    };

    for (size_t i = 0; i < ARRAY_LEN(unreadable); i++) {
        if (str_eq(charset, unreadable[i]))
            return false;
    }
    return true;
}

/* The one coding that a body may have; identity does not count. */
static bool read_coding(struct response_plan *out,
                        const struct response_head *head)
{
    out->coding = CODING_IDENTITY;
    for (unsigned i = 0; i < head->fields.count; i++) {
        struct str rest = head->fields.items[i].value, name;
        if (head->fields.items[i].id != FIELD_CONTENT_ENCODING)
            continue;
        while (list_next(&rest, &name)) {
            if (str_ieq(name, STR("identity")))
                continue;
            if (out->coding != CODING_IDENTITY)
                return false;
            if (str_ieq(name, STR("gzip")) || str_ieq(name, STR("x-gzip")))
                out->coding = CODING_GZIP;
            else if (str_ieq(name, STR("deflate")))
                out->coding = CODING_DEFLATE;
            else
                return false;
        }
    }
    return true;
}

/* ---- whether there is one --------------------------------------------- */

static bool has_body(const struct visit *v, const struct response_head *head,
                     const struct framing *framing)
{
    if (head->status < 200 || head->status == 204 || head->status == 304)
        return false;
    if (v->request->is_head)
        return !str_eq(fields_value(&head->fields, FIELD_CONTENT_LENGTH),
                       STR("0"));
    return framing->kind != FRAMING_NONE &&
           (framing->kind != FRAMING_LENGTH || framing->length > 0);
}

/* Why a body that has to be rewritten cannot be; NULL if it can. */
static const char *find_obstacle(struct response_plan *out,
                                 const struct visit *v,
                                 const struct response_head *head,
                                 struct arena *arena)
{
    struct url url;

    if (head->status == 206)
        return "part of a body that has to be rewritten";
    if (!read_coding(out, head))
        return "unknown content coding of a body that has to be rewritten";
    if (!is_readable_charset(out->charset))
        return "unknown encoding of a body that has to be rewritten";
    if (!visit_url(v, &url, arena))
        return "no URL for a body that has to be rewritten";
    return NULL;
}

static bool is_known_to_client(const struct visit *v,
                               const struct response_head *head,
                               struct arena *arena)
{
    if (head->status != 200 ||
        fields_find(&v->request->fields, FIELD_IF_NONE_MATCH) == NULL ||
        !(v->request->is_head || str_eq(v->request->method, STR("GET"))))
        return false;
    struct str ours =
        etag_make(v, fields_value(&head->fields, FIELD_ETAG), arena);
    return ours.len > 0 && etag_is_held(v, ours, arena);
}

void response_plan(struct response_plan *out, const struct visit *v,
                   const struct response_head *head,
                   const struct framing *framing, struct arena *arena)
{
    *out = (struct response_plan){.body = PLAN_PASS};
    if (!visit_enforces(v) || !has_body(v, head, framing) ||
        !read_kind(out, v, head, arena))
        return;
    out->why = find_obstacle(out, v, head, arena);
    if (out->why != NULL)
        out->body =
            v->site->policy.pass_uninspectable ? PLAN_PASS : PLAN_REFUSE;
    else if (is_known_to_client(v, head, arena))
        out->body = PLAN_NOT_MODIFIED;
    else
        out->body = PLAN_REWRITE;
    out->no_inline =
        fields_find(&head->fields, FIELD_CONTENT_SECURITY_POLICY) != NULL;
}
