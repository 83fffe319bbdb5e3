/* References that a careless filter misses: facts/html-rewriting.md, section 3,
 * "evasion", by their ids. J is a script, I an image of a denied host. */
#include "pipeline_fixture.h"

#define J "<script src=//t.example/a.js></script>"
#define I "<img src=//t.example/p.gif>"

static const struct fixture_row rows[] = {
    {"sep-ff", "<SCRIPT\fSRC='//t.example/a.js'></SCRIPT\n>", ""},
    {"sep-cr", "<script\rsrc=//t.example/a.js\r></script\r>", ""},
    {"gt-quoted", "<script a=\">\" b='>' src=//t.example/a.js></script>", ""},
    {"quote-name", "<script \" src=//t.example/a.js \" ></script>", ""},
    {"eq-name", "<script =x src=//t.example/a.js></script>", ""},
    {"novalue-then",
     "<script async defer src = \n \"//t.example/a.js\"></script>", ""},
    {"adjacent", "<script a=\"1\"src=\"//t.example/a.js\"></script>", ""},
    {"empty-eq-gt-evade", "<style a=><!--</style>" J "-->",
     "<style a=><!--</style>-->"},
    {"empty-eq-gt-script", "<script a=>1</script>" J, "<script a=>1</script>"},
    {"ref-num", "<script src=\"&#47;&#x2F;t.example&#x2f;a.js\"></script>", ""},
    {"url-tabnl", "<img src=\"ht\ntps:&Tab;//t.ex\r\nam&NewLine;ple/p.gif\">",
     ""},
    {"url-trim", "<img src=\"&#1; \n //t.example/p.gif &#31;\">", ""},
    {"url-mixed", "<img src=\"https:/\\/\\t.example/p.gif\">", ""},
    {"url-1slash",
     "<img src=\"ftp:t.example/p.gif\"><img src=\"http:t.example/p.gif\">", ""},
    {"url-userinfo", "<img src=\"https://ok.example@t.example/p.gif\">", ""},
    {"url-port-dot", "<img src=\"//T.Example.:443/p.gif\">", ""},
    {"url-pct", "<img src=\"//%74.exampl%65/p.gif\">", ""},
    {"base", "<base href=\"//t.example/\"><script src=a.js></script>",
     "<base href=\"//t.example/\">"},
    {"cmt-abrupt", "<!-->" J "-->", "<!-->-->"},
    {"cmt-abrupt2", "<!--->" J "-->", "<!--->-->"},
    {"cmt-bang", "<!-- x --!>" J "-->", "<!-- x --!>-->"},
    {"cmt-nested", "<!-- <!-- -->" J "-->", "<!-- <!-- -->-->"},
    {"cond-revealed", "<!--[if !IE]><!-->" J "<!--<![endif]-->",
     "<!--[if !IE]><!--><!--<![endif]-->"},
    {"bogus-end", "</ a=\">" J, "</ a=\">"},
    {"doctype-q", "<!DOCTYPE html PUBLIC \">" J "\">",
     "<!DOCTYPE html PUBLIC \">\">"},
    {"cdata-html", "<div><![CDATA[>" J "]]></div>", "<div><![CDATA[>]]></div>"},
    {"cdata-svg-out", "<svg><p><![CDATA[>" J "]]></svg>",
     "<svg><p><![CDATA[>]]></svg>"},
    {"cdata-fo-evade", "<svg><foreignObject><![CDATA[> <!-- ]]>" J "-->",
     "<svg><foreignObject><![CDATA[> <!-- ]]>-->"},
    {"cdata-fo-div",
     "<svg><foreignObject><div><![CDATA[>" J "]]></div></foreignObject></svg>",
     "<svg><foreignObject><div><![CDATA[>]]></div></foreignObject></svg>"},
    {"scr-dbl-close", "<script><!--<script>--></script>" I,
     "<script><!--<script>--></script>"},
    {"scr-dbl-x", "<script><!--<scriptx></script>" I "-->",
     "<script><!--<scriptx></script>-->"},
    {"noscript-cmt", "<body><noscript><!--</noscript>" J "-->",
     "<body><noscript><!--</noscript>-->"},
    {"noscript-attr", "<body><noscript><p title=\"</noscript>" I "\">",
     "<body><noscript><p title=\"</noscript>\">"},
    {"svg-title", "<svg><title>" J "</title></svg>",
     "<svg><title></title></svg>"},
    {"svg-style", "<svg><style>" I "</style></svg>",
     "<svg><style></svg></style></svg>"},
    {"math-style", "<math><style>" I "</style></math>",
     "<math><style></math></style></math>"},
    {"ann-plain",
     "<math><annotation-xml><style>" I "</style></annotation-xml></math>",
     "<math><annotation-xml><style></math></style></annotation-xml></math>"},
    {"svg-font2", "<svg><font id=x><style>" I "</style>",
     "<svg><font id=x><style></svg></style>"},
    {"div-svg-evade", "<div><svg><g></div><style><!--</style>" J "-->",
     "<div><svg><g></div><style><!--</style>-->"},
    {"svg-desc-desync", "<svg><desc></svg></desc><style><!--</style>" J "-->",
     "<svg><desc></svg></desc><style><!--</style>-->"},
    {"svg-desc-div", "<svg><desc><div></svg><style><!--</style>" J "-->",
     "<svg><desc><div></svg><style><!--</style>-->"},
    {"svg-desc-b", "<svg><desc><b></svg><style><!--</style>" J "-->",
     "<svg><desc><b></svg><style><!--</style>-->"},
    {"math-svg", "<math><mi><svg></mi><style>" I "</style>",
     "<math><mi><svg></mi><style></math></style>"},
    {"svg-script", "<svg><script href=//t.example/a.js></script></svg>",
     "<svg></svg>"},
    {"svg-script-ref",
     "<svg><script>new Image().src=&#39;//t.example/p.gif&#39;</script></svg>",
     "<svg><script>new Image().src=&#39;//denied.invalid/p.gif&#39;</script>"
     "</svg>"},
    {"svg-script-cdata",
     "<svg><script><![CDATA[new Image().src=\"//t.example/p.gif\"]]></script>"
     "</svg>",
     "<svg><script><![CDATA[new Image().src=\"//denied.invalid/p.gif\"]]>"
     "</script></svg>"},
    {"svg-script-spelt",
     "<svg><script>new Image().src='//&#116;.example/'</script></svg>x",
     "<svg></svg>x"},
    {"svg-script-denied", "<svg><script>bad&#95;snippet(1)</script></svg>x",
     "<svg></svg>x"},
    {"svg-image",
     "<svg><image href=//t.example/p.gif /></svg>"
     "<image src=//t.example/p.gif>",
     "<svg></svg>"},
    {"svg-smil",
     "<svg><image><set attributeName=href to=//t.example/p.gif /></image>"
     "</svg>",
     "<svg><image></image></svg>"},
    {"mglyph2",
     "<math><mtext><mglyph><style>" I "</style></mglyph></mtext></math>",
     "<math><mtext><mglyph><style></mglyph></style></mglyph></mtext></math>"},
    {"select-xmp-cmt", "<select><xmp><!--</xmp>" J "--></select>",
     "<select><xmp><!--</xmp>--></select>"},
    {"select-div",
     "<select><div><iframe src=//t.example/f></iframe></div></select>",
     "<select><div></div></select>"},
    {"frameset-body", "<p>x<frameset>" J, "<p>x<frameset>"},
    {"tmpl-col-xmp", "<template><col><xmp></template>" J "</xmp>",
     "<template><col><xmp></template></xmp>"},
    {"table-svg-end", "<table><svg><g></table><style><!--</style>" J "-->",
     "<table><svg><g></table><style><!--</style>-->"},
    {"p-svg-endp", "<p><svg><g></p><style><!--</style>" J "-->",
     "<p><svg><g></p><style><!--</style>-->"},
    {"svg-br", "<svg><br><style><!--</style>" J "-->",
     "<svg><br><style><!--</style>-->"},
    {"tmpl-shadow", "<div><template shadowrootmode=open>" I "</template></div>",
     "<div><template shadowrootmode=open></template></div>"},
    {"tmpl-for",
     "<div><?marker name=\"m\"?></div><template for=m>" I "</template>",
     "<div><?marker name=\"m\"?></div><template for=m></template>"},
    {"head-noscript", "<head><noscript><style></noscript>" J,
     "<head><noscript><style></noscript>"},
    {"srcset",
     "<img srcset=\"data:image/gif;base64,R0lGODlhAQABAAAAACw 2x,"
     "//t.example/p.gif 1x\">",
     "<img srcset=\"data:image/gif;base64,R0lGODlhAQABAAAAACw 2x\">"},
    {"srcset-commas", "<img srcset=\" ,,\n//t.example/p.gif,, , /b.gif 2x\">",
     "<img srcset=\"/b.gif 2x\">"},
    {"picture",
     "<picture><source srcset=\"//t.example/p.gif\"><img src=/ok.gif>"
     "</picture>",
     "<picture><img src=/ok.gif></picture>"},
    {"link-multi",
     "<link rel=\" X  PreConnect\tDNS-prefetch \" href=//t.example/>", ""},
    {"link-imgsrcset",
     "<link rel=preload as=image imagesrcset=\"//t.example/p.gif 1x\">", ""},
    {"refresh",
     "<meta http-equiv=ReFresh content=\"9;&#32;URL = '//t.example/'x\">", ""},
    {"srcdoc",
     "<iframe srcdoc=\"&lt;img src=//t.example/p.gif&gt;x\"></iframe>",
     "<iframe srcdoc=\"x\"></iframe>"},
    {"css-import", "<style>@import\"//t.example/a.css\";</style>",
     "<style>@import\"\";</style>"},
    {"css-imageset",
     "<div style=\"background:image-set('//t.example/p.gif' 1x)\">x</div>",
     "<div style=\"background:image-set('' 1x)\">x</div>"},
    {"type-empty",
     "<script type=\"\" language=x src=//t.example/a.js></script>", ""},
    {"specrules",
     "<script type=speculationrules>{\"prefetch\":[{\"source\":\"list\","
     "\"urls\":[\"https://t.example/\"]}]}</script>",
     ""},
    {"ping", "<a href=/ok ping=\"//t.example/p\">x</a>",
     "<a href=/ok ping=\"\">x</a>"},
    {"object", "<object data=//t.example/x></object><embed src=//t.example/x>",
     ""},
};

static void test_evasion(void **state)
{
    struct fixture f;
    struct buf out = {0};

    (void)state;
    fixture_init(&f);
    struct pipeline_options options = fixture_options(&f, &out);
    fixture_check_all(&f, &options, rows, ARRAY_LEN(rows));
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_evasion)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
