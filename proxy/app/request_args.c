#include "app/request_args.h"

#include "app/commands.h"
#include "base/buf.h"

static bool is_end_of_line(char c)
{
    return c == '\r' || c == '\n' || c == '\0';
}

static bool has_line_end(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (is_end_of_line(s.ptr[i]))
            return true;
    return false;
}

static void add(struct request_args *args, struct str name, struct str value)
{
    struct fields *fields = &args->fields;

    if (fields->count == args->room) {
        args->room = args->room * 2 + 8;
        fields->items = arena_grow(args->arena, fields->items, fields->count,
                                   args->room, sizeof(struct field));
    }
    fields->items[fields->count++] =
        (struct field){.name = name, .value = value, .id = field_id_of(name)};
}

bool request_args_add(struct request_args *args, const char *text)
{
    struct str header = str_of(text);
    size_t colon = str_find_char(header, ':', 0);
    size_t semicolon = str_find_char(header, ';', 0);

    if (has_line_end(header) ||
        (colon == header.len && semicolon + 1 != header.len)) {
        command_failed("\"%s\" is no field (expected \"Name: value\")", text);
        return false;
    }
    if (colon == header.len) {
        add(args, str_sub(header, 0, semicolon), STR(""));
        return true;
    }
    struct str value = str_trim(str_from(header, colon + 1));
    if (value.len > 0)
        add(args, str_sub(header, 0, colon), value);
    return true;
}

bool request_args_take(struct request_args *args, enum field_id id,
                       struct field *out)
{
    struct fields *fields = &args->fields;

    for (unsigned i = 0; i < fields->count; i++) {
        if (fields->items[i].id != id)
            continue;
        *out = fields->items[i];
        fields->count--;
        memmove(&fields->items[i], &fields->items[i + 1],
                (fields->count - i) * sizeof(struct field));
        return true;
    }
    return false;
}

/* A host that the first site answers to. */
static struct str first_host(const struct settings *s, struct arena *arena)
{
    struct str host = s->sites[0].hosts[0];

    if (str_eq(host, STR("*")))
        return STR("localhost");
    if (str_starts(host, STR("*.")))
        return arena_concat(arena,
                            (struct str[]){STR("www"), str_from(host, 1)}, 2);
    return host;
}

static bool parse_url(struct str text, struct str host, struct url *out,
                      struct arena *arena)
{
    struct str parts[] = {STR("http://"), host, text};

    if (str_starts(text, STR("/")) && !str_starts(text, STR("//")))
        text = arena_concat(arena, parts, ARRAY_LEN(parts));
    return url_parse(out, text, NULL, arena) && url_is_special(out) &&
           out->host.len > 0;
}

static bool refuse_url(const char *text)
{
    command_failed("\"%s\" is no URL of the web (expected http://HOST/PATH)",
                   text);
    return false;
}

bool request_args_check_url(const char *text)
{
    struct arena arena = {0};
    struct url url;
    bool good = parse_url(str_of(text), STR("localhost"), &url, &arena);

    arena_release(&arena);
    return good || refuse_url(text);
}

bool request_args_url(const struct settings *s, const char *text,
                      struct url *out, struct arena *arena)
{
    return parse_url(str_of(text), first_host(s, arena), out, arena) ||
           refuse_url(text);
}

/* What a client would send. */
static struct str request_text(const struct request_args *args,
                               const struct url *url, struct arena *arena)
{
    struct buf out = {0};

    buf_printf(&out, "GET " STR_FMT, STR_ARG(url->path));
    if (url->query.ptr != NULL)
        buf_printf(&out, "?" STR_FMT, STR_ARG(url->query));
    buf_append(&out, STR(" HTTP/1.1\r\n"));
    if (fields_find(&args->fields, FIELD_HOST) == NULL)
        buf_printf(&out, "Host: " STR_FMT "%s" STR_FMT "\r\n",
                   STR_ARG(url->host), url->port.len > 0 ? ":" : "",
                   STR_ARG(url->port));
    for (unsigned i = 0; i < args->fields.count; i++)
        buf_printf(&out, STR_FMT ": " STR_FMT "\r\n",
                   STR_ARG(args->fields.items[i].name),
                   STR_ARG(args->fields.items[i].value));
    buf_append(&out, STR("\r\n"));
    struct str text = arena_dup(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

bool request_args_ask(const struct request_args *args, const struct settings *s,
                      const char *url, struct asked_request *out,
                      struct arena *arena)
{
    static const struct head_limits no_limits = {0};

    if (!request_args_url(s, url != NULL ? url : "/", &out->url, arena))
        return false;
    enum head_error error =
        request_head_parse(&out->head, request_text(args, &out->url, arena),
                           &no_limits, s->limits.underscores, arena);
    if (error != HEAD_NONE) {
        command_failed("the request is refused: %s", head_error_reason(error));
        return false;
    }
    struct str host = host_without_port(out->head.host);
    out->site = settings_site(s, host);
    if (out->site == NULL) {
        command_failed("no site has the host \"" STR_FMT "\"", STR_ARG(host));
        return false;
    }
    visit_begin(&out->visit, &out->site->privacy, &out->head,
                str_eq(out->url.scheme, STR("https")), arena);
    return true;
}
