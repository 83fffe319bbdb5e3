#include "rewrite/forwarded.h"

#include "http/address.h"
#include "http/token.h"

enum { TRACE_ID = 32, PARENT_ID = 16 }; /* hexadecimal digits */

bool forwarded_owns(enum field_id id)
{
    switch (id) {
    case FIELD_FORWARDED:
    case FIELD_X_FORWARDED_FOR:
    case FIELD_X_FORWARDED_HOST:
    case FIELD_X_FORWARDED_PROTO:
    case FIELD_X_REAL_IP:
    case FIELD_X_REQUEST_ID:
    case FIELD_TRACEPARENT:
        return true;
    default:
        return false;
    }
}

static const struct fields *fields_of(const struct head_edit *e)
{
    return &e->visit->request->fields;
}

static bool truncates(const struct head_edit *e)
{
    return (e->visit->scope.denied >> PURPOSE_ANALYTICS & 1) != 0;
}

/* Without "[", "]" and a port. */
static struct str bare_address(struct str s)
{
    if (str_starts(s, STR("[")))
        return str_sub(s, 1, str_find_char(s, ']', 0) - 1);
    size_t colon = str_find_char(s, ':', 0);
    if (str_find_char(s, ':', colon + 1) == s.len)
        return str_sub(s, 0, colon);
    return s;
}

/* An address as the origin may see it. What is none stays: "unknown". */
static struct str shown(const struct head_edit *e, struct str address)
{
    size_t mark = e->out->len;

    if (!truncates(e))
        return address;
    address_write_truncated(e->out, bare_address(address));
    struct str cut = arena_dup(e->arena, str_from(buf_str(e->out), mark));
    e->out->len = mark;
    return str_eq(cut, STR("-")) ? address : cut;
}

static void separate(struct buf *out, size_t start)
{
    if (out->len > start)
        buf_append(out, STR(", "));
}

/* ---- X-Forwarded-* ---------------------------------------------------- */

/* Addresses that proxies before a trusted one saw. */
static void write_addresses(struct head_edit *e, size_t start)
{
    const struct fields *fields = fields_of(e);

    for (unsigned i = 0; i < fields->count; i++) {
        struct str rest = fields->items[i].value, element;
        if (fields->items[i].id != FIELD_X_FORWARDED_FOR)
            continue;
        while (list_next(&rest, &element)) {
            separate(e->out, start);
            buf_append(e->out, shown(e, element));
        }
    }
}

static void write_x_for(struct head_edit *e, const struct client_info *client)
{
    size_t mark = head_begin(e, STR("X-Forwarded-For"));
    size_t start = e->out->len;

    if (client->trusted)
        write_addresses(e, start);
    if (client->address.len > 0) {
        separate(e->out, start);
        buf_append(e->out, shown(e, client->address));
    }
    head_end(e, mark, e->out->len > start);
}

/* What a trusted proxy says, else what we know. */
static void write_known(struct head_edit *e, const struct client_info *client,
                        enum field_id id, struct str name, struct str ours)
{
    struct str theirs = fields_value(fields_of(e), id);

    if (client->trusted && theirs.len > 0)
        ours = theirs;
    if (ours.len > 0)
        head_line(e, name, ours);
}

/* ---- Forwarded -------------------------------------------------------- */

/* Append one parameter of an element; an address behind "for=" may have to be
 * truncated. */
static void write_parameter(struct head_edit *e, struct str parameter)
{
    struct str trimmed = str_trim(parameter);

    if (!truncates(e) || !str_istarts(trimmed, STR("for="))) {
        buf_append(e->out, parameter);
        return;
    }
    struct str node = str_from(trimmed, 4);
    if (node.len >= 2 && node.ptr[0] == '"')
        node = str_sub(node, 1, node.len - 2);
    struct str cut = shown(e, node);
    bool v6 =
        str_find_char(cut, ':', 0) < cut.len && !str_starts(cut, STR("["));
    bool token = str_is_token(cut);
    buf_printf(e->out, "for=%s" STR_FMT "%s",
               v6      ? "\"["
               : token ? ""
                       : "\"",
               STR_ARG(cut),
               v6      ? "]\""
               : token ? ""
                       : "\"");
}

/* The parameters up to the next ";" outside quotes. */
static struct str take_parameter(struct str *rest)
{
    size_t at = 0;
    bool quoted = false;

    for (; at < rest->len && (quoted || rest->ptr[at] != ';'); at++) {
        if (rest->ptr[at] == '"')
            quoted = !quoted;
        else if (quoted && rest->ptr[at] == '\\')
            at++;
    }
    struct str parameter = str_sub(*rest, 0, at);
    *rest = str_from(*rest, at + 1);
    return parameter;
}

static void write_elements(struct head_edit *e, size_t start)
{
    const struct fields *fields = fields_of(e);

    for (unsigned i = 0; i < fields->count; i++) {
        struct str rest = fields->items[i].value, element;
        if (fields->items[i].id != FIELD_FORWARDED)
            continue;
        while (list_next(&rest, &element)) {
            separate(e->out, start);
            write_parameter(e, take_parameter(&element));
            while (element.len > 0) {
                buf_append_char(e->out, ';');
                write_parameter(e, take_parameter(&element));
            }
        }
    }
}

/* Our own element: for=192.0.2.1;host=www.example.com;proto=https */
static void write_element(struct head_edit *e, const struct client_info *client)
{
    struct str address = shown(e, client->address);
    struct str host = e->visit->request->host;
    bool v6 = str_find_char(address, ':', 0) < address.len;
    struct str quote = str_is_token(host) ? STR("") : STR("\"");

    buf_append(e->out, v6 ? STR("for=\"[") : STR("for="));
    buf_append(e->out, address.len > 0 ? address : STR("unknown"));
    buf_append(e->out, v6 ? STR("]\"") : STR(""));
    if (host.len > 0) {
        buf_append(e->out, STR(";host="));
        buf_append(e->out, quote);
        buf_append(e->out, host);
        buf_append(e->out, quote);
    }
    buf_append(e->out,
               e->visit->secure ? STR(";proto=https") : STR(";proto=http"));
}

static void write_forwarded(struct head_edit *e,
                            const struct client_info *client)
{
    size_t mark = head_begin(e, STR("Forwarded"));
    size_t start = e->out->len;

    if (client->trusted)
        write_elements(e, start);
    separate(e->out, start);
    write_element(e, client);
    head_end(e, mark, true);
}

/* ---- traceparent ------------------------------------------------------ */

/* `len` lower-case hexadecimal digits off the front, not all "0". */
static bool take_id(struct str *s, size_t len)
{
    bool zero = true;

    if (s->len < len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = s->ptr[i];
        if (ascii_hex(c) < 0 || (c >= 'A' && c <= 'F'))
            return false;
        zero = zero && c == '0';
    }
    *s = str_from(*s, len);
    return !zero;
}

static bool take_dash(struct str *s)
{
    bool found = str_starts(*s, STR("-"));

    *s = str_from(*s, found);
    return found;
}

bool traceparent_is_valid(struct str value)
{
    struct str rest = value;
    bool first_version = str_starts(value, STR("00-"));

    take_id(&rest, 2); /* the version may be 00 */
    if (rest.len != value.len - 2 || str_starts(value, STR("ff")) ||
        !take_dash(&rest) || !take_id(&rest, TRACE_ID) || !take_dash(&rest) ||
        !take_id(&rest, PARENT_ID) || !take_dash(&rest))
        return false;
    size_t before = rest.len;
    take_id(&rest, 2); /* the flags may be 00 */
    if (rest.len + 2 != before)
        return false;
    return rest.len == 0 || (!first_version && rest.ptr[0] == '-');
}

/* Begin a trace whose id is the request's own. */
static void begin_trace(struct head_edit *e, struct str id)
{
    struct str rest = id;
    char room[UINT_ROOM];

    if (id.len != TRACE_ID || !take_id(&rest, TRACE_ID))
        return;
    head_flush(e);
    buf_append(e->out, STR("traceparent: 00-"));
    buf_append(e->out, id);
    buf_append(e->out, STR("-"));
    buf_append(e->out, str_of_hex(room, str_hash(id) | 1, PARENT_ID));
    buf_append(e->out, STR("-01\r\n"));
}

static void write_trace(struct head_edit *e, const struct client_info *client)
{
    const struct fields *fields = fields_of(e);
    const struct field *theirs = fields_find(fields, FIELD_TRACEPARENT);

    if (theirs != NULL && fields_count(fields, FIELD_TRACEPARENT) == 1 &&
        traceparent_is_valid(theirs->value))
        head_pass(e, theirs);
    else
        begin_trace(e, client->request_id);
}

/* ---- all -------------------------------------------------------------- */

void forwarded_write(struct head_edit *e, const struct client_info *client)
{
    const struct visit *v = e->visit;
    struct str real = fields_value(fields_of(e), FIELD_X_REAL_IP);

    write_x_for(e, client);
    write_known(e, client, FIELD_X_FORWARDED_PROTO, STR("X-Forwarded-Proto"),
                v->secure ? STR("https") : STR("http"));
    write_known(e, client, FIELD_X_FORWARDED_HOST, STR("X-Forwarded-Host"),
                v->request->host);
    if (client->trusted && real.len > 0)
        head_line(e, STR("X-Real-IP"), shown(e, real));
    write_forwarded(e, client);
    write_known(e, client, FIELD_X_REQUEST_ID, STR("X-Request-Id"),
                client->request_id);
    write_trace(e, client);
    head_line(e, STR("Via"),
              v->request->minor > 0 ? STR("1.1 heed") : STR("1.0 heed"));
}
