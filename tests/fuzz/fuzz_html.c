/* module: rewrite - the rewriter as a whole: however a page is cut, the same
 * bytes come out; and what came out, rewritten once more, is the same. */
#include "base/buf.h"
#include "rewrite/pipeline.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules_text[] =
    "{\"name\":\"f\",\"rules\":["
    "{\"id\":\"t\",\"purpose\":\"marketing\",\"hosts\":[\"t.io\"],"
    " \"scripts\":[\"bad(\"],\"elements\":[\".ad\"],\"globals\":[\"G\"]},"
    "{\"id\":\"d\",\"purpose\":\"marketing\",\"hosts\":[\"d.io\"],"
    " \"scripts\":[\"def(\"],\"action\":\"defer\"},"
    "{\"id\":\"b\",\"purpose\":\"social\",\"hosts\":[\"b.io\"],"
    " \"elements\":[\".box\"],\"action\":\"placeholder\","
    " \"placeholder\":\"B\"}]}";

static struct arena setup_arena;
static struct purposes purposes;
static struct rule_bits enabled;
static struct scope scope;
static struct url page;

static void setup(void)
{
    struct diag d = {.arena = &setup_arena};
    struct str name = STR("fuzz.json"), text = STR(rules_text);

    purposes_init(&purposes);
    struct ruleset *rules = ruleset_load_texts(&d, &purposes, &name, &text, 1);
    CHECK(rules != NULL);
    CHECK(ruleset_enabled(rules, &d, NULL, STR("site.io"), &enabled));
    CHECK(url_parse(&page, STR("https://site.io/a/b"), NULL, &setup_arena));
    scope = (struct scope){.rules = rules,
                           .enabled = &enabled,
                           .denied = purposes_deniable(&purposes),
                           .host = STR("site.io"),
                           .domain = STR("site.io")};
}

static void append(void *ctx, struct str s)
{
    buf_append(ctx, s);
}

/* Rewrite in pieces of pseudo-random length; seed 0: whole. */
static struct buf rewrite(struct str in, unsigned seed, size_t memory)
{
    struct arena arena = {0};
    struct buf out = {0};
    struct pipeline_options options = {
        .scope = &scope,
        .purposes = &purposes,
        .page = page,
        .memory = memory,
        .sink = append,
        .sink_ctx = &out,
    };
    struct pipeline *p = pipeline_new(&arena, &options);

    while (in.len > 0) {
        size_t len = in.len;
        if (seed != 0) {
            seed = seed * 1103515245 + 12345;
            len = (seed >> 16) % 9 + 1;
        }
        struct str piece = str_sub(in, 0, len);
        char *copy = xmalloc(piece.len);
        memcpy(copy, piece.ptr, piece.len);
        CHECK(pipeline_push(p, str_make(copy, piece.len), PUSH_MORE) ==
              PUSH_OK);
        free(copy);
        in = str_from(in, piece.len);
    }
    CHECK(pipeline_push(p, (struct str){0}, PUSH_END) == PUSH_OK);
    arena_release(&arena);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (scope.rules == NULL)
        setup();
    if (size < 1)
        return 0;
    unsigned seed = data[0] + 1u;
    struct str in = str_make((const char *)data + 1, size - 1);
    struct buf whole = rewrite(in, 0, 1 << 20);
    struct buf pieces = rewrite(in, seed, 1 << 20);
    CHECK(str_eq(buf_str(&whole), buf_str(&pieces)));
    struct buf again = rewrite(buf_str(&whole), 0, 1 << 20);
    CHECK(str_eq(buf_str(&whole), buf_str(&again)));
    struct buf small = rewrite(in, 0, 48);
    struct buf small_pieces = rewrite(in, seed, 48);
    CHECK(str_eq(buf_str(&small), buf_str(&small_pieces)));
    buf_release(&whole);
    buf_release(&pieces);
    buf_release(&again);
    buf_release(&small);
    buf_release(&small_pieces);
    return 0;
}
