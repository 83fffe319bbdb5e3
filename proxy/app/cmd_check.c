#include "app/commands.h"
#include "app/config.h"

#include <getopt.h>
#include <stdio.h>

static void print_ok(const char *path, const struct settings *s)
{
    printf("%s: ok (%u site%s, %u rule%s", path, s->site_count,
           s->site_count == 1 ? "" : "s", ruleset_count(s->rules),
           ruleset_count(s->rules) == 1 ? "" : "s");
    puts(")");
}

static int check(const char *path)
{
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    struct settings *s = config_load(&d, str_of(path));

    command_print_problems(&d);
    if (s != NULL)
        print_ok(path, s);
    bool good = s != NULL && command_flush();
    settings_free(s);
    arena_release(&arena);
    return good ? EXIT_DONE : EXIT_BAD;
}

int cmd_check(int argc, char **argv)
{
    static const struct option longs[] = {
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *config = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            config = optarg;
            break;
        case 'h':
            return command_help("check");
        default:
            return command_usage("check");
        }
    }
    if (optind != argc)
        return command_usage("check");
    config = command_config_path(config);
    if (config == NULL)
        return command_failed("no configuration: neither ./heed.json nor "
                              "/etc/heed/heed.json is there, and no -c names "
                              "another");
    return check(config);
}
