#include "rewrite/visit.h"

#include <time.h>

/* Lower case, and without the dot at the end that means the same host. */
static struct str host_name(struct str host, struct arena *arena)
{
    host = host_without_port(host);
    if (str_ends(host, STR(".")))
        host.len--;
    for (size_t i = 0; i < host.len; i++) {
        if (ascii_lower(host.ptr[i]) == host.ptr[i])
            continue;
        char *copy = arena_alloc(arena, host.len);
        for (size_t k = 0; k < host.len; k++)
            copy[k] = ascii_lower(host.ptr[k]);
        return str_make(copy, host.len);
    }
    return host;
}

static void bind_rules(struct visit *v)
{
    v->scope.denied = v->decision.denied;
    v->scope.remove_unclassified =
        v->scope.denied != 0 &&
        v->site->policy.remove_unclassified_third_parties;
}

void visit_begin(struct visit *v, const struct site_privacy *site,
                 const struct request_head *request, bool secure,
                 struct arena *arena)
{
    *v = (struct visit){
        .site = site, .request = request, .secure = secure, .now = time(NULL)};
    decide(&v->decision, &site->policy, site->purposes, &request->fields);
    v->scope.rules = site->rules;
    v->scope.enabled = &site->enabled;
    if (site->policy.mode == MODE_ENFORCE)
        bind_rules(v);
    v->scope.host = host_name(request->host, arena);
    v->scope.domain = host_registrable(v->scope.host);
}

void visit_enforced(struct visit *out, const struct visit *v)
{
    *out = *v;
    bind_rules(out);
}

bool visit_enforces(const struct visit *v)
{
    return v->scope.denied != 0;
}

bool visit_url(const struct visit *v, struct url *out, struct arena *arena)
{
    if (!str_starts(v->request->path, STR("/")))
        return false;
    struct str parts[] = {v->secure ? STR("https://") : STR("http://"),
                          v->request->host, v->request->path};
    return url_parse(out, arena_concat(arena, parts, 3), NULL, arena);
}

/* ---- what is asked for ------------------------------------------------ */

struct type_name {
    struct str name;
    enum resource_type type;
};

/* Destinations of Fetch. "empty" is what scripts ask for. */
static const struct type_name destinations[] = {
    {STR_INIT("document"), RESOURCE_DOCUMENT},
    {STR_INIT("empty"), RESOURCE_XMLHTTPREQUEST},
    {STR_INIT("image"), RESOURCE_IMAGE},
    {STR_INIT("script"), RESOURCE_SCRIPT},
    {STR_INIT("style"), RESOURCE_STYLESHEET},
    {STR_INIT("font"), RESOURCE_FONT},
    {STR_INIT("iframe"), RESOURCE_SUBDOCUMENT},
    {STR_INIT("frame"), RESOURCE_SUBDOCUMENT},
    {STR_INIT("audio"), RESOURCE_MEDIA},
    {STR_INIT("video"), RESOURCE_MEDIA},
    {STR_INIT("track"), RESOURCE_MEDIA},
    {STR_INIT("object"), RESOURCE_OBJECT},
    {STR_INIT("embed"), RESOURCE_OBJECT},
    {STR_INIT("worker"), RESOURCE_SCRIPT},
    {STR_INIT("sharedworker"), RESOURCE_SCRIPT},
    {STR_INIT("serviceworker"), RESOURCE_SCRIPT},
    {STR_INIT("audioworklet"), RESOURCE_SCRIPT},
    {STR_INIT("paintworklet"), RESOURCE_SCRIPT},
};

static const struct type_name extensions[] = {
    {STR_INIT("html"), RESOURCE_DOCUMENT},
    {STR_INIT("htm"), RESOURCE_DOCUMENT},
    {STR_INIT("js"), RESOURCE_SCRIPT},
    {STR_INIT("mjs"), RESOURCE_SCRIPT},
    {STR_INIT("css"), RESOURCE_STYLESHEET},
    {STR_INIT("png"), RESOURCE_IMAGE},
    {STR_INIT("gif"), RESOURCE_IMAGE},
    {STR_INIT("jpg"), RESOURCE_IMAGE},
    {STR_INIT("jpeg"), RESOURCE_IMAGE},
    {STR_INIT("webp"), RESOURCE_IMAGE},
    {STR_INIT("avif"), RESOURCE_IMAGE},
    {STR_INIT("svg"), RESOURCE_IMAGE},
    {STR_INIT("ico"), RESOURCE_IMAGE},
    {STR_INIT("bmp"), RESOURCE_IMAGE},
    {STR_INIT("woff"), RESOURCE_FONT},
    {STR_INIT("woff2"), RESOURCE_FONT},
    {STR_INIT("ttf"), RESOURCE_FONT},
    {STR_INIT("otf"), RESOURCE_FONT},
    {STR_INIT("mp3"), RESOURCE_MEDIA},
    {STR_INIT("mp4"), RESOURCE_MEDIA},
    {STR_INIT("m4a"), RESOURCE_MEDIA},
    {STR_INIT("m4s"), RESOURCE_MEDIA},
    {STR_INIT("m4v"), RESOURCE_MEDIA},
    {STR_INIT("ogg"), RESOURCE_MEDIA},
    {STR_INIT("ogv"), RESOURCE_MEDIA},
    {STR_INIT("webm"), RESOURCE_MEDIA},
    {STR_INIT("wav"), RESOURCE_MEDIA},
    {STR_INIT("flac"), RESOURCE_MEDIA},
    {STR_INIT("mov"), RESOURCE_MEDIA},
    {STR_INIT("ts"), RESOURCE_MEDIA},
    {STR_INIT("vtt"), RESOURCE_MEDIA},
};

static enum resource_type find_type(const struct type_name *names, size_t count,
                                    struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_ieq(name, names[i].name))
            return names[i].type;
    }
    return RESOURCE_OTHER;
}

struct str path_extension(struct str path)
{
    size_t end = str_find_char(path, '?', 0), at = end;

    while (at > 0 && path.ptr[at - 1] != '.' && path.ptr[at - 1] != '/')
        at--;
    if (at == 0 || path.ptr[at - 1] != '.')
        return (struct str){NULL, 0};
    return str_sub(path, at, end - at);
}

/* sendBeacon() and fetch() both ask for "empty"; only the former posts without
 * CORS in practice. */
static bool is_beacon(const struct request_head *r)
{
    return str_eq(r->method, STR("POST")) &&
           str_ieq(fields_value(&r->fields, FIELD_SEC_FETCH_MODE),
                   STR("no-cors"));
}

static enum resource_type type_by_accept(struct str accept)
{
    if (str_ifind(accept, STR("text/html")) < accept.len)
        return RESOURCE_DOCUMENT;
    if (str_istarts(accept, STR("image/")))
        return RESOURCE_IMAGE;
    if (str_istarts(accept, STR("text/css")))
        return RESOURCE_STYLESHEET;
    return RESOURCE_OTHER;
}

enum resource_type visit_resource_type(const struct request_head *request)
{
    struct str destination =
        fields_value(&request->fields, FIELD_SEC_FETCH_DEST);

    if (destination.len > 0) {
        enum resource_type type =
            find_type(destinations, ARRAY_LEN(destinations), destination);
        return type == RESOURCE_XMLHTTPREQUEST && is_beacon(request)
                   ? RESOURCE_PING
                   : type;
    }
    if (fields_list_has(&request->fields, FIELD_UPGRADE, STR("websocket")))
        return RESOURCE_WEBSOCKET;
    enum resource_type type =
        type_by_accept(fields_value(&request->fields, FIELD_ACCEPT));
    return type != RESOURCE_OTHER ? type
                                  : find_type(extensions, ARRAY_LEN(extensions),
                                              path_extension(request->path));
}

bool visit_may_rewrite(const struct visit *v)
{
    if (!visit_enforces(v))
        return false;
    switch (visit_resource_type(v->request)) {
    case RESOURCE_SCRIPT:
    case RESOURCE_IMAGE:
    case RESOURCE_MEDIA:
    case RESOURCE_FONT:
    case RESOURCE_PING:
    case RESOURCE_WEBSOCKET:
        return false;
    default:
        break;
    }
    static const struct str files[] = {
        STR_INIT("pdf"), STR_INIT("zip"), STR_INIT("gz"),   STR_INIT("tgz"),
        STR_INIT("bz2"), STR_INIT("xz"),  STR_INIT("zst"),  STR_INIT("7z"),
        STR_INIT("rar"), STR_INIT("iso"), STR_INIT("dmg"),  STR_INIT("exe"),
        STR_INIT("msi"), STR_INIT("deb"), STR_INIT("rpm"),  STR_INIT("apk"),
        STR_INIT("jar"), STR_INIT("bin"), STR_INIT("wasm"),
    };
    struct str extension = path_extension(v->request->path);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        if (str_ieq(extension, files[i]))
            return false;
    }
    switch (find_type(extensions, ARRAY_LEN(extensions), extension)) {
    case RESOURCE_OTHER:
    case RESOURCE_DOCUMENT:
    case RESOURCE_STYLESHEET:
        return true;
    default:
        return false;
    }
}
