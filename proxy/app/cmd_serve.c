#include "app/commands.h"
#include "app/serve.h"

#include <getopt.h>
#include <stdio.h>

struct serve_arguments {
    const char *config, *listen, *upstream;
};

static struct settings *load(void *ctx, struct diag *d)
{
    const struct serve_arguments *a = ctx;

    if (a->listen != NULL)
        return config_quick(d, str_of(a->listen), str_of(a->upstream));
    return config_load(d, str_of(a->config));
}

int cmd_serve(int argc, char **argv)
{
    static const struct option longs[] = {
        {"listen", required_argument, NULL, 'l'},
        {"upstream", required_argument, NULL, 'u'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct serve_arguments a = {0};
    int option;

    while ((option = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            a.config = optarg;
            break;
        case 'l':
            a.listen = optarg;
            break;
        case 'u':
            a.upstream = optarg;
            break;
        case 'h':
            return command_help("serve");
        default:
            return command_usage("serve");
        }
    }
    if (optind < argc || (a.listen == NULL) != (a.upstream == NULL) ||
        (a.listen != NULL && a.config != NULL))
        return command_usage("serve");
    if (a.listen == NULL)
        a.config = command_config_path(a.config);
    if (a.listen == NULL && a.config == NULL)
        return command_failed("no configuration: neither ./heed.json nor "
                              "/etc/heed/heed.json exists (use -c FILE, or "
                              "--listen and --upstream)");
    return serve_run(load, &a, NULL);
}
