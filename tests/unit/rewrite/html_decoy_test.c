/* Text and markup that loads nothing and must stay as it is, removals that
 * must not make markup of what stood apart, and removals that must not take
 * the page with them: facts/html-rewriting.md, section 3, by their ids. */
#include "pipeline_fixture.h"

#define J "<script src=//t.example/a.js></script>"
#define I "<img src=//t.example/p.gif>"

static const struct fixture_row decoys[] = {
    {.id = "sep-vt", .in = "<script\vsrc=//t.example/a.js></script>"},
    {.id = "long-s",
     .in = "<\xc5\xbf"
           "cript src=//t.example/a.js>"
           "</\xc5\xbf"
           "cript>"},
    {.id = "dup-second",
     .in = "<script src=/ok.js src=//t.example/a.js></script>"},
    {.id = "dup-case",
     .in = "<script SRC=/ok.js src=//t.example/a.js></script>"},
    {.id = "empty-eq-gt", .in = "<textarea a=>" I "</textarea>"},
    {.id = "eof-tag", .in = "<p>x</p><script src=//t.example/a.js"},
    {.id = "base-2nd",
     .in = "<base href=\"/ok/\"><base href=\"//t.example/\">"
           "<script src=a.js></script>"},
    {.id = "cmt-bangdash", .in = "<!--" J "--!-->"},
    {.id = "cond-hidden", .in = "<!--[if lt IE 9]>" J "<![endif]-->"},
    {.id = "endtag-quote", .in = "</a b=\"" J "\">"},
    {.id = "cdata-fo",
     .in = "<svg><foreignObject><![CDATA[>" J "]]></foreignObject></svg>"},
    {.id = "title", .in = "<title>" J "</title>"},
    {.id = "title-end", .in = "<title></titlex>" J "</title>"},
    {.id = "rawtext",
     .in = "<xmp>" J "</xmp><noembed>" J "</noembed><iframe>" J
           "</iframe><noframes>" J "</noframes>"},
    {.id = "plaintext", .in = "<plaintext>" J "</plaintext>" J},
    {.id = "scr-dbl",
     .in = "<script><!--<script ></script>"
           "<img src=/p>"
           "--></script>"},
    {.id = "mtext-style",
     .in = "<math><mtext><style>" I "</style></mtext></math>"},
    {.id = "fo-style",
     .in = "<svg><foreignObject><style>" I "</style></foreignObject></svg>"},
    {.id = "svg-endp", .in = "<svg></p><style>" I "</style>"},
    {.id = "svg-font", .in = "<svg><font color=x><style>" I "</style>"},
    {.id = "div-svg-end", .in = "<div><svg><g></div><style>" I "</style>"},
    {.id = "svg-desc-end", .in = "<svg><desc></svg><style>" I "</style>"},
    {.id = "svg-desc-desync2",
     .in = "<svg><desc></svg></desc><style>" I "</style>"},
    {.id = "mtext-mglyph-html",
     .in = "<math><mtext><b><mglyph><style>" I "</style>"},
    {.id = "select-xmp", .in = "<select><xmp>" J "</xmp></select>"},
    {.id = "select-style", .in = "<select><style>" I "</style></select>"},
    {.id = "frameset-xmp", .in = "<frameset><xmp>" J "</xmp></frameset>"},
    {.id = "frameset-noframes",
     .in = "<frameset><noframes>" J "</noframes></frameset>"},
    {.id = "table-style", .in = "<table><style>" I "</style></table>"},
    {.id = "tmpl", .in = "<template>" J I "</template>"},
    {.id = "body-svg-endbody",
     .in = "<body><svg><g></body><style><!--</style>" J "-->"},
    {.id = "svg-a-form", .in = "<svg><form><style><!--</style>" J "-->"},
    {.id = "option-title",
     .in = "<select><option><title>" J "</title></option></select>"},
    {.id = "srcset-decoy", .in = "<img srcset=\"/a,//t.example/p.gif 1x\">"},
    {.id = "type-plain",
     .in = "<script type=text/plain data-cookieconsent="
           "statistics src=//t.example/a.js></script>"},
    {.id = "json-ld",
     .in = "<script type=application/ld+json>{\"sameAs\":"
           "\"https://t.example/\"}</script>"},
    {.id = "for-event",
     .in = "<script for=x event=y>new Image().src="
           "\"//t.example/p.gif\"</script>"},
    {.id = "importmap",
     .in = "<script type=importmap>{\"imports\":{\"x\":\"https://t.example/"
           "m.js\"}}</script><script type=module>import \"x\"</script>"},
    {.id = "link-visited",
     .in = "<a href=//t.example/>x</a><link rel=canonical "
           "href=//t.example/>"},
    {.id = "data-src", .in = "<img data-src=//t.example/p.gif>"},
    {.id = "allowed-host", .in = "<script src=//fine.example/></script>"},
    {.id = "other-label",
     .in = "<img src=//nott.example/><img "
           "src=//t.example.org/>"},
};

static const struct fixture_row glue[] = {
    {"lt-in-name", "<scr" J "ipt>X()</script>", NULL},
    {"glue-lt", "<" I "script>X()</script>", "<<!---->script>X()</script>"},
    {"glue-lt-cmt", "<<!--t.example-->img src=x onerror=X()>", NULL},
    {"glue-lt-script", "<" J "!--x", "<<!---->!--x"},
    {"glue-amp", "&l" I "t;b&g" I "t;", "&l<!---->t;b&g<!---->t;"},
    {"glue-num", "&#6" I "0;b", "&#6<!---->0;b"},
    {"glue-twice", "<" I I "b>", "<<!---->b>"},
    {"glue-not", "a &amp;" I "b &" I "lt;", "a &amp;b &<!---->lt;"},
    {"glue-script",
     "<script>var s=\"</scr/*t.example*/ipt><img src=x onerror=X()>\""
     "</script>",
     "<script>var s=\"</scr/*denied.invalid*/ipt><img src=x onerror=X()>\""
     "</script>"},
    {"glue-cmt", "<!-- a --<b t.example>> <img src=x onerror=X()> -->", NULL},
    {"glue-quote",
     "<a title='x' ping=//t.example/?'> <img src=x onerror=X()> '>",
     "<a title='x' ping=\"\"> <img src=x onerror=X()> '>"},
    {"glue-attr", "<a ping=//t.example/ title=x>", "<a ping=\"\" title=x>"},
    {"unclosed-iframe",
     "<iframe src=//t.example/f><img src=x onerror=X()></iframe>", ""},
    {"breakout-kept", "<svg>" I "<style><img src=x onerror=X()></style>",
     "<svg></svg><style><img src=x onerror=X()></style>"},
    {"breakout-held", "<svg><font color=x class=ad><style><b></style>",
     "<svg></svg><font><style><b></style>"},
    {"breakout-removed",
     "<svg><font color=x class=ad>y</font><style><b>"
     "</style>",
     "<svg></svg><style><b></style>"},
    {"hold-glue", "<<div class=ad>x</div>b>", "<<!---->b>"},
};

static const struct fixture_row breaks[] = {
    {"unclosed-div", "<div class=ad><p>ad<div id=main>page text</div>",
     "<div><p>ad<div id=main>page text</div>"},
    {"implied-p", "<p class=ad>ad<div id=main>page text</div><p>more</p>",
     "<div id=main>page text</div><p>more</p>"},
    {"misnest", "<div class=ad><b>ad</div><p>page text</b>",
     "<p>page text</b>"},
    {"stray-end", "<div class=ad><div></span>ad</div></div><p>page text",
     "<p>page text"},
    {"void-end", "<img class=ad src=//t.example/p.gif></img><br/>text",
     "</img><br/>text"},
    {"self-div", "<div class=ad/><p>page text</p></div>x", NULL},
    {"li-implied", "<ul><li class=ad>ad<li>page text</ul>",
     "<ul><li>page text</ul>"},
    {"li-twice", "<ul><li class=ad>ad<li class=ad>ad<li>page</ul>",
     "<ul><li>page</ul>"},
    {"parent-end", "<section><div class=ad>ad</section>text",
     "<section></section>text"},
    {"body-end", "<body><div class=ad>ad<p>page text</body></html>",
     "<body><div>ad<p>page text</body></html>"},
    {"nested", "<div class=ad><div class=ad>x</div>" I "</div>y", "y"},
    {"nested-open", "<div class=ad><div class=ad>x</div>" I "y", "<div>y"},
    {"object", "<object data=//t.example/><p>fallback</p></object>y", "y"},
    {"video", "<video src=//t.example/><p>x</p></video>y", "y"},
    {"video-poster", "<video poster='//t.example/' src=/v></video>",
     "<video poster='' src=/v></video>"},
    {"custom", "<fb:like a=b>x</fb:like><FB:Like></fb:like>y", "y"},
    {"td", "<table><tr><td class=ad>x<td>y</table>",
     "<table><tr><td>y</table>"},
};

static void check(const struct fixture_row *rows, size_t count)
{
    struct fixture f;
    struct buf out = {0};

    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    fixture_check_all(&f, &options, rows, count);
    fixture_release(&f);
}

static void test_decoys(void **state)
{
    (void)state;
    check(decoys, ARRAY_LEN(decoys));
}

static void test_nul_attr(void **state)
{
    struct fixture f;
    struct buf out = {0};
    struct str in = STR("<script s\0rc=//t.example/a.js></script>");

    (void)state;
    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    assert_true(fixture_check(&f, &options, "nul-attr", in, in));
    fixture_release(&f);
}

static void test_glue(void **state)
{
    (void)state;
    check(glue, ARRAY_LEN(glue));
}

static void test_breaks(void **state)
{
    (void)state;
    check(breaks, ARRAY_LEN(breaks));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoys),
        cmocka_unit_test(test_nul_attr),
        cmocka_unit_test(test_glue),
        cmocka_unit_test(test_breaks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
