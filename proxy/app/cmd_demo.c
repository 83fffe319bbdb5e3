#include "app/commands.h"
#include "app/demo_origin.h"
#include "app/serve.h"
#include "base/buf.h"
#include "base/json.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

struct demo {
    const char *listen;
    unsigned origin_port;
};

/* Without a signal the demo's pages come as they are, so that the difference
 * is there to be seen. */
static struct settings *load(void *ctx, struct diag *d)
{
    const struct demo *demo = ctx;
    struct buf listen = {0};

    json_write_string(&listen, str_of(demo->listen));
    struct str text =
        arena_printf(d->arena,
                     "{\"listen\": [{\"address\": " STR_FMT "}],\n"
                     " \"workers\": 1,\n"
                     " \"log\": {\"access\": null},\n"
                     " \"policy\": {\"default\": \"allow\"},\n"
                     " \"sites\": [{\"hosts\": [\"*\"],\n"
                     "   \"upstream\": {\"servers\": [\"127.0.0.1:%u\"]}}]}\n",
                     STR_ARG(buf_str(&listen)), demo->origin_port);
    buf_release(&listen);
    return config_load_text(d, STR("demo site"), text, false);
}

static void on_ready(void *ctx, struct str address)
{
    (void)ctx;
    printf("\n"
           "The demo site stands behind heed at  http://" STR_FMT "/\n"
           "\n"
           "In a browser: open it, then click \"Refuse\" at the foot of the "
           "page and see the\n"
           "trackers and widgets go. A browser that sends DNT or Sec-GPC gets "
           "them taken out\n"
           "without a click.\n"
           "\n"
           "With curl:\n"
           "  curl -si http://" STR_FMT "/ | grep -c '_ga=\\|hm.baidu"
           "\\|facebook.net'\n"
           "  curl -si -H 'DNT: 1' http://" STR_FMT "/ | grep -c "
           "'_ga=\\|hm.baidu\\|facebook.net'\n"
           "  curl -si -H 'DNT: 1' 'http://" STR_FMT "/g/collect?v=2'   "
           "(answered by heed)\n"
           "\n"
           "Ctrl-C ends it.\n",
           STR_ARG(address), STR_ARG(address), STR_ARG(address),
           STR_ARG(address));
}

static int run(struct demo *demo)
{
    struct demo_origin *origin = demo_origin_start();

    if (origin == NULL)
        return command_failed("cannot start the demo site: %s",
                              strerror(errno));
    demo->origin_port = demo_origin_port(origin);
    int code = serve_run(load, demo, on_ready);
    demo_origin_stop(origin);
    if (code != EXIT_DONE)
        fputs("(\"heed demo --listen 127.0.0.1:0\" takes any free port)\n",
              stderr);
    return code;
}

int cmd_demo(int argc, char **argv)
{
    static const struct option longs[] = {
        {"listen", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct demo demo = {.listen = "127.0.0.1:8080"};
    int option;

    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 'l':
            demo.listen = optarg;
            break;
        case 'h':
            return command_help("demo");
        default:
            return command_usage("demo");
        }
    }
    if (optind < argc)
        return command_usage("demo");
    return run(&demo);
}
