#include "net/listener.h"

#include "base/log.h"
#include "net/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ACCEPT_BATCH = 64, BACKLOG = 4096, PAUSE_MS = 100 };

/* ---- the main thread's table ----------------------------------------- */

struct bound {
    struct bound *next;
    struct str address; /* as configured; owned, with the struct */
    bool is_unix, fresh;
    struct address actual;
    unsigned count;
    int fds[];
};

/* Workers look sockets up while the main thread may be opening others. */
static pthread_mutex_t bounds_lock = PTHREAD_MUTEX_INITIALIZER;
static struct bound *bounds;

static struct bound *bound_find(struct str address)
{
    struct bound *b = bounds;

    while (b != NULL && !str_eq(b->address, address))
        b = b->next;
    return b;
}

static void bound_free(struct bound *b)
{
    for (unsigned i = 0; i < b->count; i++) {
        if (b->fds[i] >= 0 && (i == 0 || b->fds[i] != b->fds[0]))
            close(b->fds[i]);
    }
    free((void *)(uintptr_t)b->address.ptr);
    free(b);
}

static int socket_open(const struct address *a)
{
    const struct sockaddr *sa = (const struct sockaddr *)&a->sockaddr;
    int fd =
        socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0)
        return -1;
    if (sa->sa_family != AF_UNIX) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (sa->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, sa, a->len) != 0 || listen(fd, BACKLOG) != 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/* A socket file that nobody answers on is left over from a crash. */
static void unix_remove_stale(const struct address *a)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)&a->sockaddr;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)un, a->len) != 0 &&
        errno == ECONNREFUSED)
        unlink(un->sun_path);
    close(fd);
}

static bool has_port(const struct address *a)
{
    const struct sockaddr *sa = (const struct sockaddr *)&a->sockaddr;

    if (sa->sa_family == AF_INET6)
        return ((const struct sockaddr_in6 *)sa)->sin6_port != 0;
    return ((const struct sockaddr_in *)sa)->sin_port != 0;
}

/* With SO_REUSEPORT a second heed would silently share the port with the
 * first. A socket without it cannot be bound to a port that is listened on. */
static bool port_is_free(const struct address *a)
{
    const struct sockaddr *sa = (const struct sockaddr *)&a->sockaddr;
    int fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (sa->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    bool is_free = bind(fd, sa, a->len) == 0;
    int saved = errno;
    close(fd);
    errno = saved;
    return is_free;
}

static bool bound_open_sockets(struct bound *b, unsigned workers)
{
    if (b->is_unix)
        unix_remove_stale(&b->actual);
    else if (has_port(&b->actual) && !port_is_free(&b->actual))
        return false;
    for (unsigned i = 0; i < workers; i++) {
        int fd = b->is_unix && i > 0 ? b->fds[0] : socket_open(&b->actual);
        if (fd < 0)
            return false;
        b->fds[b->count++] = fd;
        /* With port 0 the first one decides the port of all. */
        socklen_t len = ADDRESS_MAX;
        getsockname(fd, (struct sockaddr *)&b->actual.sockaddr, &len);
        b->actual.len = len;
    }
    return true;
}

static struct bound *bound_open(struct diag *d, const struct listen_settings *l,
                                unsigned workers)
{
    struct bound *b = xcalloc(1, sizeof(*b) + sizeof(int) * workers);
    char *text = xmalloc(l->address.text.len + 1);

    memcpy(text, l->address.text.ptr, l->address.text.len);
    b->address = str_make(text, l->address.text.len);
    b->is_unix = l->is_unix;
    b->fresh = true;
    b->actual = l->address;
    if (bound_open_sockets(b, workers))
        return b;
    diag_file_error(d, l->address.text, 0, 0, "cannot listen: %s",
                    strerror(errno));
    bound_free(b);
    return NULL;
}

static void close_where(bool (*unwanted)(const struct bound *b,
                                         const struct settings *s),
                        const struct settings *s)
{
    struct bound **at = &bounds;

    while (*at != NULL) {
        struct bound *b = *at;
        if (!unwanted(b, s)) {
            at = &b->next;
            continue;
        }
        *at = b->next;
        bound_free(b);
    }
}

static bool is_fresh(const struct bound *b, const struct settings *s)
{
    (void)s;
    return b->fresh;
}

static bool is_unnamed(const struct bound *b, const struct settings *s)
{
    for (unsigned i = 0; s != NULL && i < s->listener_count; i++) {
        if (str_eq(s->listeners[i].address.text, b->address))
            return false;
    }
    return true;
}

static bool open_missing(struct diag *d, const struct settings *settings,
                         unsigned workers)
{
    unsigned before = d->errors;

    for (unsigned i = 0; i < settings->listener_count; i++) {
        const struct listen_settings *l = &settings->listeners[i];
        if (bound_find(l->address.text) != NULL)
            continue;
        struct bound *b = bound_open(d, l, workers);
        if (b != NULL) {
            b->next = bounds;
            bounds = b;
        }
    }
    if (d->errors > before) {
        close_where(is_fresh, NULL);
        return false;
    }
    for (struct bound *b = bounds; b != NULL; b = b->next)
        b->fresh = false;
    return true;
}

bool listen_open(struct diag *d, const struct settings *settings,
                 unsigned workers)
{
    pthread_mutex_lock(&bounds_lock);
    bool ok = open_missing(d, settings, workers);
    pthread_mutex_unlock(&bounds_lock);
    return ok;
}

void listen_close_unused(const struct settings *settings)
{
    pthread_mutex_lock(&bounds_lock);
    for (struct bound *b = bounds; b != NULL; b = b->next) {
        const struct sockaddr_un *un =
            (const struct sockaddr_un *)&b->actual.sockaddr;
        if (b->is_unix && is_unnamed(b, settings))
            unlink(un->sun_path);
    }
    close_where(is_unnamed, settings);
    pthread_mutex_unlock(&bounds_lock);
}

int listen_fd(struct str address, unsigned worker)
{
    pthread_mutex_lock(&bounds_lock);
    const struct bound *b = bound_find(address);
    int fd = b != NULL && worker < b->count ? b->fds[worker] : -1;
    pthread_mutex_unlock(&bounds_lock);
    return fd;
}

struct str listen_name(struct str address, struct arena *arena)
{
    const struct bound *b = bound_find(address);
    char text[INET6_ADDRSTRLEN];

    if (b == NULL || b->is_unix)
        return address;
    const struct sockaddr *sa = (const struct sockaddr *)&b->actual.sockaddr;
    if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
        inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
        return arena_printf(arena, "[%s]:%u", text, ntohs(in6->sin6_port));
    }
    const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
    inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    return arena_printf(arena, "%s:%u", text, ntohs(in->sin_port));
}

/* Close a worker's own socket, so that nobody waits in a queue that will not
 * be served. A Unix socket belongs to all workers: the main thread closes it.
 */
static void listen_close_own(int fd, unsigned worker)
{
    pthread_mutex_lock(&bounds_lock);
    for (struct bound *b = bounds; b != NULL; b = b->next) {
        if (b->is_unix || worker >= b->count || b->fds[worker] != fd)
            continue;
        close(fd);
        b->fds[worker] = -1;
    }
    pthread_mutex_unlock(&bounds_lock);
}

/* ---- a worker's listeners -------------------------------------------- */

struct listener {
    struct listener *next;
    struct worker *worker;
    struct event *event;
    int fd;
};

static void accept_one(struct worker *w, int fd,
                       const struct sockaddr_storage *peer)
{
    int on = 1;

    if (peer->ss_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    client_new(w, fd, (const struct sockaddr *)peer);
}

/* false: the queue is empty, or nothing more can be accepted now. */
static bool accept_next(struct listener *l)
{
    struct worker *w = l->worker;
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof(peer);

    if (w->client_count >=
        w->current->generation->settings->limits.connections) {
        listeners_pause(w);
        return false;
    }
    int fd = accept4(l->fd, (struct sockaddr *)&peer, &len,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        accept_one(w, fd, &peer);
        return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
        errno == ENOMEM) {
        log_error("accept: %s; not accepting for a moment", strerror(errno));
        listeners_pause(w);
        return false;
    }
    return errno == EINTR || errno == ECONNABORTED;
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
    struct listener *l = arg;

    (void)fd;
    (void)what;
    worker_tick(l->worker);
    for (int i = 0; i < ACCEPT_BATCH && accept_next(l); i++)
        continue;
}

static void listener_free(struct listener *l)
{
    event_free(l->event);
    free(l);
}

static bool listener_is_current(const struct listener *l)
{
    const struct settings *s = l->worker->current->generation->settings;

    for (unsigned i = 0; i < s->listener_count; i++) {
        if (listen_fd(s->listeners[i].address.text, l->worker->number) == l->fd)
            return true;
    }
    return false;
}

static void listener_add(struct worker *w, int fd)
{
    for (struct listener *l = w->listeners; l != NULL; l = l->next) {
        if (l->fd == fd)
            return;
    }
    struct listener *l = xcalloc(1, sizeof(*l));
    l->worker = w;
    l->fd = fd;
    l->event = event_new(w->base, fd, EV_READ | EV_PERSIST, on_accept, l);
    l->next = w->listeners;
    w->listeners = l;
    if (!w->accept_paused)
        CHECK(event_add(l->event, NULL) == 0);
}

/* What waits in the queue of a socket that will be closed is still served. */
static void listener_finish(struct listener *l)
{
    while (accept_next(l))
        continue;
    listener_free(l);
}

void listeners_update(struct worker *w)
{
    const struct settings *s = w->current->generation->settings;
    struct listener **at = &w->listeners;

    while (*at != NULL) {
        struct listener *l = *at;
        if (listener_is_current(l)) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        listener_finish(l);
    }
    for (unsigned i = 0; i < s->listener_count; i++)
        listener_add(w, listen_fd(s->listeners[i].address.text, w->number));
}

void listeners_stop(struct worker *w)
{
    while (w->listeners != NULL) {
        struct listener *l = w->listeners;
        w->listeners = l->next;
        int fd = l->fd;
        listener_finish(l);
        listen_close_own(fd, w->number);
    }
    atomic_store(&w->deaf, true);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    listeners_resume(arg);
}

void listeners_pause(struct worker *w)
{
    const struct timeval after = {.tv_usec = PAUSE_MS * 1000};

    if (w->accept_paused)
        return;
    w->accept_paused = true;
    for (struct listener *l = w->listeners; l != NULL; l = l->next)
        event_del(l->event);
    event_base_once(w->base, -1, EV_TIMEOUT, on_resume, w, &after);
}

void listeners_resume(struct worker *w)
{
    w->accept_paused = false;
    for (struct listener *l = w->listeners; l != NULL; l = l->next)
        event_add(l->event, NULL);
}
