/* Compressed bodies: as they came until the text changes, then right. */
#include "deflate_fixture.h"
#include "pipeline_fixture.h"

static const struct {
    const char *name;
    struct packing how;
} packings[] = {
    {"gzip 1", {GZIP, 1, Z_DEFAULT_STRATEGY, 0, 0}},
    {"gzip 6", {GZIP, 6, Z_DEFAULT_STRATEGY, 0, 0}},
    {"gzip 9", {GZIP, 9, Z_DEFAULT_STRATEGY, 0, 0}},
    {"stored", {GZIP, 0, Z_DEFAULT_STRATEGY, 0, 0}},
    {"fixed Huffman", {GZIP, 6, Z_FIXED, 0, 0}},
    {"only Huffman", {GZIP, 6, Z_HUFFMAN_ONLY, 0, 0}},
    {"small blocks", {GZIP, 6, Z_DEFAULT_STRATEGY, 700, Z_BLOCK}},
    {"small fixed blocks", {GZIP, 6, Z_FIXED, 500, Z_BLOCK}},
    {"partial flushes", {GZIP, 6, Z_DEFAULT_STRATEGY, 900, Z_PARTIAL_FLUSH}},
    {"full flushes", {GZIP, 6, Z_DEFAULT_STRATEGY, 900, Z_FULL_FLUSH}},
    {"ten sync flushes", {GZIP, 6, Z_DEFAULT_STRATEGY, 2000, Z_SYNC_FLUSH}},
    {"zlib", {ZLIB, 6, Z_DEFAULT_STRATEGY, 0, 0}},
    {"zlib, small window", {9, 6, Z_DEFAULT_STRATEGY, 3000, Z_BLOCK}},
    {"bare", {RAW, 6, Z_DEFAULT_STRATEGY, 0, 0}},
    {"bare, small blocks", {RAW, 6, Z_DEFAULT_STRATEGY, 700, Z_BLOCK}},
};

static const char removed[] = "<script src=//t.example/a.js></script>";
static const char left[] = ""; /* what stands in its place between elements */

enum change { NONE, FIRST, MIDDLE, LAST, VERY_LAST, CUT_OFF, CHANGES };

static const char *const change_names[] = {
    "none", "first block", "middle", "last block", "very last", "unclosed"};

/* A page of about `size` bytes that does not compress to nothing. */
static void write_page(struct buf *page, struct buf *want, size_t size,
                       enum change change)
{
    unsigned seed = 1;
    size_t at = change == FIRST ? 40 : change == MIDDLE ? size / 2 : size - 80;
    bool done = change == NONE || change >= VERY_LAST;

    while (page->len < size) {
        seed = seed * 1103515245 + 12345;
        if (!done && page->len >= at) {
            buf_append(page, str_of(removed));
            buf_append(want, str_of(left));
            done = true;
        }
        size_t from = page->len;
        buf_printf(page, "<p class=c%u>text %x</p>\n", seed >> 28, seed >> 8);
        buf_append(want, str_from(buf_str(page), from));
    }
    if (change == VERY_LAST)
        buf_append(page, str_of(removed));
    if (change == CUT_OFF)
        buf_append(page, STR("<script src=//t.example/a.js>never closed"));
}

struct run {
    const char *name;
    struct fixture *fixture;
    struct packing how;
    struct str packed, want;
    bool same; /* the bytes are to be those that came */
    size_t memory;
};

static bool out_is_right(const struct run *r, struct str out)
{
    struct buf text = {0};

    if (r->same)
        return str_eq(out, r->packed);
    bool right =
        unpack(r->how.window, out, &text) && str_eq(buf_str(&text), r->want);
    buf_release(&text);
    return right;
}

static enum push_result run_piped(const struct run *r, struct str in,
                                  size_t cut, size_t step, struct buf *out)
{
    struct pipeline_options options = fixture_options(r->fixture, out);

    options.coding = r->how.window == GZIP ? CODING_GZIP : CODING_DEFLATE;
    options.memory = r->memory;
    return fixture_run(r->fixture, &options, in, cut, step);
}

/* Whole, cut into steps, and cut in two here and there: always the same. */
static bool check_cuts(const struct run *r, size_t stride)
{
    struct buf whole = {0}, out = {0};
    static const size_t steps[] = {1, 2, 3, 7, 100, 1000, 4096};

    enum push_result result = run_piped(r, r->packed, 0, SIZE_MAX, &whole);
    bool good = result == PUSH_OK && out_is_right(r, buf_str(&whole));
    if (!good)
        fprintf(stderr, "%s: whole: %d, %zu bytes of %zu\n", r->name,
                (int)result, whole.len, r->packed.len);
    for (size_t i = 0; good && i < ARRAY_LEN(steps); i++) {
        if (steps[i] * 1000 < r->packed.len)
            continue; /* would take long, and smaller bodies had it */
        buf_clear(&out);
        result = run_piped(r, r->packed, 0, steps[i], &out);
        good = result == PUSH_OK && str_eq(buf_str(&out), buf_str(&whole));
        if (!good)
            fprintf(stderr, "%s: step %zu\n", r->name, steps[i]);
    }
    for (size_t cut = 1; good && cut < r->packed.len; cut += stride) {
        buf_clear(&out);
        result = run_piped(r, r->packed, cut, SIZE_MAX, &out);
        good = result == PUSH_OK && str_eq(buf_str(&out), buf_str(&whole));
        if (!good)
            fprintf(stderr, "%s: cut %zu\n", r->name, cut);
    }
    buf_release(&whole);
    buf_release(&out);
    return good;
}

/* Every packing with a change in every place. */
static unsigned check_all(size_t size, size_t memory, size_t stride)
{
    struct fixture f;
    unsigned failed = 0;

    fixture_init(&f);
    for (size_t i = 0; i < ARRAY_LEN(packings) * CHANGES; i++) {
        enum change change = (enum change)(i % CHANGES);
        struct buf page = {0}, want = {0}, packed = {0};
        char name[80];
        write_page(&page, &want, size, change);
        pack(&packings[i / CHANGES].how, buf_str(&page), &packed);
        snprintf(name, sizeof(name), "%s, %s", packings[i / CHANGES].name,
                 change_names[change]);
        struct run run = {
            .name = name,
            .fixture = &f,
            .how = packings[i / CHANGES].how,
            .packed = buf_str(&packed),
            .want = buf_str(&want),
            .same = change == NONE && memory > size,
            .memory = memory,
        };
        failed += !check_cuts(&run, stride);
        buf_release(&page);
        buf_release(&want);
        buf_release(&packed);
    }
    fixture_release(&f);
    return failed;
}

static void test_small_pages(void **state)
{
    (void)state;
    assert_int_equal(check_all(200, 1 << 20, 1), 0);
}

static void test_pages(void **state)
{
    (void)state;
    assert_int_equal(check_all(20000, 1 << 20, 997), 0);
}

static void test_large_pages(void **state)
{
    (void)state;
    assert_int_equal(check_all(300000, 1 << 20, 40009), 0);
}

/* Blocks larger than what may be held back are encoded, others are not. */
static void test_little_memory(void **state)
{
    (void)state;
    assert_int_equal(check_all(60000, 10000, 9973), 0);
}

/* Until the change it is the origin's bytes that go out, to the last edge. */
static void test_bytes_before_a_change_are_the_origins(void **state)
{
    struct fixture f;
    struct buf page = {0}, want = {0}, packed = {0}, out = {0};
    struct packing how = {GZIP, 9, Z_DEFAULT_STRATEGY, 2000, Z_SYNC_FLUSH};
    size_t same = 0;

    (void)state;
    fixture_init(&f);
    write_page(&page, &want, 20000, LAST);
    pack(&how, buf_str(&page), &packed);
    struct run run = {.fixture = &f, .how = how, .memory = 1 << 20};
    assert_int_equal(run_piped(&run, buf_str(&packed), 0, 100, &out), PUSH_OK);
    while (buf_str(&out).ptr[same] == buf_str(&packed).ptr[same])
        same++;
    assert_true(same > packed.len * 8 / 10);
    assert_true(same < packed.len);
    buf_release(&page);
    buf_release(&want);
    buf_release(&packed);
    buf_release(&out);
    fixture_release(&f);
}

/* Each flush of the origin's brings out all that the rewriter let through. */
static void check_flushes(struct fixture *f, enum change change)
{
    struct buf page = {0}, want = {0}, out = {0}, text = {0};
    struct pipeline_options options = fixture_options(f, &out);
    struct arena arena = {0};
    z_stream z = {0};

    options.coding = CODING_GZIP;
    struct pipeline *p = pipeline_new(&arena, &options);
    write_page(&page, &want, 20000, change);
    deflateInit2(&z, 6, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY);
    struct str rest = buf_str(&page);
    size_t removed_len = 0;
    for (size_t i = 0; i < 10 && rest.len > 0; i++) {
        struct buf packed = {0};
        size_t end = str_find(rest, STR("</p>\n"));
        end = str_find_char(rest, '\n', i < 9 && end < 1900 ? 1900 : end) + 1;
        struct str part = str_sub(rest, 0, end);
        size_t script = str_find(part, str_of(removed));
        removed_len += script < part.len ? strlen(removed) : 0;
        z.next_in = (z_const Bytef *)part.ptr;
        z.avail_in = (uInt)part.len;
        deflate_some(&z, Z_SYNC_FLUSH, &packed);
        assert_int_equal(pipeline_push(p, buf_str(&packed), PUSH_FLUSH),
                         PUSH_OK);
        rest = str_from(rest, part.len);
        buf_clear(&text);
        unpack(GZIP, buf_str(&out), &text);
        assert_int_equal(text.len, page.len - rest.len - removed_len);
        buf_release(&packed);
        size_t before = out.len;
        assert_int_equal(pipeline_push(p, (struct str){0}, PUSH_FLUSH),
                         PUSH_OK);
        assert_int_equal(out.len, before);
    }
    assert_int_equal(removed_len > 0, change != NONE);
    deflateEnd(&z);
    arena_release(&arena);
    buf_release(&page);
    buf_release(&want);
    buf_release(&out);
    buf_release(&text);
}

static void test_flush(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    check_flushes(&f, NONE);
    check_flushes(&f, FIRST);
    check_flushes(&f, MIDDLE);
    fixture_release(&f);
}

/* A long element that is removed is not held back. */
static void test_removing_holds_nothing_back(void **state)
{
    struct fixture f;
    struct buf page = {0}, packed = {0};
    struct packing how = {GZIP, 6, Z_DEFAULT_STRATEGY, 0, 0};

    (void)state;
    fixture_init(&f);
    buf_append(&page, STR("<p>before</p><script src=//t.example/a.js>"));
    while (page.len < 4 << 20)
        buf_append(&page, STR("so long;\n"));
    buf_append(&page, STR("</script><p>behind</p>"));
    pack(&how, buf_str(&page), &packed);
    struct run run = {
        .name = "removing",
        .fixture = &f,
        .how = how,
        .packed = buf_str(&packed),
        .want = STR("<p>before</p><p>behind</p>"),
        .memory = 1 << 17,
    };
    assert_true(check_cuts(&run, packed.len / 3));
    buf_release(&page);
    buf_release(&packed);
    fixture_release(&f);
}

/* What a client has of a body that stops before its final block's end. */
static size_t text_out_before_the_end(struct fixture *f, const char *start,
                                      size_t size, size_t piece)
{
    struct buf page = {0}, packed = {0}, out = {0}, text = {0};
    struct packing how = {GZIP, 6, Z_DEFAULT_STRATEGY, piece, Z_BLOCK};
    struct pipeline_options options = fixture_options(f, &out);
    struct arena arena = {0};

    options.coding = CODING_GZIP;
    options.memory = 1 << 17;
    buf_append(&page, str_of(start));
    while (page.len < size)
        buf_append(&page, STR("so long;\n"));
    pack(&how, buf_str(&page), &packed);
    struct pipeline *p = pipeline_new(&arena, &options);
    pipeline_push(p, str_sub(buf_str(&packed), 0, packed.len - 20), PUSH_FLUSH);
    unpack(GZIP, buf_str(&out), &text);
    size_t len = text.len;
    arena_release(&arena);
    buf_release(&page);
    buf_release(&packed);
    buf_release(&out);
    buf_release(&text);
    return len;
}

static void test_memory_is_bounded(void **state)
{
    struct fixture f;
    static const char script[] = "<p>hi<script src=//t.example/a.js>";

    (void)state;
    fixture_init(&f);
    /* One large block, with nothing to remove. */
    assert_true(text_out_before_the_end(&f, "<p>", 300000, 0) > 200000);
    /* An element that is removed, over many small blocks. */
    assert_int_equal(text_out_before_the_end(&f, script, 3 << 20, 5000), 5);
    fixture_release(&f);
}

/* More empty blocks than anybody sends: memory stays bounded, and the text is
 * right. */
static void test_empty_blocks(void **state)
{
    struct fixture f;
    struct buf body = {0}, out = {0}, text = {0};
    struct packing how = {RAW, 6, Z_DEFAULT_STRATEGY, 0, 0};

    (void)state;
    fixture_init(&f);
    buf_append(&body, STR("\0\6\0\xf9\xff<p cla"));
    for (int i = 0; i < 200000; i++)
        buf_append(&body, STR("\0\0\0\xff\xff"));
    pack(&how, STR("ss=a>text</p>"), &body);
    struct run run = {.fixture = &f, .how = how, .memory = 1 << 12};
    assert_int_equal(run_piped(&run, buf_str(&body), 0, 4096, &out), PUSH_OK);
    assert_true(unpack(RAW, buf_str(&out), &text));
    assert_true(str_eq(buf_str(&text), STR("<p class=a>text</p>")));
    buf_release(&body);
    buf_release(&out);
    buf_release(&text);
    fixture_release(&f);
}

/* Bodies with nothing to remove and something odd about them. */
static void test_odd_bodies(void **state)
{
    struct fixture f;
    struct buf body = {0}, out = {0};
    struct run run = {.fixture = &f, .memory = 1 << 20};

    (void)state;
    fixture_init(&f);
    run.how = (struct packing){GZIP, 6, Z_DEFAULT_STRATEGY, 0, 0};
    pack(&run.how, STR("<p>clean</p>"), &body);
    struct str whole = buf_str(&body);

    /* Nothing at all stays nothing. */
    assert_int_equal(run_piped(&run, (struct str){0}, 0, 1, &out), PUSH_OK);
    assert_int_equal(out.len, 0);

    /* A missing footer stays missing. */
    struct str cut = str_sub(whole, 0, whole.len - 8);
    assert_int_equal(run_piped(&run, cut, 0, 5, &out), PUSH_OK);
    assert_true(str_eq(buf_str(&out), cut));
    buf_clear(&out);

    /* A body cut short does not get its final block. */
    cut = str_sub(whole, 0, whole.len - 9);
    assert_int_equal(run_piped(&run, cut, 0, 5, &out), PUSH_CORRUPT);
    assert_true(out.len < cut.len);
    buf_clear(&out);

    /* What nobody looked at does not go out. */
    size_t len = whole.len;
    pack(&run.how, STR("<script src=//t.example/a.js></script>"), &body);
    for (size_t step = 1; step <= body.len; step++) {
        assert_int_equal(run_piped(&run, buf_str(&body), 0, step, &out),
                         PUSH_OK);
        assert_true(str_eq(buf_str(&out), str_sub(buf_str(&body), 0, len)));
        buf_clear(&out);
    }
    buf_release(&body);
    buf_release(&out);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_pages),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_large_pages),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_bytes_before_a_change_are_the_origins),
        cmocka_unit_test(test_flush),
        cmocka_unit_test(test_removing_holds_nothing_back),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_empty_blocks),
        cmocka_unit_test(test_odd_bodies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
