#include "app/serve.h"

#include "app/commands.h"
#include "base/log.h"
#include "net/access_log.h"
#include "net/listener.h"
#include "net/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { POLL_MS = 20 };

struct server {
    load_fn *load;
    void *ctx;
    struct event_base *base;
    struct event *signals[5];
    struct event *poll; /* armed while workers are waited for */
    struct generation *current;
    struct worker **workers;
    unsigned worker_count;
    struct access_log *access_log;
    int error_fd;
    bool ending, retiring; /* retiring: old listeners are still to be closed */
};

/* ---- the logs -------------------------------------------------------- */

static bool error_log_open(struct server *s, const struct settings *settings)
{
    if (str_eq(settings->error_log_path, STR("stderr")))
        return true;
    char *path =
        strndup(settings->error_log_path.ptr, settings->error_log_path.len);
    CHECK(path != NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    free(path);
    if (fd < 0)
        return false;
    if (s->error_fd < 0) {
        log_set_fd(fd);
        s->error_fd = fd;
        return true;
    }
    /* In one step: were the old one closed first, its number could be a
     * client's by the time a worker writes its line. */
    bool replaced = dup3(fd, s->error_fd, O_CLOEXEC) >= 0;
    close(fd);
    return replaced;
}

static bool logs_open(struct server *s, const struct settings *settings)
{
    log_set_level((enum log_level)settings->error_log_level);
    if (!error_log_open(s, settings)) {
        command_failed("cannot open the error log \"" STR_FMT "\": %s",
                       STR_ARG(settings->error_log_path), strerror(errno));
        return false;
    }
    s->access_log = access_log_open(&settings->access);
    if (s->access_log == NULL) {
        command_failed("cannot open the access log \"" STR_FMT "\": %s",
                       STR_ARG(settings->access.path), strerror(errno));
        return false;
    }
    return true;
}

/* ---- reload ---------------------------------------------------------- */

static void log_problems(const struct diag *d, struct arena *arena)
{
    for (const struct diag_problem *p = d->first; p != NULL; p = p->next) {
        struct str line = diag_format(arena, p);
        log_error("reload: " STR_FMT, STR_ARG(line));
    }
}

/* What a running heed cannot change. */
static void warn_of_fixed(const struct server *s, const struct settings *new)
{
    const struct settings *old = s->current->settings;

    if (new->workers != s->worker_count)
        log_warn("reload: \"workers\" takes effect at the next start");
    if (new->access.enabled != old->access.enabled ||
        !str_eq(new->access.path, old->access.path))
        log_warn("reload: the access log's path takes effect at the next "
                 "start");
    if (!str_eq(new->error_log_path, old->error_log_path))
        log_warn(
            "reload: the error log's path takes effect at USR1 or the next "
            "start");
}

static void publish(struct server *s, struct settings *settings)
{
    struct generation *old = s->current;
    const struct timeval soon = {.tv_usec = POLL_MS * 1000};

    warn_of_fixed(s, settings);
    log_set_level((enum log_level)settings->error_log_level);
    s->current = generation_new(settings, settings_free, old->number + 1);
    for (unsigned i = 0; i < s->worker_count; i++)
        worker_publish(s->workers[i], s->current);
    generation_unref(old);
    s->retiring = true;
    event_add(s->poll, &soon);
    log_info("reload: generation %llu in force, %u rules",
             (unsigned long long)s->current->number,
             ruleset_count(settings->rules));
}

static void reload(struct server *s)
{
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    struct settings *settings = s->load(s->ctx, &d);

    if (settings != NULL && listen_open(&d, settings, s->worker_count)) {
        publish(s, settings);
    } else {
        log_problems(&d, &arena);
        log_error("reload: refused, generation %llu stays in force",
                  (unsigned long long)s->current->number);
        settings_free(settings);
    }
    arena_release(&arena);
}

/* ---- the loop -------------------------------------------------------- */

static bool all_adopted(const struct server *s)
{
    for (unsigned i = 0; i < s->worker_count; i++) {
        if (atomic_load(&s->workers[i]->adopted) != s->current->number)
            return false;
    }
    return true;
}

static bool all_deaf(const struct server *s)
{
    for (unsigned i = 0; i < s->worker_count; i++) {
        if (!atomic_load(&s->workers[i]->deaf))
            return false;
    }
    return true;
}

static bool all_ended(const struct server *s)
{
    for (unsigned i = 0; i < s->worker_count; i++) {
        if (!atomic_load(&s->workers[i]->ended))
            return false;
    }
    return true;
}

/* Wait for the workers without missing a signal. */
static void on_poll(evutil_socket_t fd, short what, void *arg)
{
    struct server *s = arg;
    const struct timeval soon = {.tv_usec = POLL_MS * 1000};

    (void)fd;
    (void)what;
    if (s->ending && all_ended(s)) {
        event_base_loopbreak(s->base);
        return;
    }
    if (s->ending && all_deaf(s))
        listen_close_unused(NULL);
    if (s->retiring && all_adopted(s)) {
        s->retiring = false;
        listen_close_unused(s->current->settings);
    }
    if (s->ending || s->retiring)
        event_add(s->poll, &soon);
}

static void begin_ending(struct server *s)
{
    const struct timeval soon = {.tv_usec = POLL_MS * 1000};

    if (s->ending)
        _exit(EXIT_BAD);
    s->ending = true;
    log_info("draining");
    for (unsigned i = 0; i < s->worker_count; i++)
        worker_drain(s->workers[i]);
    event_add(s->poll, &soon);
}

static void reopen_logs(struct server *s)
{
    access_log_reopen(s->access_log);
    if (!error_log_open(s, s->current->settings))
        log_error("cannot reopen the error log: %s", strerror(errno));
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
    struct server *s = arg;

    (void)what;
    if (number == SIGHUP && !s->ending)
        reload(s);
    else if (number == SIGUSR1)
        reopen_logs(s);
    else if (number != SIGHUP)
        begin_ending(s);
}

static void add_signals(struct server *s)
{
    static const int numbers[] = {SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGUSR1};

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        s->signals[i] = evsignal_new(s->base, numbers[i], on_signal, s);
        CHECK(event_add(s->signals[i], NULL) == 0);
    }
    s->poll = evtimer_new(s->base, on_poll, s);
}

/* As many descriptors as we may have: each request can need two. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* ---- start and end --------------------------------------------------- */

static void start_workers(struct server *s, struct settings *settings)
{
    s->current = generation_new(settings, settings_free, 1);
    s->worker_count = settings->workers;
    s->workers = xcalloc(s->worker_count, sizeof(struct worker *));
    for (unsigned i = 0; i < s->worker_count; i++)
        s->workers[i] = worker_start(i, s->current, s->access_log);
}

static void announce(const struct server *s, struct arena *arena,
                     void (*on_ready)(void *ctx, struct str address))
{
    const struct settings *settings = s->current->settings;

    for (unsigned i = 0; i < settings->listener_count; i++) {
        struct str name =
            listen_name(settings->listeners[i].address.text, arena);
        printf("listening on " STR_FMT "\n", STR_ARG(name));
        if (i == 0 && on_ready != NULL)
            on_ready(s->ctx, name);
    }
    fflush(stdout);
}

static void server_release(struct server *s)
{
    for (unsigned i = 0; i < s->worker_count; i++)
        worker_join(s->workers[i]);
    free(s->workers);
    listen_close_unused(NULL);
    generation_unref(s->current);
    for (size_t i = 0; i < ARRAY_LEN(s->signals); i++)
        event_free(s->signals[i]);
    event_free(s->poll);
    event_base_free(s->base);
    access_log_close(s->access_log);
    log_set_fd(STDERR_FILENO);
    if (s->error_fd >= 0)
        close(s->error_fd);
    libevent_global_shutdown();
}

int serve_run(load_fn *load, void *ctx,
              void (*on_ready)(void *ctx, struct str address))
{
    struct server s = {.load = load, .ctx = ctx, .error_fd = -1};
    struct arena arena = {0};
    struct diag d = {.arena = &arena};

    raise_descriptor_limit();
    signal(SIGPIPE, SIG_IGN);
    struct settings *settings = load(ctx, &d);
    if (settings == NULL || !listen_open(&d, settings, settings->workers) ||
        !logs_open(&s, settings)) {
        command_print_problems(&d);
        settings_free(settings);
        listen_close_unused(NULL);
        arena_release(&arena);
        return EXIT_BAD;
    }
    s.base = event_base_new();
    CHECK(s.base != NULL);
    add_signals(&s);
    start_workers(&s, settings);
    announce(&s, &arena, on_ready);
    arena_release(&arena);
    event_base_dispatch(s.base);
    server_release(&s);
    return EXIT_DONE;
}
