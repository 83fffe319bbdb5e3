#include "app/demo_origin.h"

#include "app/embedded.h"
#include "base/check.h"
#include "base/str.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

struct demo_origin {
    struct event_base *base;
    struct evhttp *http;
    struct event *stop_event;
    int stop_fd;
    unsigned port;
    pthread_t thread;
};

static const char *type_of(struct str path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".pdf", "application/pdf"},
    };

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_ends(path, str_of(types[i].ending)))
            return types[i].type;
    }
    return "application/octet-stream";
}

static void add_header(struct evhttp_request *r, const char *name,
                       const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(r), name, value);
}

/* What a marketing page leaves in the browser. */
static void add_page_cookies(struct evhttp_request *r)
{
    static const char *const cookies[] = {
        "_ga=GA1.1.1486235177.1763800000; Max-Age=63072000; Path=/",
        "_fbp=fb.0.1763800000000.1098115397; Max-Age=7776000; Path=/",
        "Hm_lvt_2f6e8ad1bb9e=1763800000; Max-Age=31536000; Path=/",
        "language=en; Max-Age=31536000; Path=/; SameSite=Lax",
    };

    for (size_t i = 0; i < ARRAY_LEN(cookies); i++)
        add_header(r, "Set-Cookie", cookies[i]);
}

static void reply(struct evhttp_request *r, int status, const char *type,
                  struct str body)
{
    struct evbuffer *out = evbuffer_new();

    CHECK(out != NULL);
    add_header(r, "Content-Type", type);
    evbuffer_add(out, body.ptr, body.len);
    evhttp_send_reply(r, status, NULL, out);
    evbuffer_free(out);
}

static void redirect(struct evhttp_request *r, const char *location)
{
    add_header(r, "Location", location);
    evhttp_send_reply(r, 303, "See Other", NULL);
}

static void serve_file(struct evhttp_request *r, struct str name)
{
    for (const struct embedded_file *f = heed_demo_site; f->name != NULL; f++) {
        if (!str_eq(str_of(f->name), name))
            continue;
        if (str_ends(name, STR(".html")))
            add_page_cookies(r);
        reply(r, 200, type_of(name), str_between(f->data, f->end));
        return;
    }
    reply(r, 404, "text/html; charset=utf-8",
          STR("<!DOCTYPE html>\n<title>Not found</title>\n"
              "<p>There is no such page. <a href=\"/\">Home</a></p>\n"));
}

/* A first-party beacon: the site's own host collects for the vendor. */
static void serve_beacon(struct evhttp_request *r)
{
    static const char gif[] =
        "GIF89a\1\0\1\0\200\0\0\0\0\0\0\0\0!\371\4\1\0\0\0\0,\0\0\0\0\1\0\1\0"
        "\0\2\2D\1\0;";

    add_header(r, "Set-Cookie", "_gid=GA1.1.77.1763800000; Max-Age=86400");
    reply(r, 200, "image/gif", str_make(gif, sizeof(gif) - 1));
}

/* Refusing and allowing by a click, for browsers that send no signal. */
static void serve_choice(struct evhttp_request *r, bool refuse)
{
    char cookie[96];

    if (refuse)
        snprintf(cookie, sizeof(cookie),
                 "heed_consent=1.%lld; Path=/; Max-Age=31536000; SameSite=Lax",
                 (long long)time(NULL));
    else
        snprintf(cookie, sizeof(cookie), "heed_consent=; Path=/; Max-Age=0");
    add_header(r, "Set-Cookie", cookie);
    redirect(r, "/");
}

static void serve_form(struct evhttp_request *r, struct str path)
{
    if (str_eq(path, STR("/login")))
        add_header(r, "Set-Cookie",
                   "session=5f2c9a; Path=/; HttpOnly; SameSite=Lax");
    redirect(r, "/thanks.html");
}

static void on_request(struct evhttp_request *r, void *arg)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(r);
    const char *raw = evhttp_uri_get_path(uri);
    struct str path = str_of(raw != NULL && raw[0] != '\0' ? raw : "/");

    (void)arg;
    if (evhttp_request_get_command(r) == EVHTTP_REQ_POST)
        serve_form(r, path);
    else if (str_eq(path, STR("/")))
        serve_file(r, STR("index.html"));
    else if (str_eq(path, STR("/g/collect")))
        serve_beacon(r);
    else if (str_eq(path, STR("/demo/refuse")))
        serve_choice(r, true);
    else if (str_eq(path, STR("/demo/allow")))
        serve_choice(r, false);
    else
        serve_file(r, str_from(path, 1));
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    event_base_loopbreak(arg);
}

static void *origin_main(void *arg)
{
    struct demo_origin *o = arg;

    event_base_dispatch(o->base);
    return NULL;
}

static bool origin_listen(struct demo_origin *o)
{
    struct sockaddr_in address = {0};
    socklen_t len = sizeof(address);
    struct evhttp_bound_socket *s =
        evhttp_bind_socket_with_handle(o->http, "127.0.0.1", 0);

    if (s == NULL || getsockname(evhttp_bound_socket_get_fd(s),
                                 (struct sockaddr *)&address, &len) != 0)
        return false;
    o->port = ntohs(address.sin_port);
    return true;
}

struct demo_origin *demo_origin_start(void)
{
    struct demo_origin *o = xcalloc(1, sizeof(*o));

    o->base = event_base_new();
    CHECK(o->base != NULL);
    o->http = evhttp_new(o->base);
    CHECK(o->http != NULL);
    o->stop_fd = eventfd(0, EFD_CLOEXEC);
    CHECK(o->stop_fd >= 0);
    o->stop_event = event_new(o->base, o->stop_fd, EV_READ, on_stop, o->base);
    CHECK(event_add(o->stop_event, NULL) == 0);
    evhttp_set_gencb(o->http, on_request, o);
    if (!origin_listen(o) ||
        pthread_create(&o->thread, NULL, origin_main, o) != 0) {
        o->thread = 0;
        demo_origin_stop(o);
        return NULL;
    }
    return o;
}

unsigned demo_origin_port(const struct demo_origin *o)
{
    return o->port;
}

void demo_origin_stop(struct demo_origin *o)
{
    const uint64_t one = 1;

    if (o->thread != 0 && write(o->stop_fd, &one, sizeof(one)) > 0)
        pthread_join(o->thread, NULL);
    event_free(o->stop_event);
    evhttp_free(o->http);
    event_base_free(o->base);
    close(o->stop_fd);
    free(o);
}
