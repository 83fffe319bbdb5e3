#include "app/commands.h"
#include "app/config.h"
#include "app/request_args.h"
#include "rewrite/response_edit.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* What stands on standard input: Cookie lines join the request's fields,
 * Set-Cookie lines make the head of an answer. */
struct jar {
    struct request_args *request;
    struct buf response; /* field lines */
};

static bool take_line(struct jar *jar, struct str line, unsigned number)
{
    while (line.len > 0 &&
           (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r'))
        line.len--;
    if (str_trim(line).len == 0)
        return true;
    size_t colon = str_find_char(line, ':', 0);
    enum field_id id = field_id_of(str_sub(line, 0, colon));
    if (id == FIELD_SET_COOKIE) {
        buf_append(&jar->response, line);
        buf_append(&jar->response, STR("\r\n"));
        return true;
    }
    if (id != FIELD_COOKIE) {
        command_failed("standard input:%u: neither \"Cookie:\" nor "
                       "\"Set-Cookie:\"",
                       number);
        return false;
    }
    return request_args_add(jar->request,
                            arena_dup(jar->request->arena, line).ptr);
}

static bool read_jar(struct jar *jar)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    unsigned number = 0;
    bool good = true;

    while (good && (len = getline(&line, &room, stdin)) >= 0)
        good = take_line(jar, str_make(line, (size_t)len), ++number);
    free(line);
    if (ferror(stdin)) {
        command_failed("standard input cannot be read");
        return false;
    }
    return good;
}

/* Print those lines of a head that have this id. */
static void print_fields(struct str head, enum field_id id)
{
    while (head.ptr != NULL) {
        struct str line = str_cut(&head, '\n');
        size_t colon = str_find_char(line, ':', 0);
        if (str_ends(line, STR("\r")))
            line.len--;
        if (field_id_of(str_sub(line, 0, colon)) == id)
            printf(STR_FMT "\n", STR_ARG(line));
    }
}

static void print_request(const struct visit *v, struct arena *arena)
{
    static const struct framing none = {.kind = FRAMING_NONE};
    static const struct client_info client = {0};
    struct buf out = {0};

    request_edit_write(&out, v, &client, &none, false, NULL, NULL, arena);
    print_fields(buf_str(&out), FIELD_COOKIE);
    buf_release(&out);
}

static bool print_response(const struct visit *v, struct str fields,
                           struct arena *arena)
{
    static const struct head_limits no_limits = {0};
    static const struct framing empty = {.kind = FRAMING_LENGTH};
    struct response_head head;
    struct response_plan plan;
    struct buf out = {0};
    struct str text = arena_concat(
        arena, (struct str[]){STR("HTTP/1.1 200 OK\r\n"), fields, STR("\r\n")},
        3);

    enum head_error error = response_head_parse(&head, text, &no_limits, arena);
    if (error != HEAD_NONE) {
        command_failed("the answer is refused: %s", head_error_reason(error));
        return false;
    }
    response_plan(&plan, v, &head, &empty, arena);
    response_edit_write(&out, v, &head, &plan, &empty, true, 1, false, NULL,
                        NULL, arena);
    print_fields(buf_str(&out), FIELD_SET_COOKIE);
    buf_release(&out);
    return true;
}

struct options {
    const char *config, *url;
    struct request_args request;
};

static bool run(const struct settings *s, struct options *o)
{
    struct arena *arena = o->request.arena;
    struct jar jar = {.request = &o->request};
    struct asked_request asked;
    bool good = read_jar(&jar) &&
                request_args_ask(&o->request, s, o->url, &asked, arena);

    if (good) {
        print_request(&asked.visit, arena);
        good = print_response(&asked.visit, buf_str(&jar.response), arena);
    }
    buf_release(&jar.response);
    return command_flush() && good;
}

/* Returns the exit code, or -1 to go on. */
static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        {"url", required_argument, NULL, 'u'},
        {"header", required_argument, NULL, 'H'},
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
        case 'h':
            return command_help("cookies");
        default:
            return command_usage("cookies");
        }
    }
    return optind == argc ? -1 : command_usage("cookies");
}

int cmd_cookies(int argc, char **argv)
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
