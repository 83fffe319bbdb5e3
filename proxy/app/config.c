#include "app/config.h"

#include "app/config_parts.h"
#include "base/buf.h"

static const char *const file_keys[] = {
    "listen", "workers", "admin",       "trusted_proxies", "purposes",
    "rules",  "sites",   "policy",      "timeouts",        "limits",
    "log",    "watch",   "underscores", "$schema",         NULL,
};

void config_refuse(struct config_reader *r, const struct json *member)
{
    if (member != NULL)
        diag_key_error(r->d, member,
                       "\"" STR_FMT "\" is not available in this version",
                       STR_ARG(member->key));
}

void config_refuse_on(struct config_reader *r, const struct json *member)
{
    bool on = false;

    if (json_read_bool(r->d, member, &on) && on)
        config_refuse(r, member);
}

void config_unsigned(struct config_reader *r, const struct json *value,
                     unsigned min, unsigned max, unsigned *out)
{
    uint64_t number = *out;

    if (json_read_uint(r->d, value, min, max, &number))
        *out = (unsigned)number;
}

struct str config_path(const struct config_reader *r, struct str path)
{
    if (str_starts(path, STR("/")))
        return path;
    return arena_concat(r->d->arena, (struct str[]){r->dir, path}, 2);
}

static struct str directory_of(struct str path)
{
    while (path.len > 0 && path.ptr[path.len - 1] != '/')
        path.len--;
    return path;
}

static void read_schema_hint(struct config_reader *r, const struct json *value)
{
    /* Editors find the schema by it; heed has no use for it. */
    struct str schema;

    json_read_string(r->d, value, &schema);
}

static void read_file(struct config_reader *r, const struct json *root)
{
    struct settings *s = r->s;

    if (!json_check_object(r->d, root, file_keys))
        return;
    read_schema_hint(r, json_member(root, "$schema"));
    config_refuse(r, json_member(root, "admin"));
    config_refuse_on(r, json_member(root, "watch"));
    config_listeners(r, root);
    config_workers(r, json_member(root, "workers"));
    config_trusted_proxies(r, json_member(root, "trusted_proxies"));
    config_timeouts(r, json_member(root, "timeouts"));
    config_limits(r, json_member(root, "limits"));
    json_read_bool(r->d, json_member(root, "underscores"),
                   &s->limits.underscores);
    config_log(r, json_member(root, "log"));
    purposes_init(&s->purposes);
    purposes_load(&s->purposes, r->d, json_member(root, "purposes"));
    config_rules(r, json_member(root, "rules"));
    config_sites(r, root);
}

static void free_settings(void *settings)
{
    settings_free(settings);
}

/* text.ptr NULL: read the file. What is read lives in the settings' arena,
 * complaints included; when the load fails the caller's arena takes it over. */
static struct settings *load(struct diag *d, struct str path, struct str text,
                             bool offline)
{
    struct arena arena = {0};
    struct settings *s = arena_new(&arena, struct settings);
    struct arena *callers = d->arena;
    unsigned errors_before = d->errors;

    s->arena = arena;
    d->arena = &s->arena;
    path = arena_dup(d->arena, path);
    struct config_reader r = {.d = d,
                              .s = s,
                              .scratch = callers,
                              .dir = directory_of(path),
                              .offline = offline};
    const struct json *root =
        text.ptr != NULL ? json_parse(d, path, text) : json_parse_file(d, path);
    if (root != NULL)
        read_file(&r, root);
    d->arena = callers;

    if (root != NULL && d->errors == errors_before)
        return s;
    arena_defer(callers, free_settings, s);
    return NULL;
}

struct settings *config_load(struct diag *d, struct str path)
{
    return load(d, path, (struct str){0}, false);
}

struct settings *config_load_offline(struct diag *d, struct str path)
{
    return load(d, path, (struct str){0}, true);
}

struct settings *config_load_text(struct diag *d, struct str path,
                                  struct str text, bool offline)
{
    return load(d, path, str_make(text.ptr != NULL ? text.ptr : "", text.len),
                offline);
}

struct settings *config_quick(struct diag *d, struct str listen,
                              struct str upstream)
{
    struct buf text = {0};

    buf_append(&text, STR("{\"listen\": [{\"address\": "));
    json_write_string(&text, listen);
    buf_append(&text, STR("}], \"sites\": [{\"upstream\": {\"servers\": ["));
    json_write_string(&text, upstream);
    buf_append(&text, STR("]}}]}"));
    struct settings *s = load(d, STR("command line"), buf_str(&text), false);
    buf_release(&text);
    return s;
}

struct settings *config_builtin(struct diag *d)
{
    return config_quick(d, STR("127.0.0.1:8080"), STR("127.0.0.1:3000"));
}

void settings_free(struct settings *s)
{
    if (s == NULL)
        return;
    struct arena arena = s->arena; /* s lies within what is released */
    arena_release(&arena);
}
