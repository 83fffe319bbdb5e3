/* bench_rewrite RULES… -- PAGE… : how fast the rewriter is on real pages.
 *
 * Every page is rewritten from memory with everything denied, in pieces as a
 * proxy reads them, again and again for a while; the best round counts. Prints
 * a line for each page (bytes, GB/s, edits), slowest first, and the median.
 */
#include "base/buf.h"
#include "rewrite/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    PIECE = 64 << 10,
    ROUNDS = 5,
    ROUND_NS = 4000000,
};

struct bench {
    struct arena arena;
    struct arena_pool pool;
    struct purposes purposes;
    struct ruleset *rules;
    struct rule_bits enabled;
    struct scope scope;
    struct url page;
    size_t out;
    unsigned edits;
};

struct result {
    const char *path;
    size_t bytes, out;
    unsigned edits;
    double rate; /* bytes per nanosecond: GB/s */
};

static struct str read_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    struct buf b = {0};
    size_t len;

    if (file == NULL) {
        perror(path);
        exit(1);
    }
    do {
        len = fread(buf_reserve(&b, PIECE), 1, PIECE, file);
        b.len += len;
    } while (len > 0);
    fclose(file);
    struct str text = arena_dup(arena, buf_str(&b));
    buf_release(&b);
    return text;
}

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void sink(void *ctx, struct str s)
{
    struct bench *b = ctx;

    b->out += s.len;
}

static void on_edit(void *ctx, const struct rule *rule, enum edit_way way,
                    enum edit_kind kind)
{
    struct bench *b = ctx;

    (void)rule;
    (void)way;
    (void)kind;
    b->edits++;
}

static void rewrite(struct bench *b, struct str text)
{
    struct arena arena = {.pool = &b->pool};
    struct pipeline_options options = {
        .scope = &b->scope,
        .purposes = &b->purposes,
        .page = b->page,
        .kind = BODY_HTML,
        .memory = 1 << 20,
        .on_edit = on_edit,
        .edit_ctx = b,
        .sink = sink,
        .sink_ctx = b,
    };
    struct pipeline *p = pipeline_new(&arena, &options);

    b->out = 0;
    b->edits = 0;
    for (size_t at = 0; at < text.len; at += PIECE)
        pipeline_push(p, str_sub(text, at, PIECE), PUSH_MORE);
    pipeline_push(p, (struct str){0}, PUSH_END);
    arena_release(&arena);
}

static struct result measure(struct bench *b, const char *path)
{
    struct arena arena = {0};
    struct str text = read_file(&arena, path);
    double best = 1e18;

    rewrite(b, text);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = now_ns(), spent = 0;
        unsigned turns = 0;
        while (spent < ROUND_NS) {
            rewrite(b, text);
            turns++;
            spent = now_ns() - start;
        }
        double each = (double)spent / turns;
        best = each < best ? each : best;
    }
    struct result r = {path, text.len, b->out, b->edits,
                       (double)text.len / best};
    arena_release(&arena);
    return r;
}

static int by_rate(const void *a, const void *b)
{
    const struct result *x = a, *y = b;

    return (x->rate > y->rate) - (x->rate < y->rate);
}

static void load(struct bench *b, struct str *names, size_t count)
{
    struct diag d = {.arena = &b->arena};

    purposes_init(&b->purposes);
    b->rules = ruleset_load(&d, &b->purposes, names, count);
    for (const struct diag_problem *p = d.first; p != NULL; p = p->next)
        fprintf(stderr, STR_FMT "\n", STR_ARG(diag_format(&b->arena, p)));
    if (b->rules == NULL ||
        !ruleset_enabled(b->rules, &d, NULL, STR("site.example"),
                         &b->enabled) ||
        !url_parse(&b->page, STR("https://www.site.example/dir/page.html"),
                   NULL, &b->arena))
        exit(1);
    b->scope = (struct scope){
        .rules = b->rules,
        .enabled = &b->enabled,
        .denied = purposes_deniable(&b->purposes),
        .host = STR("www.site.example"),
        .domain = STR("site.example"),
    };
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    struct str names[256];
    int at = 1, pages = 0;
    size_t count = 0;

    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        if (count < ARRAY_LEN(names))
            names[count++] = str_of(argv[at]);
    at++;
    if (count == 0 || at >= argc) {
        fprintf(stderr, "usage: bench_rewrite RULES... -- PAGE...\n");
        return 2;
    }
    load(&b, names, count);
    struct result *results = xcalloc((size_t)(argc - at), sizeof(*results));
    for (; at < argc; at++)
        results[pages++] = measure(&b, argv[at]);
    qsort(results, (size_t)pages, sizeof(*results), by_rate);
    for (int i = 0; i < pages; i++)
        printf("%8.3f GB/s %8zu -> %8zu bytes %4u edits %s\n", results[i].rate,
               results[i].bytes, results[i].out, results[i].edits,
               results[i].path);
    printf("median %.3f GB/s, worst %.3f GB/s, %d pages\n",
           results[pages / 2].rate, results[0].rate, pages);
    free(results);
    ruleset_free(b.rules);
    arena_release(&b.arena);
    arena_pool_release(&b.pool);
    return 0;
}
