#include "app/commands.h"
#include "app/config.h"
#include "app/filter_stats.h"
#include "app/request_args.h"
#include "rewrite/response_edit.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 64 << 10 };

struct options {
    const char *config, *url, *type;
    bool stats;
    struct request_args request;
};

struct output {
    uint64_t bytes;
    bool failed;
};

static void write_out(void *ctx, struct str out)
{
    struct output *output = ctx;

    output->bytes += out.len;
    if (out.len > 0 && fwrite(out.ptr, 1, out.len, stdout) != out.len)
        output->failed = true;
}

/* ---- the answer that standard input is the body of ---------------------- */

/* --type goes before the media type of -H Content-Type, its parameters stay. */
static struct str content_type(const struct options *o, struct str given,
                               struct arena *arena)
{
    if (o->type == NULL)
        return given.len > 0 ? given : STR("text/html");
    size_t semicolon = str_find_char(given, ';', 0);
    return arena_concat(arena,
                        (struct str[]){STR("text/"), str_of(o->type),
                                       str_from(given, semicolon)},
                        3);
}

static void make_response(struct options *o, struct response_head *out,
                          struct arena *arena)
{
    struct field *fields = arena_array(arena, struct field, 2);
    struct field type = {0};

    request_args_take(&o->request, FIELD_CONTENT_TYPE, &type);
    fields[0] = (struct field){.name = STR("Content-Type"),
                               .value = content_type(o, type.value, arena),
                               .id = FIELD_CONTENT_TYPE};
    *out = (struct response_head){.status = 200,
                                  .reason = STR("OK"),
                                  .fields = {.items = fields, .count = 1},
                                  .minor = 1};
    if (request_args_take(&o->request, FIELD_CONTENT_ENCODING, &fields[1]))
        out->fields.count = 2;
}

/* ---- the body ----------------------------------------------------------- */

static bool push(struct pipeline *pipeline, struct str in, enum push_mode mode)
{
    switch (pipeline_push(pipeline, in, mode)) {
    case PUSH_OK:
        return true;
    case PUSH_CORRUPT:
        command_failed("the input's coding is corrupt or cut short");
        return false;
    case PUSH_BOMB:
        command_failed("the input inflates beyond the limit");
        return false;
    }
    return false;
}

/* Read standard input to its end. `pipeline` NULL: it passes as it is. */
static bool copy(struct pipeline *pipeline, struct output *output,
                 uint64_t *bytes_in)
{
    static char bytes[READ_SIZE];

    for (;;) {
        ssize_t len = read(STDIN_FILENO, bytes, sizeof(bytes));
        if (len < 0) {
            command_failed("standard input: %s", strerror(errno));
            return false;
        }
        struct str in = str_make(bytes, (size_t)len);
        *bytes_in += in.len;
        if (pipeline == NULL)
            write_out(output, in);
        else if (!push(pipeline, in, in.len > 0 ? PUSH_MORE : PUSH_END))
            return false;
        if (in.len == 0 || output->failed)
            return true;
    }
}

static bool filter(const struct settings *s, struct asked_request *asked,
                   const struct response_plan *plan, struct filter_stats *stats,
                   struct arena *arena)
{
    struct output output = {0};
    struct pipeline_options options = {
        .scope = &asked->visit.scope,
        .purposes = &s->purposes,
        .page = asked->url,
        .kind = plan->kind,
        .coding = plan->coding,
        .charset = plan->charset,
        .memory = s->limits.rewrite_memory,
        .inflate_ratio = s->limits.inflate_ratio,
        .on_edit = filter_stats_count,
        .edit_ctx = stats,
        .sink = write_out,
        .sink_ctx = &output,
    };
    struct pipeline *pipeline =
        plan->body == PLAN_REWRITE ? pipeline_new(arena, &options) : NULL;
    bool good = copy(pipeline, &output, &stats->bytes_in);

    stats->bytes_out = output.bytes;
    return command_flush() && good;
}

static bool run(const struct settings *s, struct options *o)
{
    static const struct framing framing = {.kind = FRAMING_CLOSE};
    struct arena *arena = o->request.arena;
    struct response_head response;
    struct response_plan plan;
    struct asked_request asked;
    struct filter_stats stats;

    make_response(o, &response, arena);
    if (!request_args_ask(&o->request, s, o->url, &asked, arena))
        return false;
    response_plan(&plan, &asked.visit, &response, &framing, arena);
    if (plan.body == PLAN_REFUSE) {
        command_failed("the body is not passed on: %s", plan.why);
        return false;
    }
    filter_stats_init(&stats, s->rules, arena);
    bool good = filter(s, &asked, &plan, &stats, arena);
    if (good && o->stats)
        filter_stats_print(&stats, stderr);
    return good;
}

/* ---- options ------------------------------------------------------------ */

/* Returns the exit code, or -1 to go on. */
static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        {"url", required_argument, NULL, 'u'},
        {"header", required_argument, NULL, 'H'},
        {"type", required_argument, NULL, 't'},
        {"stats", no_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "c:H:h", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            o->config = optarg;
            break;
        case 'u':
            if (!request_args_check_url(optarg))
                return EXIT_USAGE;
            o->url = optarg;
            break;
        case 'H':
            if (!request_args_add(&o->request, optarg))
                return EXIT_USAGE;
            break;
        case 't':
            o->type = optarg;
            break;
        case 's':
            o->stats = true;
            break;
        case 'h':
            return command_help("filter");
        default:
            return command_usage("filter");
        }
    }
    if (o->type != NULL && strcmp(o->type, "html") != 0 &&
        strcmp(o->type, "css") != 0) {
        command_failed("--type is html or css, not \"%s\"", o->type);
        return EXIT_USAGE;
    }
    return optind == argc ? -1 : command_usage("filter");
}

int cmd_filter(int argc, char **argv)
{
    struct arena arena = {0};
    struct options o = {.request.arena = &arena};
    struct settings *s = NULL;
    int code = read_options(argc, argv, &o);

    if (code < 0) {
        s = command_settings(o.config);
        code = s != NULL && run(s, &o) ? EXIT_DONE : EXIT_BAD;
    }
    arena_release(&arena); /* the pipeline first: it refers to the rules */
    settings_free(s);
    return code;
}
