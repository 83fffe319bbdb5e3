#include "http/head.h"

#include "http/token.h"

#define HEAD_ERROR_STATUS(id, status, reason) [HEAD_##id] = status,
static const unsigned short statuses[] = {HEAD_ERRORS(HEAD_ERROR_STATUS)};
#define HEAD_ERROR_REASON(id, status, reason) [HEAD_##id] = reason,
static const char *const reasons[] = {HEAD_ERRORS(HEAD_ERROR_REASON)};

unsigned head_error_status(enum head_error e)
{
    return statuses[e];
}

const char *head_error_reason(enum head_error e)
{
    return reasons[e];
}

size_t head_find_end(struct str bytes, size_t *from)
{
    size_t at = *from;

    for (;;) {
        at = str_find_char(bytes, '\n', at);
        struct str next = str_from(bytes, at + 1);
        if (str_starts(next, STR("\r\n")))
            return at + 3;
        if (str_starts(next, STR("\n")))
            return at + 2;
        if (next.len < 2) {
            /* The byte or two behind this LF decide: come back to it. */
            *from = at < bytes.len ? at : bytes.len;
            return 0;
        }
        at++;
    }
}

/* Take a line off; its CRLF is gone. The bytes end in an empty line, so there
 * is always one. */
static enum head_error take_line(struct str *rest, struct str *line)
{
    size_t end = str_find_char(*rest, '\n', 0);

    if (end == 0 || end == rest->len || rest->ptr[end - 1] != '\r')
        return HEAD_BARE_LF;
    *line = str_sub(*rest, 0, end - 1);
    *rest = str_from(*rest, end + 1);
    return HEAD_NONE;
}

static enum head_error field_parse(struct field *f, struct str line)
{
    size_t colon = 0;

    while (colon < line.len && char_is_token(line.ptr[colon]))
        colon++;
    if (colon == 0 && line.len > 0 &&
        (line.ptr[0] == ' ' || line.ptr[0] == '\t'))
        return HEAD_FOLDED;
    if (colon == 0 || colon == line.len || line.ptr[colon] != ':')
        return HEAD_BAD_FIELD_NAME;
    f->name = str_sub(line, 0, colon);
    f->value = str_trim(str_from(line, colon + 1));
    if (str_find_control(f->value) < f->value.len)
        return HEAD_BAD_FIELD_VALUE;
    f->id = field_id_of(f->name);
    return HEAD_NONE;
}

static unsigned count_lines(struct str bytes)
{
    unsigned count = 0;
    size_t at = 0;

    while ((at = str_find_char(bytes, '\n', at)) < bytes.len) {
        count++;
        at++;
    }
    return count;
}

/* Parse field lines up to the empty one. */
static enum head_error fields_parse(struct fields *fields, struct str rest,
                                    const struct head_limits *limits,
                                    bool underscores, struct arena *arena)
{
    unsigned lines = count_lines(rest);

    *fields = (struct fields){0};
    if (limits->bytes > 0 && rest.len > limits->bytes)
        return HEAD_FIELDS_LONG;
    if (limits->count > 0 && lines > limits->count + 1)
        return HEAD_FIELDS_LONG;
    fields->items = arena_alloc(arena, sizeof(struct field) * lines);
    for (;;) {
        struct str line = {NULL, 0};
        enum head_error e = take_line(&rest, &line);
        if (e != HEAD_NONE)
            return e;
        if (line.len == 0)
            return HEAD_NONE;
        struct field *f = &fields->items[fields->count];
        e = field_parse(f, line);
        if (e != HEAD_NONE)
            return e;
        if (underscores || memchr(f->name.ptr, '_', f->name.len) == NULL)
            fields->count++;
    }
}

/* HTTP-version = "HTTP/" DIGIT "." DIGIT (RFC 9112, 2.3). A minor version we
 * don't know is treated as the highest that we do. */
static enum head_error version_parse(struct str s, unsigned char *minor)
{
    if (s.len != 8 || !str_starts(s, STR("HTTP/")) || s.ptr[6] != '.' ||
        !ascii_is_digit(s.ptr[5]) || !ascii_is_digit(s.ptr[7]))
        return HEAD_BAD_VERSION;
    if (s.ptr[5] != '1')
        return HEAD_VERSION;
    *minor = s.ptr[7] == '0' ? 0 : 1;
    return HEAD_NONE;
}

static bool target_chars_ok(struct str target)
{
    for (size_t i = 0; i < target.len; i++) {
        if (!char_is_target(target.ptr[i]))
            return false;
    }
    return target.len > 0;
}

/* A path whose percent signs do not begin a percent-encoding is read
 * differently by different servers. Queries carry such often and harmlessly. */
static bool path_escapes_ok(struct str path)
{
    size_t end = str_find_char(path, '?', 0);

    for (size_t i = 0; i < end; i++) {
        if (path.ptr[i] != '%')
            continue;
        if (i + 2 >= end || ascii_hex(path.ptr[i + 1]) < 0 ||
            ascii_hex(path.ptr[i + 2]) < 0)
            return false;
    }
    return true;
}

/* absolute-form (RFC 9112, 3.2.2): its authority goes to head->host. */
static enum head_error absolute_target(struct request_head *head)
{
    struct str rest;

    if (str_istarts(head->target, STR("http://")))
        rest = str_from(head->target, 7);
    else if (str_istarts(head->target, STR("https://")))
        rest = str_from(head->target, 8);
    else
        return HEAD_BAD_TARGET;
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
        end++;
    head->host = str_sub(rest, 0, end);
    head->path = str_from(rest, end);
    if (!str_is_authority(head->host))
        return HEAD_BAD_TARGET;
    if (head->path.len == 0)
        head->path = STR("/");
    return head->path.ptr[0] == '/' ? HEAD_NONE : HEAD_BAD_TARGET;
}

static enum head_error target_parse(struct request_head *head)
{
    if (head->is_connect)
        return HEAD_METHOD_CONNECT;
    if (!target_chars_ok(head->target))
        return HEAD_BAD_TARGET;
    head->path = head->target;
    if (str_eq(head->target, STR("*")))
        return str_eq(head->method, STR("OPTIONS")) ? HEAD_NONE
                                                    : HEAD_BAD_TARGET;
    if (head->target.ptr[0] != '/') {
        enum head_error e = absolute_target(head);
        if (e != HEAD_NONE)
            return e;
    }
    return path_escapes_ok(head->path) ? HEAD_NONE : HEAD_BAD_TARGET;
}

static enum head_error request_line_parse(struct request_head *head,
                                          struct str line)
{
    struct str rest = line;

    head->method = str_cut(&rest, ' ');
    head->target = str_cut(&rest, ' ');
    if (rest.ptr == NULL)
        return HEAD_BAD_LINE;
    if (!str_is_token(head->method))
        return HEAD_BAD_METHOD;
    head->is_head = str_eq(head->method, STR("HEAD"));
    head->is_connect = str_eq(head->method, STR("CONNECT"));
    enum head_error e = version_parse(rest, &head->minor);
    return e != HEAD_NONE ? e : target_parse(head);
}

/* Exactly one valid Host; an absolute target must agree with it. */
static enum head_error host_check(struct request_head *head)
{
    const struct field *host = fields_find(&head->fields, FIELD_HOST);

    if (host == NULL) {
        if (head->minor > 0)
            return HEAD_NO_HOST;
        return head->host.len > 0 ? HEAD_NONE : HEAD_NO_HOST;
    }
    if (fields_count(&head->fields, FIELD_HOST) > 1)
        return HEAD_HOSTS;
    if (!str_is_authority(host->value))
        return HEAD_BAD_HOST;
    if (head->host.len > 0 && !str_ieq(head->host, host->value))
        return HEAD_HOST_DISAGREES;
    head->host = host->value;
    return HEAD_NONE;
}

enum head_error request_head_parse(struct request_head *head, struct str bytes,
                                   const struct head_limits *limits,
                                   bool underscores, struct arena *arena)
{
    struct str rest = bytes, line = {NULL, 0};

    *head = (struct request_head){0};
    enum head_error e = take_line(&rest, &line);
    if (e != HEAD_NONE)
        return e;
    if (limits->line > 0 && line.len > limits->line)
        return HEAD_LINE_LONG;
    e = request_line_parse(head, line);
    if (e != HEAD_NONE)
        return e;
    e = fields_parse(&head->fields, rest, limits, underscores, arena);
    return e != HEAD_NONE ? e : host_check(head);
}

static enum head_error status_line_parse(struct response_head *head,
                                         struct str line)
{
    struct str rest = line;
    uint64_t status = 0;

    enum head_error e = version_parse(str_cut(&rest, ' '), &head->minor);
    if (e != HEAD_NONE)
        return e;
    struct str code = str_cut(&rest, ' ');
    if (code.len != 3 || !str_to_uint(code, 999, &status) || status < 100)
        return HEAD_BAD_LINE;
    if (str_find_control(rest) < rest.len)
        return HEAD_BAD_LINE;
    head->status = (unsigned)status;
    head->reason = rest;
    return HEAD_NONE;
}

enum head_error response_head_parse(struct response_head *head,
                                    struct str bytes,
                                    const struct head_limits *limits,
                                    struct arena *arena)
{
    struct str rest = bytes, line = {NULL, 0};

    *head = (struct response_head){0};
    enum head_error e = take_line(&rest, &line);
    if (e != HEAD_NONE)
        return e;
    e = status_line_parse(head, line);
    if (e != HEAD_NONE)
        return e;
    return fields_parse(&head->fields, rest, limits, true, arena);
}

enum head_error trailers_parse(struct fields *fields, struct str bytes,
                               const struct head_limits *limits,
                               struct arena *arena)
{
    return fields_parse(fields, bytes, limits, false, arena);
}

struct str host_without_port(struct str host)
{
    size_t end = host.len > 0 && host.ptr[0] == '['
                     ? str_find_char(host, ']', 0) + 1
                     : str_find_char(host, ':', 0);

    return str_sub(host, 0, end);
}

bool method_is_idempotent(struct str method)
{
    static const struct str idempotent[] = {
        STR_INIT("GET"),    STR_INIT("HEAD"),    STR_INIT("PUT"),
        STR_INIT("DELETE"), STR_INIT("OPTIONS"), STR_INIT("TRACE"),
    };

    for (size_t i = 0; i < ARRAY_LEN(idempotent); i++) {
        if (str_eq(method, idempotent[i]))
            return true;
    }
    return false;
}
