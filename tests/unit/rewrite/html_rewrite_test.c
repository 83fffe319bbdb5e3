/* What becomes of each kind of element and attribute, actions, limits. */
#include "pipeline_fixture.h"

static const struct fixture_row rows[] = {
    /* inline scripts */
    {"inline-denied", "a<script>x;bad_snippet(1)</script>b", "ab"},
    {"inline-host", "<script>f('//x.t.example/a.js');g()</script>",
     "<script>f('//denied.invalid/a.js');g()</script>"},
    {"inline-module",
     "<script type=module>import 'https://t.example/m'"
     "</script>",
     "<script type=module>import 'https://denied.invalid/m'</script>"},
    {"inline-clean", "<script>var a='t.example.org';</script>", NULL},
    {"inline-text-plain", "<script type=text/plain>bad_snippet(1)</script>",
     NULL},
    {"inline-language", "<script language=vbscript>bad_snippet(</script>",
     NULL},
    {"inline-unfinished", "a<script>var x=1", NULL},
    {"inline-other-end", "<script>'</scriptx'</script >b", NULL},
    {"inline-handler-too", "<script onerror=\"bad_snippet()\">x</script>",
     "<script onerror=\"\">x</script>"},
    /* stubs */
    {"stub-inline", "<script>stub_me(1)</script><script>stub_me(2)</script>",
     "<script>@STUB@</script>"},
    {"stub-src", "<script src=//stub.example/s.js></script>b",
     "<script>@STUB@</script>b"},
    {"stub-of-a-box", "<script src=//stubbox.example/s.js></script>b",
     "<script>@STUB@</script>b"},
    {"stub-svg", "<svg><script>stub_me(1)</script></svg>b", "<svg></svg>b"},
    /* handlers and addresses of code */
    {"handler", "<a onclick='bad_snippet(1)' href=/x>y</a>",
     "<a onclick='' href=/x>y</a>"},
    {"handler-unquoted", "<a onclick=bad_snippet( href=/x>y</a>",
     "<a onclick=\"\" href=/x>y</a>"},
    {"handler-host", "<img src=/x onload=\"i.src=&quot;//t.example/p&quot;\">",
     "<img src=/x onload=\"i.src=&quot;//denied.invalid/p&quot;\">"},
    {"javascript-url", "<a href=' JAVAscript:bad_snippet(1)'>y</a>",
     "<a href=''>y</a>"},
    /* defer */
    {"defer-src",
     "<script async type=\"text/javascript\" src=\"//defer.example/a.js\">"
     "</script>",
     "<script type=\"text/plain\" data-heed-purpose=\"marketing\" async "
     "data-heed-type=\"text/javascript\" "
     "data-heed-src=\"//defer.example/a.js\"></script>"},
    {"defer-inline", "<script nonce=x>defer_me(1)</script>b",
     "<script type=\"text/plain\" data-heed-purpose=\"marketing\" nonce=x>"
     "defer_me(1)</script>b"},
    {"defer-img", "<img src=//defer.example/p.gif srcset='/a 2x' alt=x>",
     "<img data-heed-purpose=\"marketing\" "
     "data-heed-src=//defer.example/p.gif data-heed-srcset='/a 2x' alt=x>"},
    {"defer-twice", "<iframe src=//defer.example/ src=//t.example/></iframe>",
     "<iframe data-heed-purpose=\"marketing\" "
     "data-heed-src=//defer.example/ data-heed-src=//t.example/></iframe>"},
    {"defer-link", "<link rel=preconnect href=//defer.example>", ""},
    /* placeholders */
    {"box-iframe", "<p><iframe src=//box.example/>x</iframe>y",
     "<p><span class=\"heed-placeholder\" role=\"group\" "
     "aria-label=\"Box &#233; &#38; co\" data-heed-purpose=\"social\">"
     "<span>Box &#233; &#38; co</span></span>y"},
    {"box-element", "<div class='x box'><b>z</b></div>y",
     "<span class=\"heed-placeholder\" role=\"group\" "
     "aria-label=\"Box &#233; &#38; co\" data-heed-purpose=\"social\">"
     "<span>Box &#233; &#38; co</span></span>y"},
    {"box-script", "<script src=//box.example/></script>", ""},
    /* noscript */
    {"noscript-img", "<noscript><img src=\"//t.example/p\"/>text</noscript>x",
     "<noscript>text</noscript>x"},
    {"noscript-iframe",
     "<noscript><iframe src=//t.example/n></iframe></noscript>",
     "<noscript></noscript>"},
    {"noscript-clean", "<noscript><img src=/p><p>x</noscript>", NULL},
    {"noscript-glue", "<noscript><<img src=//t.example/>/noscript>y",
     "<noscript><<!---->/noscript>y"},
    /* link */
    {"link-style", "<link rel=stylesheet href=//t.example/a.css>x", "x"},
    {"link-icon", "<link rel='shortcut icon' href=//t.example/i>x", "x"},
    {"link-preload", "<link rel=preload as=script href=//t.example/a>", ""},
    {"link-no-rel", "<link imagesrcset='/x 1x'>", NULL},
    {"link-alternate", "<link rel=alternate href=//t.example/feed>", NULL},
    /* selectors with ancestors */
    {"descendant",
     "<body class=z><div class='y up'><p><u><i class=down>x</i>"
     "</u></p></div><i class=down>y</i>",
     "<body class=z><div class='y up'><p><u></u></p></div>"
     "<i class=down>y</i>"},
    {"child", "<ul class=list><li><b>x</b><li><i><b>y</b></i></ul>",
     "<ul class=list><li><li><i><b>y</b></i></ul>"},
    /* srcset */
    {"img-srcset", "<img src=/a srcset='/b 2x, //t.example/c 3x, /d 4x'>",
     "<img src=/a srcset='/b 2x, /d 4x'>"},
    {"img-srcset-all", "<img src=/a srcset=//t.example/c>",
     "<img src=/a srcset=\"\">"},
    {"img-srcset-refs",
     "<img src=/a srcset='/b?x&amp;y 2x&#44; //t.example/c 3x'>",
     "<img src=/a srcset='/b?x&amp;y 2x'>"},
    {"input-image", "<input type=IMAGE src=//t.example/x>", ""},
    {"input-other", "<input type=text src=//t.example/x>", NULL},
    {"background", "<body background=//t.example/x><td background=/y>",
     "<body background=\"\"><td background=/y>"},
    {"frame", "<frameset><frame src=//t.example/><frame src=/x></frameset>",
     "<frameset><frame src=\"\"><frame src=/x></frameset>"},
    {"meta-other", "<meta name=x content='0;url=//t.example/'>", NULL},
    {"refresh-allowed", "<meta http-equiv=refresh content='0;url=/x'>", NULL},
    /* CSS */
    {"style-url", "<style>a{b:url( '//t.example/x' )}c{d:url(/y)}</style>",
     "<style>a{b:url( '' )}c{d:url(/y)}</style>"},
    {"style-escape", "<style>a{b:\\75rl(//t.ex\\61 mple/x)}</style>",
     "<style>a{b:\\75rl()}</style>"},
    {"style-comment",
     "<style>/* url(//t.example/) */@import/**/url(//t.example/a)x;</style>",
     "<style>/* url(//t.example/) */@import/**/url()x;</style>"},
    {"style-string", "<style>a{content:'url(//t.example/)'}</style>", NULL},
    {"style-attr", "<p style='background:url(&quot;//t.example/&quot;)'>x",
     "<p style=\"background:url(&quot;&quot;)\">x"},
    {"style-data", "<style>a{b:url(data:image/png;t.example)}</style>", NULL},
    /* bytes */
    {"empty", "", NULL},
    {"text", "just text & more < than > that", NULL},
    {"stray", "</p></div></x><p></p a=b></br>", NULL},
    {"unfinished", "<p><a href=\"x", NULL},
    {"unfinished-comment", "<p><!-- x --", NULL},
    {"upper", "<A HREF=X><IMG SRC=HTTPS://T.EXAMPLE/></A>", "<A HREF=X></A>"},
};

static const char *const stub_mark = "@STUB@";

/* The text with the stub of the fixture's rule for its mark. */
static struct str with_stub(struct fixture *f, const char *text)
{
    struct str s = str_of(text), stub = {0};
    size_t at = str_find(s, str_of(stub_mark));

    for (unsigned i = 0; i < ruleset_count(f->rules); i++) {
        if (str_eq(ruleset_rule(f->rules, i)->id, STR("stub")))
            stub = ruleset_rule(f->rules, i)->stub;
    }
    if (at == s.len)
        return s;
    struct str parts[] = {str_sub(s, 0, at), stub,
                          str_from(s, at + strlen(stub_mark))};
    return arena_concat(&f->arena, parts, ARRAY_LEN(parts));
}

static void test_rows(void **state)
{
    struct fixture f;
    struct buf out = {0};
    unsigned failed = 0;

    (void)state;
    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str in = str_of(rows[i].in);
        struct str want =
            rows[i].want != NULL ? with_stub(&f, rows[i].want) : in;
        failed += !fixture_check(&f, &options, rows[i].id, in, want);
    }
    assert_int_equal(failed, 0);
    fixture_release(&f);
}

/* ---- limits: 64 bytes may be held -----------------------------------------
 */

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16

static const struct fixture_row limits[] = {
    {"long-img", "a<img alt='" X64 "' src=//t.example/>b", "ab"},
    {"long-img-allowed", "a<img alt='" X64 "' src=/x>b", "ab"},
    {"long-script", "a<script a='" X64 ">'>x</scripty></script>b", "ab"},
    {"long-div", "a<div title=\"" X64 ">\">x</div>b", "a<div>x</div>b"},
    {"long-end", "a<div>x</div title='" X64 ">'>b", "a<div>x</div>b"},
    {"long-end-script", "<script>x</script " X64 ">b", "<script>x</script>b"},
    {"long-svg",
     "<svg><g a='" X64 "'/><style>"
     "<img src=//t.example/>"
     "</style>",
     "<svg><g/><style></svg></style>"},
    {"long-name", "a<x" X64 ">b</x" X64 ">c", "abc"},
    {"long-inline", "<script>" X64 X64 " t.example " X64 "</script>b",
     "<script>" X64 X64 " denied.invalid " X64 "</script>b"},
    {"long-inline-denied", "a<script>bad_snippet( " X64 X64 "</script>b", "ab"},
    {"long-inline-exact", "<script>" X16 X16 X16 X16 "</script>b", NULL},
    {"long-hold", "<div class=ad>" X64 "<p>y</div>b",
     "<div>" X64 "<p>y</div>b"},
    {"long-comment", "<!--" X64 X64 "-->b", NULL},
    {"long-text", X64 X64 "<p>" X64, NULL},
    {"long-raw", "<title>" X64 X64 "</title>b", NULL},
};

static void test_limits(void **state)
{
    struct fixture f;
    struct buf out = {0};

    (void)state;
    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    options.memory = 64;
    fixture_check_all(&f, &options, limits, ARRAY_LEN(limits));
    fixture_release(&f);
}

static struct buf repeated(const char *text, size_t times)
{
    struct buf b = {0};

    for (size_t i = 0; i < times; i++)
        buf_append(&b, str_of(text));
    return b;
}

/* Hostile pages stay within memory and time; what is held does not grow. */
static void test_floods(void **state)
{
    static const char *const floods[] = {
        "<div>",
        "<",
        "<b>",
        "<svg><desc>",
        "</x>",
        "<a b=c ",
        "<!--",
        "<p><b><p>",
        "<div class=ad>",
        "<table><tr><td>",
        "<template>",
        "<script><!--<script>",
        "&lt",
        "<noscript>",
        "<b><i><u><p></b>",
        "<x></y>",
        "<font size=1>",
    };
    struct fixture f;
    struct buf out = {0};

    (void)state;
    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    options.memory = 4096;
    for (size_t i = 0; i < ARRAY_LEN(floods); i++) {
        struct buf in = repeated(floods[i], 20000);
        out = (struct buf){0};
        options.sink_ctx = &out;
        assert_int_equal(fixture_run(&f, &options, buf_str(&in), 0, 1 << 16),
                         PUSH_OK);
        assert_true(out.len <= in.len + 64);
        buf_release(&in);
        buf_release(&out);
    }
    fixture_release(&f);
}

/* Deeper than is followed, tags are left out, but not what would turn text into
 * markup. */
static void test_depth(void **state)
{
    struct fixture f;
    struct buf out = {0}, in = repeated("<div>", 2000);

    (void)state;
    fixture_init(&f);
    buf_append(&in, STR("<title><img src=//t.example/></title>"
                        "<style><img src=//t.example/></style>"
                        "<img src=//t.example/><span>text</span>"));
    struct pipeline_options options = fixture_options(&f, &out);
    fixture_run(&f, &options, buf_str(&in), 0, SIZE_MAX);
    assert_true(
        str_ends(buf_str(&out), STR("<title><img src=//t.example/></title>"
                                    "<style><img src=//t.example/></style>"
                                    "text</span>")));
    buf_release(&in);
    buf_release(&out);
    fixture_release(&f);
}

/* A page with a policy against inline scripts gets no stub. */
static void test_no_inline(void **state)
{
    struct fixture f;
    struct buf out = {0};

    (void)state;
    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    options.no_inline = true;
    assert_true(fixture_check(&f, &options, "no-inline",
                              STR("a<script>stub_me(1)</script>b"), STR("ab")));
    fixture_release(&f);
}

static void test_counts(void **state)
{
    struct fixture f;
    struct buf out = {0};
    struct str in = STR("<script src=//t.example/></script>"
                        "<img src=//t.example/><div class=ad>x</div>"
                        "<script>'t.example'</script>");

    (void)state;
    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    fixture_run(&f, &options, in, 0, SIZE_MAX);
    assert_int_equal(f.edits[EDIT_SCRIPT], 1);
    assert_int_equal(f.edits[EDIT_IMG], 1);
    assert_int_equal(f.edits[EDIT_ELEMENT], 1);
    assert_int_equal(f.edits[EDIT_HOST], 1);
    buf_release(&out);
    fixture_release(&f);
}

/* With nothing denied every byte passes. */
static void test_allowed(void **state)
{
    struct fixture f;
    struct buf out = {0};

    (void)state;
    fixture_init(&f);
    f.scope.denied = 0;
    struct pipeline_options options = fixture_options(&f, &out);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str in = str_of(rows[i].in);
        assert_true(fixture_check(&f, &options, rows[i].id, in, in));
    }
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),      cmocka_unit_test(test_limits),
        cmocka_unit_test(test_floods),    cmocka_unit_test(test_depth),
        cmocka_unit_test(test_no_inline), cmocka_unit_test(test_counts),
        cmocka_unit_test(test_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
