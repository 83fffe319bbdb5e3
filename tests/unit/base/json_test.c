#include "base/buf.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct bench {
    struct arena arena;
    struct diag d;
};

static struct bench *bench_new(void)
{
    struct bench *b = calloc(1, sizeof(*b));

    b->d.arena = &b->arena;
    return b;
}

static void bench_free(struct bench *b)
{
    arena_release(&b->arena);
    free(b);
}

/* All problems of a run, a line each. */
static struct str problems(struct bench *b)
{
    struct buf out = {0};

    for (const struct diag_problem *p = b->d.first; p != NULL; p = p->next) {
        buf_append(&out, diag_format(&b->arena, p));
        if (p->next != NULL)
            buf_append_char(&out, '\n');
    }
    struct str text = arena_dup(&b->arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static int expect(const char *name, struct str got, const char *want)
{
    if (str_eq(got, str_of(want)))
        return 0;
    print_error("[%s]\n  got  " STR_FMT "\n  want %s\n", name, STR_ARG(got),
                want);
    return 1;
}

static const struct {
    const char *name, *text, *want;
} bad_cases[] = {
    {"nothing", "", "f:1:1: error: the file ends where a value is expected"},
    {"a word", "maybe", "f:1:1: error: not a JSON value"},
    {"half a word", "[\n tru]", "f:2:2: error: not a JSON value"},
    {"byte order mark", "\xef\xbb\xbf{}", "f:1:1: error: not a JSON value"},
    {"trailing bytes", "{} x",
     "f:1:4: error: unexpected text behind the value"},
    {"comma at the end of an array", "[1,]", "f:1:4: error: not a JSON value"},
    {"comma at the end of an object", "{\"a\":1,}",
     "f:1:8: error: expected a key in double quotes"},
    {"no comma", "[1 2]", "f:1:4: error: expected ',' or ']'"},
    {"no comma in an object", "{\"a\":1\n\"b\":2}",
     "f:2:1: error: expected ',' or '}'"},
    {"no colon", "{\"a\" 1}", "f:1:6: error: expected ':' behind a key"},
    {"comment", "// x\n{}", "f:1:1: error: not a JSON value"},
    {"leading zero", "01", "f:1:1: error: a number does not start with 0"},
    {"no digits behind the point", "[1.]",
     "f:1:4: error: not a number (expected a digit behind the point)"},
    {"no exponent", "1e",
     "f:1:3: error: not a number (expected digits as exponent)"},
    {"plus sign", "+1", "f:1:1: error: not a JSON value"},
    {"hexadecimal", "0x10", "f:1:2: error: unexpected text behind the value"},
    {"open string", "[\"a", "f:1:2: error: string without its closing quote"},
    {"newline in a string", "\"a\nb\"",
     "f:1:3: error: control character in a string (expected an escape such "
     "as \\n)"},
    {"unknown escape", "\"\\w\"",
     "f:1:3: error: unknown escape in a string (write \\\\ for a backslash)"},
    {"short escape", "\"\\u12\"",
     "f:1:6: error: bad escape (expected four hexadecimal digits)"},
    {"escaped NUL", "\"a\\u0000\"", "f:1:5: error: NUL in a string"},
    {"lone low surrogate", "\"\\udc00\"",
     "f:1:4: error: half a surrogate pair in a string"},
    {"lone high surrogate", "\"\\ud800x\"",
     "f:1:4: error: half a surrogate pair in a string"},
    {"not UTF-8", "\"a\xff\"", "f:1:3: error: not UTF-8"},
    {"overlong UTF-8", "\"\xc0\xaf\"", "f:1:2: error: not UTF-8"},
    {"surrogate in UTF-8", "\"\xed\xa0\x80\"", "f:1:2: error: not UTF-8"},
    {"UTF-8 cut short", "\"\xe2\x82", "f:1:2: error: not UTF-8"},
    {"duplicate key", "{\"a\":1,\n  \"a\":2}",
     "f:2:3: error: /a: key \"a\" stands here twice"},
    {"duplicate key, escaped", "{\"a\":1, \"\\u0061\":2}",
     "f:1:9: error: /a: key \"a\" stands here twice"},
    {"two duplicates are two problems", "{\"a\":{\"b\":1,\"b\":1},\"a\":2}",
     "f:1:13: error: /a/b: key \"b\" stands here twice\n"
     "f:1:20: error: /a: key \"a\" stands here twice"},
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
        struct bench *b = bench_new();
        const struct json *root =
            json_parse(&b->d, STR("f"), str_of(bad_cases[i].text));
        failed += expect(bad_cases[i].name, problems(b), bad_cases[i].want);
        failed += root != NULL;
        bench_free(b);
    }
    assert_int_equal(failed, 0);
}

static void nul_byte_is_refused(void **state)
{
    struct bench *b = bench_new();

    (void)state;
    assert_null(json_parse(&b->d, STR("f"), str_make("{}\0", 3)));
    assert_int_equal(expect("NUL", problems(b), "f:1:3: error: NUL byte"), 0);
    bench_free(b);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    for (int levels = JSON_DEPTH_MAX; levels <= 2000; levels += 1) {
        char text[4001];
        struct bench *b = bench_new();
        memset(text, '[', (size_t)levels);
        memset(text + levels, ']', (size_t)levels);
        const struct json *root =
            json_parse(&b->d, STR("f"), str_make(text, (size_t)levels * 2));
        assert_int_equal(root != NULL, levels == JSON_DEPTH_MAX);
        if (levels > JSON_DEPTH_MAX)
            assert_int_equal(
                expect("depth", problems(b),
                       "f:1:65: error: nested too deeply (at most 64 levels)"),
                0);
        bench_free(b);
        levels += levels > 70 ? 500 : 0;
    }
}

static const char document[] = "{\n"
                               "  \"name\": \"a\\u00e9\\n\",\n"
                               "  \"list\": [1, -2.5e1, true, null],\n"
                               "  \"a/b~\": {\"x\": \"\xe2\x82\xac\"}\n"
                               "}\n";

static const struct json *element(const struct json *array, unsigned index)
{
    const struct json *v = array->child;

    while (index-- > 0)
        v = v->next;
    return v;
}

static void values_are_read_with_their_places(void **state)
{
    struct bench *b = bench_new();
    const struct json *root = json_parse(&b->d, STR("f"), str_of(document));

    (void)state;
    assert_non_null(root);
    assert_int_equal(root->count, 3);
    const struct json *name = json_member(root, "name");
    assert_true(str_eq(name->string, STR("a\xc3\xa9\n")));
    const struct json *list = json_member(root, "list");
    assert_int_equal(list->count, 4);
    assert_true(element(list, 1)->number == -25);
    assert_true(element(list, 2)->truth);
    assert_int_equal(element(list, 3)->type, JSON_NULL);
    const struct json *x = json_member(json_member(root, "a/b~"), "x");
    assert_true(str_eq(x->string, STR("\xe2\x82\xac")));
    assert_null(json_member(root, "absent"));
    assert_null(json_member(NULL, "absent"));
    assert_null(json_member(list, "absent"));

    diag_error(&b->d, element(list, 1), "one");
    diag_error(&b->d, x, "two");
    diag_key_error(&b->d, x, "three %d", 3);
    assert_int_equal(expect("places", problems(b),
                            "f:3:15: error: /list/1: one\n"
                            "f:4:17: error: /a~1b~0/x: two\n"
                            "f:4:12: error: /a~1b~0/x: three 3"),
                     0);
    bench_free(b);
}

enum reader { BOOL, STRING, UINT, DURATION, SIZE, CHOICE, OBJECT };

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct {
    const char *name;
    enum reader reader;
    const char *text, *want; /* the value read, or the problem */
} reader_cases[] = {
    {"true", BOOL, "true", "1"},
    {"a string is no boolean", BOOL, "\"true\"",
     "f:1:1: error: this is a string (expected a boolean)"},
    {"string", STRING, "\"x\"", "x"},
    {"null is no string", STRING, "null",
     "f:1:1: error: this is null (expected a string)"},
    {"least", UINT, "1", "1"},
    {"greatest", UINT, "65535", "65535"},
    {"written with an exponent", UINT, "1e3", "1000"},
    {"too small", UINT, "0",
     "f:1:1: error: out of range (expected a whole number from 1 to 65535)"},
    {"negative", UINT, "-1",
     "f:1:1: error: out of range (expected a whole number from 1 to 65535)"},
    {"fraction", UINT, "1.5",
     "f:1:1: error: out of range (expected a whole number from 1 to 65535)"},
    {"infinite", UINT, "1e999",
     "f:1:1: error: out of range (expected a whole number from 1 to 65535)"},
    {"milliseconds", DURATION, "\"500ms\"", "500"},
    {"seconds", DURATION, "\"30s\"", "30000"},
    {"minutes", DURATION, "\"5m\"", "300000"},
    {"hours", DURATION, "\"1h\"", "3600000"},
    {"no unit", DURATION, "\"30\"",
     "f:1:1: error: not a duration (expected a string with a unit, such as "
     "\"500ms\", \"30s\", \"5m\" or \"1h\")"},
    {"a number is no duration", DURATION, "30",
     "f:1:1: error: not a duration (expected a string with a unit, such as "
     "\"500ms\", \"30s\", \"5m\" or \"1h\")"},
    {"duration that overflows", DURATION, "\"9999999999999999h\"",
     "f:1:1: error: not a duration (expected a string with a unit, such as "
     "\"500ms\", \"30s\", \"5m\" or \"1h\")"},
    {"bytes", SIZE, "4096", "4096"},
    {"bytes in a string", SIZE, "\"4096\"", "4096"},
    {"kibibytes", SIZE, "\"64k\"", "65536"},
    {"mebibytes", SIZE, "\"1m\"", "1048576"},
    {"gibibytes", SIZE, "\"2g\"", "2147483648"},
    {"unknown unit", SIZE, "\"1x\"",
     "f:1:1: error: not a size (expected bytes, or a string with a unit such "
     "as \"64k\", \"1m\" or \"2g\")"},
    {"choice", CHOICE, "\"green\"", "1"},
    {"choice with a slip", CHOICE, "\"gren\"",
     "f:1:1: error: unknown value \"gren\" (expected \"red\", \"green\" or "
     "\"blue\"; did you mean \"green\"?)"},
    {"choice far from all", CHOICE, "\"yellowish\"",
     "f:1:1: error: unknown value \"yellowish\" (expected \"red\", \"green\" "
     "or \"blue\")"},
    {"known keys", OBJECT, "{\"red\": 1}", "1"},
    {"unknown keys", OBJECT, "{\"rde\": 1, \"x\": 2}",
     "f:1:2: error: /rde: unknown key \"rde\" (expected \"red\", \"green\" or "
     "\"blue\"; did you mean \"red\"?)\n"
     "f:1:12: error: /x: unknown key \"x\" (expected \"red\", \"green\" or "
     "\"blue\")"},
    {"an array is no object", OBJECT, "[]",
     "f:1:1: error: this is an array (expected an object)"},
};

static struct str run_reader(struct bench *b, enum reader reader,
                             const struct json *v)
{
    bool truth = false;
    struct str string = {NULL, 0};
    uint64_t n = 0;
    int choice = 0;

    switch (reader) {
    case BOOL:
        json_read_bool(&b->d, v, &truth);
        return truth ? STR("1") : STR("0");
    case STRING:
        json_read_string(&b->d, v, &string);
        return string;
    case UINT:
        json_read_uint(&b->d, v, 1, 65535, &n);
        break;
    case DURATION:
        json_read_duration(&b->d, v, &n);
        break;
    case SIZE:
        json_read_size(&b->d, v, &n);
        break;
    case CHOICE:
        json_read_choice(&b->d, v, colours, &choice);
        n = (uint64_t)choice;
        break;
    case OBJECT:
        n = json_check_object(&b->d, v, colours);
        break;
    }
    return arena_printf(&b->arena, "%llu", (unsigned long long)n);
}

static void readers_take_what_is_theirs(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(reader_cases); i++) {
        struct bench *b = bench_new();
        const struct json *v =
            json_parse(&b->d, STR("f"), str_of(reader_cases[i].text));
        struct str got = run_reader(b, reader_cases[i].reader, v);
        if (b->d.errors > 0)
            got = problems(b);
        failed += expect(reader_cases[i].name, got, reader_cases[i].want);
        bench_free(b);
    }
    assert_int_equal(failed, 0);
}

static void an_absent_member_leaves_the_default(void **state)
{
    struct bench *b = bench_new();
    uint64_t n = 7;

    (void)state;
    assert_true(json_read_uint(&b->d, NULL, 0, 1, &n));
    assert_true(json_read_duration(&b->d, NULL, &n));
    assert_true(json_read_size(&b->d, NULL, &n));
    assert_int_equal(n, 7);
    assert_int_equal(b->d.errors, 0);
    bench_free(b);
}

static void files_that_cannot_be_read_are_reported(void **state)
{
    struct bench *b = bench_new();

    (void)state;
    assert_null(json_parse_file(&b->d, STR("/nonexistent/x.json")));
    assert_null(json_parse_file(&b->d, STR("/")));
    assert_int_equal(
        expect("files", problems(b),
               "/nonexistent/x.json: error: cannot open: No such file or "
               "directory\n/: error: cannot read: Is a directory"),
        0);
    bench_free(b);
}

static void written_strings_are_read_back(void **state)
{
    struct bench *b = bench_new();
    struct buf out = {0};
    struct str text = STR("a\"b\\\n\t\x01\xc3\xa9\x7f");

    (void)state;
    json_write_string(&out, text);
    const struct json *v = json_parse(&b->d, STR("f"), buf_str(&out));
    assert_non_null(v);
    assert_true(str_eq(v->string, text));
    buf_clear(&out);
    json_write_string(&out, STR("\xff<\xe2\x82"));
    assert_true(str_eq(buf_str(&out),
                       STR("\"\xef\xbf\xbd<\xef\xbf\xbd\xef\xbf\xbd\"")));
    buf_release(&out);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(nul_byte_is_refused),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(values_are_read_with_their_places),
        cmocka_unit_test(readers_take_what_is_theirs),
        cmocka_unit_test(an_absent_member_leaves_the_default),
        cmocka_unit_test(files_that_cannot_be_read_are_reported),
        cmocka_unit_test(written_strings_are_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
