/* A site with rules for every kind of edit, and visits to it made from the
 * text of a head. Lines of heads end in "\n" here. */
#pragma once

#include "rewrite/visit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { VISIT_NOW = 1700000000 };

#define VISIT_GENERATION 0xfeedu

static const char visit_rules[] =
    "{\"name\": \"test\", \"rules\": ["
    "{\"id\": \"stats\", \"purpose\": \"analytics\","
    " \"hosts\": [\"stats.example\"], \"cookies\": [\"_ga*\", \"__Host-st\"],"
    " \"params\": [\"utm_*\"], \"filters\": [\"/collect?\","
    "  \"/stats.js$script\", \"/pixel.gif$image\", \"/track.css\"],"
    " \"headers\": [\"X-Stats\"]},"
    "{\"id\": \"ads\", \"purpose\": \"marketing\","
    " \"hosts\": [\"ads.example\"], \"cookies\": [\"_fbp\"],"
    " \"params\": [\"gclid\"]},"
    "{\"id\": \"login\", \"purpose\": \"necessary\","
    " \"cookies\": [\"session\"]}"
    "]}";

struct visit_fixture {
    struct arena arena;
    struct diag diag;
    struct purposes purposes;
    struct ruleset *rules;
    struct site_privacy site;
    struct request_head request;
    struct visit visit;
};

static inline const struct json *fixture_json(struct visit_fixture *f,
                                              const char *text)
{
    const struct json *json =
        json_parse(&f->diag, STR("test.json"), str_of(text));

    assert_non_null(json);
    return json;
}

static inline void fixture_init(struct visit_fixture *f)
{
    struct str name = STR("test.json"), text = str_of(visit_rules);

    *f = (struct visit_fixture){0};
    f->diag.arena = &f->arena;
    purposes_init(&f->purposes);
    f->rules = ruleset_load_texts(&f->diag, &f->purposes, &name, &text, 1);
    if (f->rules == NULL)
        fail_msg(STR_FMT, STR_ARG(diag_format(&f->arena, f->diag.first)));
    f->site.purposes = &f->purposes;
    f->site.rules = f->rules;
    f->site.generation = VISIT_GENERATION;
    assert_true(ruleset_enabled(f->rules, &f->diag, NULL,
                                STR("www.site.example"), &f->site.enabled));
}

static inline void fixture_release(struct visit_fixture *f)
{
    ruleset_free(f->rules);
    arena_release(&f->arena);
}

/* A head as it goes over the wire, its empty line included. */
static inline struct str fixture_wire(struct visit_fixture *f, const char *text)
{
    size_t len = strlen(text), at = 0;
    char *wire = arena_alloc(&f->arena, 2 * len + 3);

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            wire[at++] = '\r';
        wire[at++] = text[i];
    }
    wire[at++] = '\r';
    wire[at++] = '\n';
    return str_make(wire, at);
}

/* The same backwards, without the empty line. */
static inline const char *fixture_text(struct visit_fixture *f, struct str wire)
{
    char *text = arena_alloc(&f->arena, wire.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < wire.len; i++) {
        if (wire.ptr[i] != '\r')
            text[len++] = wire.ptr[i];
    }
    text[len > 0 ? len - 1 : 0] = '\0';
    return text;
}

/* Begin a visit. `policy` is the text of a policy object, `request` that of a
 * head. */
static inline void fixture_visit(struct visit_fixture *f, const char *policy,
                                 const char *request)
{
    static const struct head_limits no_limits = {0};

    policy_init(&f->site.policy, &f->purposes);
    assert_true(policy_load(&f->site.policy, &f->purposes, &f->diag,
                            fixture_json(f, policy)));
    f->site.vary = policy_vary(&f->site.policy, &f->arena);
    assert_int_equal(request_head_parse(&f->request, fixture_wire(f, request),
                                        &no_limits, false, &f->arena),
                     HEAD_NONE);
    visit_begin(&f->visit, &f->site, &f->request, false, &f->arena);
    f->visit.now = VISIT_NOW;
}
