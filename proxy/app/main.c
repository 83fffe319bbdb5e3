/* The program: picks a command from the command line. */

#include "app/commands.h"
#include "base/diag.h"

#include <getopt.h>
#include <stdio.h>

enum { COMMANDS_MAX = 16 };

static int print_version(void)
{
    puts("heed " HEED_VERSION);
    return command_flush() ? EXIT_DONE : EXIT_BAD;
}

static int print_help(void)
{
    puts("usage: heed COMMAND [OPTION]...\n\n"
         "A reverse proxy that takes out what the visitor asked not to get.\n\n"
         "Commands:");
    for (const struct command *c = commands; c->name != NULL; c++)
        printf("  %-9s %s\n", c->name, c->summary);
    puts("\nOptions:\n"
         "  -t [-c FILE]  check the configuration: the same as \"heed check\"\n"
         "  --version     print the version\n"
         "  --help        this text\n\n"
         "\"heed COMMAND --help\" tells the options of a command.");
    return command_flush() ? EXIT_DONE : EXIT_BAD;
}

static int usage(void)
{
    fputs("usage: heed COMMAND [OPTION]...\n\"heed --help\" tells more\n",
          stderr);
    return EXIT_USAGE;
}

static int unknown_command(const char *name)
{
    const char *names[COMMANDS_MAX] = {NULL};

    for (size_t i = 0; commands[i].name != NULL; i++)
        names[i] = commands[i].name;
    const char *near = diag_closest(str_of(name), names);
    fprintf(stderr, "heed: unknown command \"%s\"", name);
    if (near != NULL)
        fprintf(stderr, " (did you mean \"%s\"?)", near);
    fputc('\n', stderr);
    return usage();
}

static int run(const struct command *command, int argc, char **argv)
{
    static char title[32];

    snprintf(title, sizeof(title), "heed %s", command->name);
    argv[0] = title;
    return command->run(argc, argv);
}

/* The options that stand where a command would. */
static int run_options(int argc, char **argv)
{
    static const struct option longs[] = {
        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    char *check[] = {argv[0], NULL, NULL, NULL};
    bool test = false;
    int option;

    while ((option = getopt_long(argc, argv, "+tc:Vh", longs, NULL)) != -1) {
        switch (option) {
        case 't':
            test = true;
            break;
        case 'c':
            check[1] = "-c";
            check[2] = optarg;
            break;
        case 'V':
            return print_version();
        case 'h':
            return print_help();
        default:
            return usage();
        }
    }
    if (!test || optind != argc)
        return usage();
    optind = 0; /* the command reads another list */
    return run(command_find("check"), check[1] != NULL ? 3 : 1, check);
}

int main(int argc, char **argv)
{
    static char name[] = "heed";

    if (argc < 2)
        return usage();
    argv[0] = name; /* getopt's own messages begin with it */
    if (argv[1][0] == '-')
        return run_options(argc, argv);
    const struct command *command = command_find(argv[1]);
    if (command == NULL)
        return unknown_command(argv[1]);
    return run(command, argc - 1, argv + 1);
}
