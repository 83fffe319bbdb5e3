#include "app/config.h"
#include "app/explain.h"
#include "app/explain_batch.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char rules[] =
    "{\"name\": \"n\", \"rules\": ["
    "{\"id\": \"count\", \"purpose\": \"analytics\", \"hosts\": "
    "[\"count.example\"], \"params\": [\"utm_*\"], \"cookies\": [\"_c\"]},"
    "{\"id\": \"like\", \"purpose\": \"social\", \"filters\": "
    "[\"||like.example^$script,third-party\", \"@@||like.example/free.js\"],"
    " \"action\": \"defer\"}]}";

static const char config[] =
    "{\"listen\": [{\"address\": \"127.0.0.1:0\"}], \"rules\": [\"rules\"], "
    "\"sites\": [{\"hosts\": [\"www.example\"], \"upstream\": {\"servers\": "
    "[\"127.0.0.1:1\"]}, \"policy\": {\"default\": \"allow\"}}]}";

static struct settings *settings;

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int load(void **state)
{
    char folder[] = "/tmp/explain_test.XXXXXX", path[256];
    struct arena arena = {0};
    struct diag d = {.arena = &arena};

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    write_file(folder, "rules", rules);
    snprintf(path, sizeof(path), "%s/f", folder);
    settings = config_load_text(&d, str_of(path), str_of(config), true);
    for (const struct diag_problem *p = d.first; p != NULL; p = p->next)
        print_error(STR_FMT "\n", STR_ARG(diag_format(&arena, p)));
    arena_release(&arena);
    snprintf(path, sizeof(path), "%s/rules", folder);
    unlink(path);
    rmdir(folder);
    return settings != NULL ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    settings_free(settings);
    return 0;
}

static int expect(const char *name, struct str got, const char *want)
{
    if (str_eq(got, str_of(want)))
        return 0;
    print_error("[%s]\n  got  " STR_FMT "\n  want %s\n", name, STR_ARG(got),
                want);
    return 1;
}

/* ---- a request ---------------------------------------------------------- */

/* By policy, or by DNT. */
#define PURPOSE(name, verdict) ", \"" name "\": {\"allowed\": " verdict "}"
#define ALL(verdict)                                                           \
    "\"purposes\": {\"necessary\": {\"allowed\": true, \"reason\": "           \
    "\"necessary\"}" PURPOSE("functional", verdict)                            \
        PURPOSE("analytics", verdict) PURPOSE("marketing", verdict)            \
            PURPOSE("social", verdict) "}"
#define ALLOWED ALL("true, \"reason\": \"default\"")
#define DENIED  ALL("false, \"reason\": \"dnt\"")

#define COUNT(pattern)                                                         \
    "{\"rule\": \"count\", \"purpose\": \"analytics\", \"pattern\": "          \
    "\"" pattern "\", \"action\": \"remove\"}"

static const struct {
    const char *name, *url, *header, *want;
} request_cases[] = {
    {"nothing matches", "http://www.example/", NULL,
     "{\"url\": \"http://www.example/\", \"site\": \"www.example\", \"mode\": "
     "\"enforce\", \"signals\": {\"dnt\": null, \"gpc\": false}, " ALLOWED
     ", \"matches\": []}\n"},
    {"a signal, a parameter and a cookie", "/?a=1&utm_a=2", "Cookie: a=1; _c=2",
     "{\"url\": \"http://www.example/?a=1&utm_a=2\", \"site\": "
     "\"www.example\", \"mode\": \"enforce\", \"signals\": {\"dnt\": \"1\", "
     "\"gpc\": false}, " DENIED
     ", \"matches\": [" COUNT("utm_*") ", " COUNT("_c") "]}\n"},
};

static int check_request(size_t i)
{
    struct arena arena = {0};
    struct request_args args = {.arena = &arena};
    struct asked_request asked;
    struct buf out = {0};

    if (request_cases[i].header != NULL) {
        assert_true(request_args_add(&args, request_cases[i].header));
        assert_true(request_args_add(&args, "DNT: 1"));
    }
    assert_true(request_args_ask(&args, settings, request_cases[i].url, &asked,
                                 &arena));
    struct explanation e = {.settings = settings,
                            .site = asked.site,
                            .visit = &asked.visit,
                            .url = asked.url,
                            .type = RESOURCE_DOCUMENT};
    explain_write_json(&out, &e, &arena);
    int failures =
        expect(request_cases[i].name, buf_str(&out), request_cases[i].want);
    buf_release(&out);
    arena_release(&arena);
    return failures;
}

static void a_request_is_explained(void **state)
{
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(request_cases); i++)
        failures += check_request(i);
    assert_int_equal(failures, 0);
}

/* ---- a batch ------------------------------------------------------------ */

#define NOTHING                                                                \
    "{\"matched\": false, \"rule\": null, \"filter\": null, \"exception\": "   \
    "null, \"purpose\": null}\n"

static const struct {
    const char *name, *header, *in, *out;
    bool good;
} batch_cases[] = {
    {"nothing", NULL, "", "", true},
    {"empty lines", NULL, "\n\r\n", "", true},
    {"a host", NULL, "{\"url\": \"https://a.count.example/x\"}",
     "{\"matched\": true, \"rule\": \"count\", \"filter\": "
     "\"count.example\", \"exception\": null, \"purpose\": \"analytics\"}\n",
     true},
    {"a type and a third party", NULL,
     "{\"url\": \"https://like.example/a.js\", \"source\": "
     "\"https://www.example/\", \"type\": \"script\"}\n",
     "{\"matched\": true, \"rule\": \"like\", \"filter\": "
     "\"||like.example^$script,third-party\", \"exception\": null, "
     "\"purpose\": \"social\"}\n",
     true},
    {"another type", NULL,
     "{\"url\": \"https://like.example/a.js\", \"source\": "
     "\"https://www.example/\", \"type\": \"image\"}\n",
     NOTHING, true},
    {"the first party", NULL,
     "{\"url\": \"https://like.example/a.js\", \"type\": \"script\"}\n",
     NOTHING, true},
    {"allowed by the policy", "Accept: */*",
     "{\"url\": \"https://count.example/\"}\n", NOTHING, true},
    {"denied by a field", "DNT: 1", "{\"url\": \"https://count.example/\"}\n",
     "{\"matched\": true, \"rule\": \"count\", \"filter\": "
     "\"count.example\", \"exception\": null, \"purpose\": \"analytics\"}\n",
     true},
    {"a bad line among good ones", NULL,
     "{\"url\": \"https://a.example/\"}\n{\"url\n{\"url\": "
     "\"https://b.example/\"}\n",
     NOTHING "{\"error\": \"string without its closing quote\"}\n" NOTHING,
     false},
    {"no url", NULL, "{}\n", "{\"error\": \"\\\"url\\\" is missing\"}\n",
     false},
    {"a bad type", NULL,
     "{\"url\": \"https://a.example/\", \"type\": \"scrpt\"}\n",
     "{\"error\": \"unknown type of resource\"}\n", false},
};

static int check_batch(size_t i)
{
    struct arena arena = {0};
    struct request_args args = {.arena = &arena};
    char *out = NULL;
    size_t out_len = 0;

    FILE *from = tmpfile();
    FILE *to = open_memstream(&out, &out_len);
    assert_non_null(from);
    assert_non_null(to);
    fputs(batch_cases[i].in, from);
    rewind(from);
    if (batch_cases[i].header != NULL)
        assert_true(request_args_add(&args, batch_cases[i].header));
    bool good = explain_batch(settings, &args, from, to);
    fclose(from);
    fclose(to);
    int failures =
        expect(batch_cases[i].name, str_make(out, out_len), batch_cases[i].out);
    if (good != batch_cases[i].good) {
        print_error("[%s] good is %d\n", batch_cases[i].name, good);
        failures++;
    }
    free(out);
    arena_release(&arena);
    return failures;
}

static void lines_are_judged(void **state)
{
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(batch_cases); i++)
        failures += check_batch(i);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_explained),
        cmocka_unit_test(lines_are_judged),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
