#include "app/check_examples.h"

#include "base/buf.h"
#include "rewrite/pipeline.h"

static void append(void *ctx, struct str out)
{
    buf_append(ctx, out);
}

static bool rewrite(const struct settings *s, const struct scope *scope,
                    struct str html, struct buf *out, struct arena *arena)
{
    struct pipeline_options options = {
        .scope = scope,
        .purposes = &s->purposes,
        .kind = BODY_HTML,
        .coding = CODING_IDENTITY,
        .memory = s->limits.rewrite_memory,
        .sink = append,
        .sink_ctx = out,
    };

    struct str page = arena_concat(
        arena, (struct str[]){STR("https://"), scope->host, STR("/")}, 3);

    return url_parse(&options.page, page, NULL, arena) &&
           pipeline_push(pipeline_new(arena, &options), html, PUSH_END) ==
               PUSH_OK;
}

static void check_html(struct diag *d, const struct settings *s,
                       const struct rule *rule, const struct example *example)
{
    struct arena arena = {0};
    struct rule_bits bits;
    struct scope scope;
    struct buf out = {0};

    ruleset_example_scope(s->rules, rule, &arena, &bits, &scope);
    if (!rewrite(s, &scope, example->input, &out, &arena) ||
        !str_eq(buf_str(&out), example->other))
        diag_place_error(d, &example->place,
                         "example does not hold: becomes \"" STR_FMT "\"",
                         STR_ARG(buf_str(&out)));
    buf_release(&out);
    arena_release(&arena);
}

void check_examples(struct diag *d, const struct settings *s)
{
    ruleset_run_examples(s->rules, d);
    for (unsigned i = 0; i < ruleset_count(s->rules); i++) {
        const struct rule *rule = ruleset_rule(s->rules, i);
        unsigned count;
        const struct example *examples =
            ruleset_examples(s->rules, rule, &count);
        for (unsigned k = 0; k < count; k++)
            if (examples[k].kind == EXAMPLE_HTML)
                check_html(d, s, rule, &examples[k]);
    }
}
