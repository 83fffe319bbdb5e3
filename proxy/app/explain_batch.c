#include "app/explain_batch.h"

#include "app/commands.h"
#include "app/explain.h"
#include "base/buf.h"

#include <stdlib.h>

enum { BUFFER_SIZE = 256 << 10 };

struct batch {
    const struct settings *settings;
    const struct request_args *args;
    const struct site_settings *site; /* of the last line */
    purpose_set denied;               /* on this site */
    struct arena_pool pool;
    struct buf out;
    unsigned failed; /* lines that could not be read */
};

static purpose_set denied_on(const struct batch *b,
                             const struct site_settings *site)
{
    struct decision decision;

    if (b->args->fields.count == 0)
        return purposes_deniable(&b->settings->purposes);
    decide(&decision, &site->privacy.policy, &b->settings->purposes,
           &b->args->fields);
    return decision.denied;
}

static void enter_site(struct batch *b, struct str host)
{
    const struct site_settings *site = settings_site(b->settings, host);

    if (site == NULL)
        site = &b->settings->sites[0];
    if (site == b->site)
        return;
    b->site = site;
    b->denied = denied_on(b, site);
}

static struct scope scope_of(const struct batch *b, struct str host)
{
    const struct site_privacy *privacy = &b->site->privacy;

    return (struct scope){
        .rules = privacy->rules,
        .enabled = &privacy->enabled,
        .denied = b->denied,
        .remove_unclassified =
            privacy->policy.remove_unclassified_third_parties && b->denied != 0,
        .host = host,
        .domain = host_registrable(host),
    };
}

/* ---- a line in ---------------------------------------------------------- */

struct question {
    struct url url;
    struct str host; /* of the page that asks; empty: not known */
    enum resource_type type;
};

static bool ask_wrongly(struct diag *d, const struct json *value,
                        const char *what)
{
    diag_error(d, value, "%s", what);
    return false;
}

static bool read_source(struct diag *d, const struct json *value,
                        struct question *q)
{
    struct str text;
    struct url source;

    q->host = q->url.host;
    if (value == NULL || value->type == JSON_NULL)
        return true;
    if (!json_read_string(d, value, &text))
        return false;
    q->host = STR("");
    if (url_parse(&source, text, NULL, d->arena))
        q->host = source.host;
    return true;
}

/* A browser asks for no "https://", but collections of requests have it where
 * only the page and the type matter: it stands for a host of nobody's. */
static bool read_url(struct diag *d, struct str text, struct url *out)
{
    if (str_eq(text, STR("https://")) || str_eq(text, STR("http://")))
        text = arena_concat(d->arena,
                            (struct str[]){text, STR("nobody.invalid/")}, 2);
    return url_parse(out, text, NULL, d->arena);
}

static bool read_question(struct diag *d, struct str line, struct question *q)
{
    const struct json *root = json_parse(d, STR("line"), line);
    struct str url, type;

    q->type = RESOURCE_OTHER;
    if (root == NULL || !json_check_type(d, root, JSON_OBJECT))
        return false;
    const struct json *member = json_member(root, "url");
    if (member == NULL)
        return ask_wrongly(d, root, "\"url\" is missing");
    if (!json_read_string(d, member, &url))
        return false;
    if (!read_url(d, url, &q->url))
        return ask_wrongly(d, member, "\"url\" is no absolute URL");
    member = json_member(root, "type");
    if (member != NULL) {
        if (!json_read_string(d, member, &type))
            return false;
        if (!resource_type_find(type, &q->type))
            return ask_wrongly(d, member, "unknown type of resource");
    }
    return read_source(d, json_member(root, "source"), q);
}

/* ---- a line out --------------------------------------------------------- */

static void write_string_or_null(struct buf *out, const char *key,
                                 struct str value)
{
    buf_printf(out, ", \"%s\": ", key);
    if (value.len > 0)
        json_write_string(out, value);
    else
        buf_append(out, STR("null"));
}

static void write_verdict(struct batch *b, bool matched, const struct match *m)
{
    static const struct str none = {NULL, 0};
    struct buf *out = &b->out;

    buf_append(out, matched ? STR("{\"matched\": true")
                            : STR("{\"matched\": false"));
    write_string_or_null(out, "rule", m->rule != NULL ? m->rule->id : none);
    write_string_or_null(out, "filter", m->pattern);
    write_string_or_null(out, "exception", m->exception);
    write_string_or_null(
        out, "purpose",
        m->rule != NULL ? b->settings->purposes.names[m->rule->purpose] : none);
    buf_append(out, STR("}\n"));
}

static void write_error(struct batch *b, const struct diag *d)
{
    b->failed++;
    buf_append(&b->out, STR("{\"error\": "));
    json_write_string(&b->out,
                      d->first != NULL ? d->first->message : STR("malformed"));
    buf_append(&b->out, STR("}\n"));
}

static void judge(struct batch *b, struct str line)
{
    struct arena arena = {.pool = &b->pool};
    struct diag d = {.arena = &arena};
    struct question q;
    struct match m = {0};

    if (read_question(&d, line, &q)) {
        enter_site(b, q.host);
        struct scope scope = scope_of(b, q.host);
        bool matched = scope_denies_url(&scope, &q.url, q.type, &m);
        write_verdict(b, matched, &m);
    } else {
        write_error(b, &d);
    }
    arena_release(&arena);
}

static struct str without_line_end(struct str line)
{
    while (line.len > 0 &&
           (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r'))
        line.len--;
    return line;
}

static bool write_out(struct batch *b, FILE *out)
{
    size_t len = b->out.len;
    bool good = fwrite(buf_str(&b->out).ptr, 1, len, out) == len;

    buf_clear(&b->out);
    return good;
}

bool explain_batch(const struct settings *s, const struct request_args *args,
                   FILE *in, FILE *out)
{
    struct batch b = {.settings = s, .args = args};
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    setvbuf(in, NULL, _IOFBF, BUFFER_SIZE);
    while ((len = getline(&line, &room, in)) >= 0) {
        struct str text = without_line_end(str_make(line, (size_t)len));
        if (text.len == 0)
            continue;
        judge(&b, text);
        if (b.out.len >= BUFFER_SIZE && !write_out(&b, out))
            break;
    }
    bool written = b.out.len == 0 || write_out(&b, out);
    if (ferror(in))
        command_failed("standard input cannot be read");
    if (b.failed > 0)
        command_failed("%u line%s could not be read", b.failed,
                       b.failed == 1 ? "" : "s");
    free(line);
    buf_release(&b.out);
    arena_pool_release(&b.pool);
    return written && !ferror(in) && b.failed == 0;
}
