#include "app/commands.h"
#include "app/config.h"
#include "app/explain.h"
#include "app/explain_batch.h"
#include "base/buf.h"
#include "base/diag.h"

#include <getopt.h>
#include <stdio.h>

struct options {
    const char *config, *url, *type, *source;
    bool json, batch;
    struct request_args request;
};

/* The request for `url` as the page would send it. */
static enum resource_type default_type(const struct asked_request *asked,
                                       const struct url *url,
                                       struct arena *arena)
{
    struct request_head head = asked->head;
    struct str query =
        url->query.ptr != NULL
            ? arena_concat(arena, (struct str[]){STR("?"), url->query}, 2)
            : STR("");

    head.path = arena_concat(arena, (struct str[]){url->path, query}, 2);
    return visit_resource_type(&head);
}

static bool explain(const struct settings *s, struct options *o)
{
    struct arena *arena = o->request.arena;
    const char *page = o->source != NULL ? o->source : o->url;
    struct asked_request asked;
    struct explanation e = {.settings = s, .visit = &asked.visit};
    struct buf out = {0};

    if (!request_args_url(s, o->url, &e.url, arena))
        return false;
    if (o->source == NULL && settings_site(s, e.url.host) == NULL) {
        command_failed("no site has the host \"" STR_FMT "\" (what pages of "
                       "a site fetch from it: --source URL names the page)",
                       STR_ARG(e.url.host));
        return false;
    }
    if (!request_args_ask(&o->request, s, page, &asked, arena))
        return false;
    e.site = asked.site;
    e.type = default_type(&asked, &e.url, arena);
    if (o->type != NULL)
        resource_type_find(str_of(o->type), &e.type);
    if (o->json)
        explain_write_json(&out, &e, arena);
    else
        explain_write_text(&out, &e, arena);
    fwrite(buf_str(&out).ptr, 1, out.len, stdout);
    buf_release(&out);
    return true;
}

static bool run(const struct settings *s, struct options *o)
{
    bool good =
        o->batch ? explain_batch(s, &o->request, stdin, stdout) : explain(s, o);

    return command_flush() && good;
}

static bool check_type(const char *type)
{
    enum resource_type ignored;

    if (type == NULL || resource_type_find(str_of(type), &ignored))
        return true;
    const char *near = diag_closest(str_of(type), resource_type_names);
    fprintf(stderr, "heed: unknown type \"%s\"", type);
    if (near != NULL)
        fprintf(stderr, " (did you mean \"%s\"?)", near);
    fputc('\n', stderr);
    return false;
}

/* Returns the exit code, or -1 to go on. */
static int finish_options(int argc, char **argv, struct options *o)
{
    if (!check_type(o->type))
        return EXIT_USAGE;
    if (o->batch)
        return optind == argc ? -1 : command_usage("explain");
    if (optind + 1 != argc)
        return command_usage("explain");
    o->url = argv[optind];
    return request_args_check_url(o->url) ? -1 : EXIT_USAGE;
}

static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        {"type", required_argument, NULL, 't'},
        {"source", required_argument, NULL, 's'},
        {"header", required_argument, NULL, 'H'},
        {"json", no_argument, NULL, 'j'},
        {"batch", no_argument, NULL, 'b'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "c:H:h", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            o->config = optarg;
            break;
        case 't':
            o->type = optarg;
            break;
        case 's':
            if (!request_args_check_url(optarg))
                return EXIT_USAGE;
            o->source = optarg;
            break;
        case 'H':
            if (!request_args_add(&o->request, optarg))
                return EXIT_USAGE;
            break;
        case 'j':
            o->json = true;
            break;
        case 'b':
            o->batch = true;
            break;
        case 'h':
            return command_help("explain");
        default:
            return command_usage("explain");
        }
    }
    return finish_options(argc, argv, o);
}

int cmd_explain(int argc, char **argv)
{
    struct arena arena = {0};
    struct options o = {.request.arena = &arena};
    int code = read_options(argc, argv, &o);

    if (code < 0) {
        struct settings *s = command_settings(o.config);
        code = s != NULL && run(s, &o) ? EXIT_DONE : EXIT_BAD;
        settings_free(s);
    }
    arena_release(&arena);
    return code;
}
