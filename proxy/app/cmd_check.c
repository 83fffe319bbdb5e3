#include "app/check_examples.h"
#include "app/commands.h"
#include "app/config.h"

#include <getopt.h>
#include <stdio.h>

static void print_list(const struct list_summary *list)
{
    printf("  " STR_FMT ": %u filters, %u selectors", STR_ARG(list->path),
           list->filters, list->selectors);
    for (unsigned i = 0; i < list->skipped_kinds; i++)
        printf("%s %u " STR_FMT, i == 0 ? "; skipped" : ",",
               list->skipped[i].count, STR_ARG(list->skipped[i].kind));
    putchar('\n');
}

static void print_ok(const char *path, const struct settings *s)
{
    unsigned count;
    const struct list_summary *lists = ruleset_lists(s->rules, &count);

    printf("%s: ok (%u site%s, %u rule%s", path, s->site_count,
           s->site_count == 1 ? "" : "s", ruleset_count(s->rules),
           ruleset_count(s->rules) == 1 ? "" : "s");
    if (count > 0)
        printf(", %u list%s", count, count == 1 ? "" : "s");
    puts(")");
    for (unsigned i = 0; i < count; i++)
        print_list(&lists[i]);
}

static int check(const char *path)
{
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    struct settings *s = config_load(&d, str_of(path));

    if (s != NULL)
        check_examples(&d, s);
    command_print_problems(&d);
    if (d.errors == 0)
        print_ok(path, s);
    bool good = d.errors == 0 && command_flush();
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
