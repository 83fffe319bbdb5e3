#include "app/commands.h"

#include "app/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define CONFIG_OPTION                                                          \
    "  -c FILE         configuration (default ./heed.json, then\n"             \
    "                  /etc/heed/heed.json)\n"
#define OFFLINE_CONFIG_OPTION                                                  \
    CONFIG_OPTION                                                              \
    "                  without any: the built-in rules for every host\n"
#define REQUEST_OPTIONS                                                        \
    "  -H 'Name: value'\n"                                                     \
    "                  a field of the request; may be repeated\n"

const struct command commands[] = {
    {"serve", "[-c FILE | --listen ADDR --upstream ADDR]",
     "run the proxy in the foreground",
     CONFIG_OPTION
     "  --listen ADDR   start without a file: HOST:PORT, [V6]:PORT, unix:PATH\n"
     "  --upstream ADDR the server behind, in the same form\n",
     cmd_serve},
    {"demo", "[--listen ADDR]", "run the proxy before a built-in demo site",
     "  --listen ADDR   where to listen (default 127.0.0.1:8080)\n", cmd_demo},
    {"check", "[-c FILE]",
     "load configuration and rules as serve would, print every problem",
     CONFIG_OPTION, cmd_check},
    {"explain", "[-c FILE] [-H FIELD]... [--json] (URL | --batch)",
     "say what would be decided for a request, and why",
     OFFLINE_CONFIG_OPTION REQUEST_OPTIONS
     "  --type TYPE     what is asked for: script, image, subdocument, ...\n"
     "                  (default: by the URL's extension)\n"
     "  --source URL    the page that asks (default: the URL itself)\n"
     "  --json          as JSON\n"
     "  --batch         JSON lines {\"url\", \"source\", \"type\"} from standard\n"
     "                  input, a verdict for each, as if everything were denied\n"
     "                  unless -H says otherwise\n",
     cmd_explain},
    {"filter",
     "[-c FILE] [--url URL] [-H FIELD]... [--type html|css] [--stats]",
     "rewrite standard input as a response body",
     OFFLINE_CONFIG_OPTION REQUEST_OPTIONS
     "                  (Content-Type and Content-Encoding: the response's)\n"
     "  --url URL       of the page (default: the first site's)\n"
     "  --type TYPE     html or css (default: by Content-Type, else html)\n"
     "  --stats         what was taken out, as JSON on standard error\n",
     cmd_filter},
    {"cookies", "[-c FILE] [--url URL] [-H FIELD]...",
     "read Cookie: and Set-Cookie: lines, print what leaves heed",
     OFFLINE_CONFIG_OPTION REQUEST_OPTIONS
     "  --url URL       of the page (default: the first site's)\n",
     cmd_cookies},
    {"rules", "[-c FILE] [--json]", "list the loaded rules",
     OFFLINE_CONFIG_OPTION "  --json          as JSON\n", cmd_rules},
    {0},
};

const struct command *command_find(const char *name)
{
    for (const struct command *c = commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

int command_help(const char *name)
{
    const struct command *c = command_find(name);

    printf("usage: heed %s %s\n\n%s\n\n%s"
           "  --help          this text\n",
           c->name, c->synopsis, c->summary, c->details);
    return command_flush() ? EXIT_DONE : EXIT_BAD;
}

int command_usage(const char *name)
{
    const struct command *c = command_find(name);

    fprintf(stderr, "usage: heed %s %s\n\"heed %s --help\" tells more\n",
            c->name, c->synopsis, c->name);
    return EXIT_USAGE;
}

int command_failed(const char *format, ...)
{
    va_list args;

    fputs("heed: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return EXIT_BAD;
}

void command_print_problems(const struct diag *d)
{
    struct arena arena = {0};

    for (const struct diag_problem *p = d->first; p != NULL; p = p->next) {
        struct str text = diag_format(&arena, p);
        fprintf(stderr, STR_FMT "\n", STR_ARG(text));
    }
    arena_release(&arena);
}

const char *command_config_path(const char *given)
{
    static const char *const places[] = {"heed.json", "/etc/heed/heed.json"};

    if (given != NULL)
        return given;
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (access(places[i], F_OK) == 0)
            return places[i];
    return NULL;
}

struct settings *command_settings(const char *given)
{
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    const char *path = command_config_path(given);
    struct settings *s = path != NULL ? config_load_offline(&d, str_of(path))
                                      : config_builtin(&d);

    command_print_problems(&d);
    arena_release(&arena);
    return s;
}

bool command_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    command_failed("standard output cannot be written");
    return false;
}
