/* A pipeline over a small rule set, fed in pieces of any size. */
#pragma once

#include "base/buf.h"
#include "rewrite/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char fixture_rules[] =
    "{\"name\":\"test\",\"rules\":["
    "{\"id\":\"t\",\"title\":\"T\",\"purpose\":\"marketing\","
    " \"hosts\":[\"t.example\"],\"scripts\":[\"bad_snippet(\"],"
    " \"elements\":[\".ad\",\"fb\\\\:like\","
    "  \".up .down\",\".list > li > b\"]},"
    "{\"id\":\"stub\",\"title\":\"S\",\"purpose\":\"marketing\","
    " \"hosts\":[\"stub.example\"],\"scripts\":[\"stub_me(\"],"
    " \"globals\":[\"STUB\"]},"
    "{\"id\":\"defer\",\"title\":\"D\",\"purpose\":\"marketing\","
    " \"hosts\":[\"defer.example\"],\"scripts\":[\"defer_me(\"],"
    " \"action\":\"defer\"},"
    "{\"id\":\"box\",\"title\":\"A <box>\",\"purpose\":\"social\","
    " \"hosts\":[\"box.example\"],\"elements\":[\".box\"],"
    " \"action\":\"placeholder\",\"placeholder\":\"Box \\u00e9 & co\"},"
    "{\"id\":\"stub-box\",\"title\":\"B\",\"purpose\":\"social\","
    " \"hosts\":[\"stubbox.example\"],\"globals\":[\"STUB\"],"
    " \"action\":\"placeholder\"},"
    "{\"id\":\"fine\",\"title\":\"F\",\"purpose\":\"necessary\","
    " \"hosts\":[\"fine.example\"]}"
    "]}";

struct fixture {
    struct arena arena;
    struct purposes purposes;
    struct ruleset *rules;
    struct rule_bits enabled;
    struct scope scope;
    struct url page;
    unsigned edits[EDIT_KINDS];
};

static inline void fixture_count(void *ctx, const struct rule *rule,
                                 enum edit_way way, enum edit_kind kind)
{
    struct fixture *f = ctx;

    (void)rule;
    (void)way;
    f->edits[kind]++;
}

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){0};
    struct diag d = {.arena = &f->arena};
    struct str name = STR("test.json"), text = STR(fixture_rules);

    purposes_init(&f->purposes);
    f->rules = ruleset_load_texts(&d, &f->purposes, &name, &text, 1);
    for (const struct diag_problem *p = d.first; p != NULL; p = p->next)
        fprintf(stderr, STR_FMT "\n", STR_ARG(diag_format(&f->arena, p)));
    if (f->rules == NULL ||
        !ruleset_enabled(f->rules, &d, NULL, STR("site.example"),
                         &f->enabled) ||
        !url_parse(&f->page, STR("https://site.example/dir/page"), NULL,
                   &f->arena))
        abort();
    f->scope = (struct scope){
        .rules = f->rules,
        .enabled = &f->enabled,
        .denied = purposes_deniable(&f->purposes),
        .host = STR("site.example"),
        .domain = STR("site.example"),
    };
}

static inline void fixture_release(struct fixture *f)
{
    ruleset_free(f->rules);
    arena_release(&f->arena);
}

static inline void fixture_sink(void *ctx, struct str s)
{
    buf_append(ctx, s);
}

static inline struct pipeline_options fixture_options(struct fixture *f,
                                                      struct buf *out)
{
    return (struct pipeline_options){
        .scope = &f->scope,
        .purposes = &f->purposes,
        .page = f->page,
        .kind = BODY_HTML,
        .memory = 1 << 20,
        .on_edit = fixture_count,
        .edit_ctx = f,
        .sink = fixture_sink,
        .sink_ctx = out,
    };
}

/* Push a piece from memory of its own, so that ASan sees what is kept. */
static inline enum push_result fixture_piece(struct pipeline *p, struct str s,
                                             enum push_mode mode)
{
    char *copy = malloc(s.len + 1);

    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    enum push_result result = pipeline_push(p, str_make(copy, s.len), mode);
    free(copy);
    return result;
}

/* Rewrite `in`, cut at `cut` if it is within, then in pieces of `step`. */
static inline enum push_result fixture_run(struct fixture *f,
                                           struct pipeline_options *options,
                                           struct str in, size_t cut,
                                           size_t step)
{
    struct arena arena = {0};
    enum push_result result = PUSH_OK;

    (void)f;
    struct pipeline *p = pipeline_new(&arena, options);
    if (cut > 0 && cut < in.len) {
        result = fixture_piece(p, str_sub(in, 0, cut), PUSH_MORE);
        in = str_from(in, cut);
    }
    while (result == PUSH_OK && in.len > 0) {
        result = fixture_piece(p, str_sub(in, 0, step), PUSH_MORE);
        in = str_from(in, step);
    }
    if (result == PUSH_OK)
        result = pipeline_push(p, (struct str){0}, PUSH_END);
    arena_release(&arena);
    return result;
}

struct fixture_row {
    const char *id, *in, *want; /* want NULL: as it came */
};

static inline bool fixture_try(struct fixture *f,
                               struct pipeline_options *options, const char *id,
                               struct str in, struct str want, size_t cut,
                               size_t step)
{
    struct buf out = {0};

    options->sink_ctx = &out;
    enum push_result result = fixture_run(f, options, in, cut, step);
    bool same = result == PUSH_OK && str_eq(buf_str(&out), want);
    if (!same)
        fprintf(stderr,
                "%s (cut %zu, step %zu)\n  in:   " STR_FMT "\n  want: " STR_FMT
                "\n  got:  " STR_FMT "\n",
                id, cut, step, STR_ARG(in), STR_ARG(want),
                STR_ARG(buf_str(&out)));
    buf_release(&out);
    return same;
}

/* Whole, byte by byte, at every cut, and the output once more. */
static inline bool fixture_check(struct fixture *f,
                                 struct pipeline_options *options,
                                 const char *id, struct str in, struct str want)
{
    if (!fixture_try(f, options, id, in, want, 0, SIZE_MAX) ||
        !fixture_try(f, options, id, in, want, 0, 1) ||
        !fixture_try(f, options, id, want, want, 0, SIZE_MAX))
        return false;
    for (size_t cut = 1; cut < in.len; cut++) {
        if (!fixture_try(f, options, id, in, want, cut, SIZE_MAX))
            return false;
    }
    return true;
}

static inline void fixture_check_all(struct fixture *f,
                                     struct pipeline_options *options,
                                     const struct fixture_row *rows,
                                     size_t count)
{
    unsigned failed = 0;

    for (size_t i = 0; i < count; i++) {
        struct str in = str_of(rows[i].in);
        struct str want = rows[i].want != NULL ? str_of(rows[i].want) : in;
        failed += !fixture_check(f, options, rows[i].id, in, want);
    }
    assert_int_equal(failed, 0);
}
