/* Codings around the rewriter. */
#include "deflate_fixture.h"
#include "pipeline_fixture.h"

static const char page[] =
    "<p>text</p><script src=//t.example/a.js></script><p>more text</p>";
static const char rewritten[] = "<p>text</p><p>more text</p>";

static struct str compress_text(struct arena *arena, struct str text,
                                int window)
{
    struct packing how = {window, 6, Z_DEFAULT_STRATEGY, 0, 0};
    struct buf out = {0};

    pack(&how, text, &out);
    text = arena_dup(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static const struct {
    const char *name;
    enum body_coding coding;
    int window;
    size_t cut; /* bytes missing at the end */
    const char *behind;
    enum push_result result;
} codings[] = {
    {"gzip", CODING_GZIP, GZIP, 0, "", PUSH_OK},
    {"deflate", CODING_DEFLATE, ZLIB, 0, "", PUSH_OK},
    {"bare deflate", CODING_DEFLATE, RAW, 0, "", PUSH_OK},
    {"second member", CODING_GZIP, GZIP, 0, "\x1f\x8b\x08junk", PUSH_OK},
    {"no footer", CODING_GZIP, GZIP, 8, "", PUSH_OK},
    {"half a footer", CODING_GZIP, GZIP, 3, "", PUSH_OK},
    {"cut short", CODING_GZIP, GZIP, 12, "", PUSH_CORRUPT},
    {"cut short, bare", CODING_DEFLATE, RAW, 2, "", PUSH_CORRUPT},
    {"not gzip", CODING_GZIP, ZLIB, 0, "", PUSH_CORRUPT},
};

static void test_codings(void **state)
{
    unsigned failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(codings); i++) {
        struct fixture f;
        fixture_init(&f);
        struct str body = compress_text(&f.arena, STR(page), codings[i].window);
        body.len -= codings[i].cut;
        struct str parts[] = {body, str_of(codings[i].behind)};
        body = arena_concat(&f.arena, parts, ARRAY_LEN(parts));
        for (size_t step = 1; step <= body.len; step++) {
            struct buf out = {0};
            struct pipeline_options options = fixture_options(&f, &out);
            options.coding = codings[i].coding;
            enum push_result result = fixture_run(&f, &options, body, 0, step);
            bool good = result == codings[i].result;
            struct buf text = {0};
            if (good && result == PUSH_OK)
                good = unpack(codings[i].window, buf_str(&out), &text) &&
                       str_eq(buf_str(&text), STR(rewritten));
            buf_release(&text);
            if (!good)
                fprintf(stderr, "%s, step %zu: %d\n", codings[i].name, step,
                        (int)result);
            failed += !good;
            buf_release(&out);
        }
        fixture_release(&f);
    }
    assert_int_equal(failed, 0);
}

static void test_bomb(void **state)
{
    struct fixture f;
    struct buf out = {0}, zeros = {0};

    (void)state;
    fixture_init(&f);
    memset(buf_reserve(&zeros, 8 << 20), 'x', 8 << 20);
    zeros.len = 8 << 20;
    struct str body = compress_text(&f.arena, buf_str(&zeros), GZIP);
    struct pipeline_options options = fixture_options(&f, &out);
    options.coding = CODING_GZIP;
    options.inflate_ratio = 100;
    assert_int_equal(fixture_run(&f, &options, body, 0, 100), PUSH_BOMB);
    buf_clear(&out);
    options.inflate_ratio = 0;
    assert_int_equal(fixture_run(&f, &options, body, 0, 100), PUSH_OK);
    buf_release(&out);
    buf_release(&zeros);
    fixture_release(&f);
}

static const struct fixture_row sheets[] = {
    {"import", "@import 'https://t.example/a.css' screen;p{}",
     "@import '' screen;p{}"},
    {"import-upper", "@IMPORT URL( //t.example/a );", "@IMPORT URL( );"},
    {"url", "a{b:url(\"//t.example/x\") , url(/ok)}",
     "a{b:url(\"\") , url(/ok)}"},
    {"relative", "a{b:url(../x.png)}", NULL},
    {"unclosed", "a{b:url(//t.example/x", "a{b:url("},
    {"unclosed-string", "a{b:url('//t.example/x", "a{b:url('"},
    {"escaped-newline", "a{b:url('//t.ex\\\nample/x')}", "a{b:url('')}"},
    {"font", "@font-face{src:url(//t.example/f.woff) format('woff')}",
     "@font-face{src:url() format('woff')}"},
    {"image-set", "a{b:-webkit-image-set('//t.example/x' 1x,'/y' 2x)}",
     "a{b:-webkit-image-set('' 1x,'/y' 2x)}"},
    {"src", "a{b:src('//t.example/x')}", "a{b:src('')}"},
    {"not-a-function", "a{b:xurl(//t.example/x);c:url (//t.example/x)}", NULL},
    {"comment", "/*url(//t.example/x)*/a{b:/**/url(//t.example/x)}",
     "/*url(//t.example/x)*/a{b:/**/url()}"},
    {"string", "a{b:'\\'url(//t.example/x)'}", NULL},
};

static void test_css(void **state)
{
    struct fixture f;
    struct buf out = {0};

    (void)state;
    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    options.kind = BODY_CSS;
    fixture_check_all(&f, &options, sheets, ARRAY_LEN(sheets));
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codings),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_css),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
