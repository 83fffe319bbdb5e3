#include "app/commands.h"
#include "app/config.h"
#include "base/buf.h"

#include <getopt.h>
#include <stdio.h>

/* The longest of a column, so that the next one stands straight. */
struct widths {
    int id, purpose, vendor;
};

static int wider(int width, struct str text)
{
    return (int)text.len > width ? (int)text.len : width;
}

static struct widths measure(const struct settings *s)
{
    struct widths w = {.id = 2, .purpose = 7, .vendor = 6};

    for (unsigned i = 0; i < ruleset_count(s->rules); i++) {
        const struct rule *rule = ruleset_rule(s->rules, i);
        w.id = wider(w.id, rule->id);
        w.purpose = wider(w.purpose, s->purposes.names[rule->purpose]);
        w.vendor = wider(w.vendor, rule->vendor);
    }
    return w;
}

static void print_padded(struct str text, int width)
{
    printf(STR_FMT "%*s  ", STR_ARG(text), width - (int)text.len, "");
}

static void print_table(const struct settings *s)
{
    struct widths w = measure(s);

    print_padded(STR("id"), w.id);
    print_padded(STR("purpose"), w.purpose);
    print_padded(STR("vendor"), w.vendor);
    puts("enabled  patterns  file");
    for (unsigned i = 0; i < ruleset_count(s->rules); i++) {
        const struct rule *rule = ruleset_rule(s->rules, i);
        print_padded(rule->id, w.id);
        print_padded(s->purposes.names[rule->purpose], w.purpose);
        print_padded(rule->vendor, w.vendor);
        printf("%-7s  %8u  " STR_FMT "\n", rule->enabled ? "yes" : "no",
               rule->patterns, STR_ARG(rule->file));
    }
}

static void write_member(struct buf *out, const char *key, struct str value)
{
    buf_printf(out, "\"%s\": ", key);
    json_write_string(out, value);
    buf_append(out, STR(", "));
}

static void print_json(const struct settings *s)
{
    struct buf out = {0};

    buf_append(&out, STR("["));
    for (unsigned i = 0; i < ruleset_count(s->rules); i++) {
        const struct rule *rule = ruleset_rule(s->rules, i);
        buf_append(&out, i > 0 ? STR(",\n {") : STR("\n {"));
        write_member(&out, "id", rule->id);
        write_member(&out, "title", rule->title);
        write_member(&out, "purpose", s->purposes.names[rule->purpose]);
        write_member(&out, "vendor", rule->vendor);
        buf_printf(&out, "\"enabled\": %s, \"patterns\": %u, ",
                   rule->enabled ? "true" : "false", rule->patterns);
        buf_append(&out, STR("\"file\": "));
        json_write_string(&out, rule->file);
        buf_append(&out, STR("}"));
    }
    buf_append(&out, STR("\n]\n"));
    fwrite(out.data + out.start, 1, out.len, stdout);
    buf_release(&out);
}

int cmd_rules(int argc, char **argv)
{
    static const struct option longs[] = {
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *config = NULL;
    bool json = false;
    int option;

    while ((option = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            config = optarg;
            break;
        case 'j':
            json = true;
            break;
        case 'h':
            return command_help("rules");
        default:
            return command_usage("rules");
        }
    }
    if (optind != argc)
        return command_usage("rules");

    struct settings *s = command_settings(config);
    if (s == NULL)
        return EXIT_BAD;
    if (json)
        print_json(s);
    else
        print_table(s);
    settings_free(s);
    return command_flush() ? EXIT_DONE : EXIT_BAD;
}
