#include "rewrite/head_edit.h"

static void append_line(struct buf *out, struct str name, struct str value)
{
    char *at = buf_reserve(out, name.len + value.len + 4);

    memcpy(at, name.ptr, name.len);
    memcpy(at + name.len, ": ", 2);
    if (value.len > 0)
        memcpy(at + name.len + 2, value.ptr, value.len);
    memcpy(at + name.len + 2 + value.len, "\r\n", 2);
    out->len += name.len + value.len + 4;
}

/* Whether the line stands in memory as "Name: value". */
static bool is_compact(const struct field *f)
{
    const char *colon = f->name.ptr + f->name.len;

    return colon + 2 == f->value.ptr && memcmp(colon, ": ", 2) == 0;
}

void head_pass(struct head_edit *e, const struct field *f)
{
    if (!is_compact(f)) {
        head_line(e, f->name, f->value);
        return;
    }
    if (e->run == NULL || e->run_end + 2 != f->name.ptr ||
        memcmp(e->run_end, "\r\n", 2) != 0) {
        head_flush(e);
        e->run = f->name.ptr;
    }
    e->run_end = f->value.ptr + f->value.len;
}

void head_flush(struct head_edit *e)
{
    if (e->run == NULL)
        return;
    buf_append(e->out, str_between(e->run, e->run_end));
    buf_append(e->out, STR("\r\n"));
    e->run = NULL;
}

void head_line(struct head_edit *e, struct str name, struct str value)
{
    head_flush(e);
    append_line(e->out, name, value);
}

size_t head_begin(struct head_edit *e, struct str name)
{
    head_flush(e);
    size_t mark = e->out->len;
    buf_append(e->out, name);
    buf_append(e->out, STR(": "));
    return mark;
}

void head_end(struct head_edit *e, size_t mark, bool keep)
{
    if (keep)
        buf_append(e->out, STR("\r\n"));
    else
        e->out->len = mark;
}

void head_note(struct head_edit *e, const struct rule *rule, const char *kind)
{
    if (e->on_edit != NULL)
        e->on_edit(e->edit_ctx, rule, kind);
}

/* ---- hop by hop ------------------------------------------------------- */

static bool is_hop_id(enum field_id id)
{
    switch (id) {
    case FIELD_CONNECTION:
    case FIELD_KEEP_ALIVE:
    case FIELD_PROXY_CONNECTION:
    case FIELD_PROXY_AUTHENTICATE:
    case FIELD_PROXY_AUTHORIZATION:
    case FIELD_TE:
    case FIELD_TRANSFER_ENCODING:
    case FIELD_UPGRADE:
    case FIELD_HTTP2_SETTINGS:
    case FIELD_CONTENT_LENGTH: /* written anew from the framing */
        return true;
    default:
        return false;
    }
}

bool head_is_hop(const struct head_edit *e, const struct fields *fields,
                 const struct field *f)
{
    if (is_hop_id(f->id))
        return true;
    return e->nominates && f->id != FIELD_DNT && f->id != FIELD_SEC_GPC &&
           fields_list_has(fields, FIELD_CONNECTION, f->name);
}

static bool is_usual_option(struct str option)
{
    return str_ieq(option, STR("keep-alive")) ||
           str_ieq(option, STR("close")) || str_ieq(option, STR("upgrade")) ||
           str_ieq(option, STR("te"));
}

bool connection_nominates(const struct fields *fields)
{
    for (unsigned i = 0; i < fields->count; i++) {
        struct str rest = fields->items[i].value, option;
        if (fields->items[i].id != FIELD_CONNECTION)
            continue;
        while (list_next(&rest, &option)) {
            if (!is_usual_option(option))
                return true;
        }
    }
    return false;
}

void head_framing(struct head_edit *e, const struct framing *framing)
{
    char room[UINT_ROOM];

    if (framing->kind == FRAMING_LENGTH)
        head_line(e, STR("Content-Length"), str_of_uint(room, framing->length));
    else if (framing->kind == FRAMING_CHUNKED)
        head_line(e, STR("Transfer-Encoding"), STR("chunked"));
    else
        head_flush(e);
}
