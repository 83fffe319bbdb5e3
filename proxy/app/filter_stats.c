#include "app/filter_stats.h"

#include "base/buf.h"

/* By enum edit_way. */
static const char *const way_keys[] = {"removed", "deferred", "placeholders",
                                       "neutralised"};

void filter_stats_init(struct filter_stats *stats, const struct ruleset *rules,
                       struct arena *arena)
{
    size_t rows = (size_t)EDIT_WAYS * (ruleset_count(rules) + 1);

    *stats = (struct filter_stats){
        .rules = rules,
        .counts = arena_array(arena, unsigned, rows *EDIT_KINDS),
    };
}

/* The counts of a rule, by kind. */
static unsigned *row_of(const struct filter_stats *stats, unsigned way,
                        unsigned rule)
{
    size_t row = (size_t)way * (ruleset_count(stats->rules) + 1) + rule;

    return stats->counts + row * EDIT_KINDS;
}

void filter_stats_count(void *ctx, const struct rule *rule, enum edit_way way,
                        enum edit_kind kind)
{
    struct filter_stats *stats = ctx;
    unsigned index = rule != NULL ? rule->index : ruleset_count(stats->rules);

    row_of(stats, way, index)[kind]++;
}

/* "a": 1, "b": 2 - whether anything was written. */
static bool write_kinds(struct buf *out, const unsigned *counts)
{
    bool any = false;

    for (unsigned kind = 0; kind < EDIT_KINDS; kind++) {
        if (counts[kind] == 0)
            continue;
        buf_printf(out, "%s\"%s\": %u", any ? ", " : "", edit_kind_names[kind],
                   counts[kind]);
        any = true;
    }
    return any;
}

static void write_way(struct buf *out, const struct filter_stats *stats,
                      unsigned way)
{
    unsigned count = ruleset_count(stats->rules);
    struct buf kinds = {0};
    bool any = false;

    buf_printf(out, "\"%s\": {", way_keys[way]);
    for (unsigned rule = 0; rule <= count; rule++) {
        buf_clear(&kinds);
        if (!write_kinds(&kinds, row_of(stats, way, rule)))
            continue;
        if (any)
            buf_append(out, STR(", "));
        any = true;
        json_write_string(out, rule < count
                                   ? ruleset_rule(stats->rules, rule)->id
                                   : STR("unclassified"));
        buf_printf(out, ": {" STR_FMT "}", STR_ARG(buf_str(&kinds)));
    }
    buf_append(out, STR("}, "));
    buf_release(&kinds);
}

void filter_stats_print(const struct filter_stats *stats, FILE *out)
{
    struct buf text = {0};

    buf_append(&text, STR("{"));
    for (unsigned way = 0; way < EDIT_WAYS; way++)
        write_way(&text, stats, way);
    buf_printf(&text, "\"bytes_in\": %llu, \"bytes_out\": %llu}\n",
               (unsigned long long)stats->bytes_in,
               (unsigned long long)stats->bytes_out);
    fwrite(text.data + text.start, 1, text.len, out);
    buf_release(&text);
}
