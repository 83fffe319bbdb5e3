#include "app/config.h"
#include "base/buf.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define SITE    "\"sites\": [{\"upstream\": {\"servers\": [\"127.0.0.1:1\"]}}]"
#define LISTEN  "\"listen\": [{\"address\": \"127.0.0.1:0\"}]"
#define BARE    LISTEN ", \"rules\": []"
#define MINIMAL BARE ", " SITE

struct bench {
    struct arena arena;
    struct diag d;
    struct settings *s;
};

static struct bench *bench_new(const char *text)
{
    struct bench *b = calloc(1, sizeof(*b));

    b->d.arena = &b->arena;
    b->s = config_load_text(&b->d, STR("dir/f"), str_of(text), true);
    return b;
}

static void bench_free(struct bench *b)
{
    settings_free(b->s);
    arena_release(&b->arena);
    free(b);
}

/* All problems, a line each. */
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

/* ---- what is refused ---------------------------------------------------- */

static const struct {
    const char *name, *text, *want;
} bad_cases[] = {
    {"no object", "[]",
     "dir/f:1:1: error: this is an array (expected an object)"},
    {"nothing in it", "{\"rules\": []}",
     "dir/f:1:1: error: \"listen\" is missing (expected [{\"address\": "
     "\"HOST:PORT\"}])\n"
     "dir/f:1:1: error: \"sites\" is missing (expected [{\"upstream\": "
     "{\"servers\": [\"HOST:PORT\"]}}])"},
    {"unknown keys, each at its place",
     "{" MINIMAL ",\n \"listten\": 1,\n \"timeout\": {}}",
     "dir/f:2:2: error: /listten: unknown key \"listten\" (expected "
     "\"listen\", \"workers\", \"admin\", \"trusted_proxies\", "
     "\"purposes\", \"rules\", \"sites\", \"policy\", \"timeouts\", "
     "\"limits\", \"log\", \"watch\", \"underscores\" or \"$schema\"; did "
     "you mean \"listen\"?)\n"
     "dir/f:3:2: error: /timeout: unknown key \"timeout\" (expected "
     "\"listen\", \"workers\", \"admin\", \"trusted_proxies\", "
     "\"purposes\", \"rules\", \"sites\", \"policy\", \"timeouts\", "
     "\"limits\", \"log\", \"watch\", \"underscores\" or \"$schema\"; did "
     "you mean \"timeouts\"?)"},
    {"no listener", "{\"listen\": [], \"rules\": [], " SITE "}",
     "dir/f:1:12: error: /listen: at least one address is wanted"},
    {"no address", "{\"listen\": [{}], \"rules\": [], " SITE "}",
     "dir/f:1:13: error: /listen/0: \"address\" is missing"},
    {"address without port",
     "{\"listen\": [{\"address\": \"localhost\"}], \"rules\": [], " SITE "}",
     "dir/f:1:25: error: /listen/0/address: \"localhost\" is no address "
     "(expected HOST:PORT, [V6]:PORT or unix:PATH)"},
    {"IPv6 without brackets",
     "{\"listen\": [{\"address\": \"::1:80\"}], \"rules\": [], " SITE "}",
     "dir/f:1:25: error: /listen/0/address: \"::1:80\" is no address "
     "(expected HOST:PORT, [V6]:PORT or unix:PATH)"},
    {"port too large",
     "{\"listen\": [{\"address\": \"127.0.0.1:65536\"}], \"rules\": [], " SITE
     "}",
     "dir/f:1:25: error: /listen/0/address: \"127.0.0.1:65536\" is no "
     "address (expected HOST:PORT, [V6]:PORT or unix:PATH)"},
    {"socket activation",
     "{\"listen\": [{\"address\": \"fd:web\"}], \"rules\": [], " SITE "}",
     "dir/f:1:25: error: /listen/0/address: \"fd:\" (socket activation) "
     "is not available in this version"},
    {"unix without a path",
     "{\"listen\": [{\"address\": \"unix:\"}], \"rules\": [], " SITE "}",
     "dir/f:1:25: error: /listen/0/address: \"unix:\" wants a path behind "
     "it"},
    {"an address twice",
     "{\"listen\": [{\"address\": \"127.0.0.1:80\"}, {\"address\": "
     "\"127.0.0.1:80\"}], \"rules\": [], " SITE "}",
     "dir/f:1:42: error: /listen/1: \"127.0.0.1:80\" stands twice in "
     "\"listen\""},
    {"what is for later",
     "{\"listen\": [{\"address\": \"127.0.0.1:0\", \"tls\": {}, "
     "\"proxy_protocol\": true}],\n \"admin\": {}, \"watch\": true,\n "
     "\"limits\": {\"streams\": 1},\n \"rules\": [], " SITE "}",
     "dir/f:2:2: error: /admin: \"admin\" is not available in this "
     "version\n"
     "dir/f:2:15: error: /watch: \"watch\" is not available in this "
     "version\n"
     "dir/f:1:40: error: /listen/0/tls: \"tls\" is not available in this "
     "version\n"
     "dir/f:1:51: error: /listen/0/proxy_protocol: \"proxy_protocol\" is "
     "not available in this version\n"
     "dir/f:3:13: error: /limits/streams: \"streams\" is not available in "
     "this version"},
    {"workers", "{" MINIMAL ", \"workers\": 0}",
     "dir/f:1:121: error: /workers: out of range (expected a whole number "
     "from 1 to 256)"},
    {"workers as a word", "{" MINIMAL ", \"workers\": \"many\"}",
     "dir/f:1:121: error: /workers: expected \"auto\" or a number from 1 "
     "to 256"},
    {"trusted proxies",
     "{" MINIMAL ", \"trusted_proxies\": [\"10.0.0.0/33\", \"::1/129\", "
     "\"proxy\", \"10.0.0.0/\", 7]}",
     "dir/f:1:130: error: /trusted_proxies/0: \"10.0.0.0/33\" is no block "
     "of addresses (expected \"10.0.0.0/8\" or \"fd00::/8\")\n"
     "dir/f:1:145: error: /trusted_proxies/1: \"::1/129\" is no block of "
     "addresses (expected \"10.0.0.0/8\" or \"fd00::/8\")\n"
     "dir/f:1:156: error: /trusted_proxies/2: \"proxy\" is no block of "
     "addresses (expected \"10.0.0.0/8\" or \"fd00::/8\")\n"
     "dir/f:1:165: error: /trusted_proxies/3: \"10.0.0.0/\" is no block "
     "of addresses (expected \"10.0.0.0/8\" or \"fd00::/8\")\n"
     "dir/f:1:178: error: /trusted_proxies/4: this is a number (expected "
     "a string)"},
    {"durations",
     "{" MINIMAL ", \"timeouts\": {\"connect\": \"0s\", \"drain\": 5, "
     "\"tunnel\": \"9999h\"}}",
     "dir/f:1:134: error: /timeouts/connect: expected a duration from 1ms "
     "to 8784h\n"
     "dir/f:1:162: error: /timeouts/tunnel: expected a duration from 1ms "
     "to 8784h\n"
     "dir/f:1:149: error: /timeouts/drain: not a duration (expected a "
     "string with a unit, such as \"500ms\", \"30s\", \"5m\" or \"1h\")"},
    {"an unknown timeout",
     "{" MINIMAL ", \"timeouts\": {\"client_heder\": \"1s\"}}",
     "dir/f:1:123: error: /timeouts/client_heder: unknown key "
     "\"client_heder\" (expected \"client_header\", \"client_body\", "
     "\"client_write\", \"keepalive\", \"connect\", \"response_header\", "
     "\"response_body\", \"tunnel\" or \"drain\"; did you mean "
     "\"client_header\"?)"},
    {"limits",
     "{" MINIMAL ", \"limits\": {\"request_line\": 1, \"rewrite_memory\": "
     "\"1\", \"connections\": 0, \"request_fields\": 0}}",
     "dir/f:1:137: error: /limits/request_line: expected a size from 64 "
     "to 16777216 bytes\n"
     "dir/f:1:199: error: /limits/request_fields: out of range (expected "
     "a whole number from 1 to 65536)\n"
     "dir/f:1:178: error: /limits/connections: out of range (expected a "
     "whole number from 1 to 16777216)\n"
     "dir/f:1:158: error: /limits/rewrite_memory: expected a size from "
     "1024 to 1073741824 bytes"},
    {"log",
     "{" MINIMAL ", \"log\": {\"access\": {\"format\": \"jsn\", \"path\": "
     "\"syslog\"}, \"error\": {\"level\": \"loud\", \"path\": \"\"}}}",
     "dir/f:1:154: error: /log/access/path: \"syslog\" is not available "
     "in this version\n"
     "dir/f:1:139: error: /log/access/format: unknown value \"jsn\" "
     "(expected \"json\", \"common\" or \"combined\"; did you mean "
     "\"json\"?)\n"
     "dir/f:1:200: error: /log/error/path: expected a path, \"-\" "
     "(standard output) or \"stderr\"\n"
     "dir/f:1:184: error: /log/error/level: unknown value \"loud\" "
     "(expected \"error\", \"warn\", \"info\" or \"debug\")"},
    {"a log template",
     "{" MINIMAL ", \"log\": {\"access\": {\"format\": \"$status\"}}}",
     "dir/f:1:139: error: /log/access/format: a template is not available "
     "in this version (expected \"json\", \"common\" or \"combined\")"},
    {"a pattern that no file matches",
     "{" LISTEN ", \"rules\": [\"nowhere/*.json\"], " SITE "}",
     "dir/f:1:52: error: /rules/0: no file matches \"nowhere/*.json\""},
    {"a rule file that is not there",
     "{" LISTEN ", \"rules\": [\"nowhere.json\"], " SITE "}",
     "dir/f:1:52: error: /rules/0: \"dir/nowhere.json\" cannot be read: "
     "No such file or directory"},
    {"no site", "{" BARE ", \"sites\": []}",
     "dir/f:1:64: error: /sites: at least one site is wanted"},
    {"no upstream", "{" BARE ", \"sites\": [{\"hosts\": [\"a\"]}]}",
     "dir/f:1:65: error: /sites/0: \"upstream\" is missing (expected "
     "{\"servers\": [\"HOST:PORT\"]})"},
    {"no servers", "{" BARE ", \"sites\": [{\"upstream\": {\"servers\": []}}]}",
     "dir/f:1:90: error: /sites/0/upstream/servers: at least one server "
     "is wanted"},
    {"servers",
     "{" BARE ", \"sites\": [{\"upstream\": {\"servers\": [\"127.0.0.1:0\", "
     "\"http://a/\", {\"weight\": 2}, {\"address\": \"127.0.0.1:1\", "
     "\"weight\": 0, \"tls\": {}}]}}]}",
     "dir/f:1:91: error: /sites/0/upstream/servers/0: a server has a port "
     "from 1 to 65535\n"
     "dir/f:1:106: error: /sites/0/upstream/servers/1: \"http://a/\" is "
     "no address (expected HOST:PORT, [V6]:PORT or unix:PATH)\n"
     "dir/f:1:119: error: /sites/0/upstream/servers/2: \"address\" is "
     "missing\n"
     "dir/f:1:174: error: /sites/0/upstream/servers/3/tls: \"tls\" is not "
     "available in this version\n"
     "dir/f:1:171: error: /sites/0/upstream/servers/3/weight: out of "
     "range (expected a whole number from 1 to 1000)"},
    {"upstream",
     "{" BARE ", \"sites\": [{\"upstream\": {\"servers\": [\"127.0.0.1:1\"], "
     "\"balance\": \"roundrobin\", \"health\": {}, \"retries\": 17}}]}",
     "dir/f:1:132: error: /sites/0/upstream/health: \"health\" is not "
     "available in this version\n"
     "dir/f:1:118: error: /sites/0/upstream/balance: unknown value "
     "\"roundrobin\" (expected \"least-connections\", \"round-robin\" or "
     "\"hash\"; did you mean \"round-robin\"?)\n"
     "dir/f:1:157: error: /sites/0/upstream/retries: out of range "
     "(expected a whole number from 0 to 16)"},
    {"hosts that are none",
     "{" BARE ", \"sites\": [{\"hosts\": [\"a:80\", \"a/b\", \"\", \"a.*\", "
     "\"*.\", 1], \"upstream\": {\"servers\": [\"127.0.0.1:1\"]}}]}",
     "dir/f:1:76: error: /sites/0/hosts/0: \"a:80\" is no host (expected "
     "\"www.example.com\", \"*.example.com\" or \"*\", without a port)\n"
     "dir/f:1:84: error: /sites/0/hosts/1: \"a/b\" is no host (expected "
     "\"www.example.com\", \"*.example.com\" or \"*\", without a port)\n"
     "dir/f:1:91: error: /sites/0/hosts/2: \"\" is no host (expected "
     "\"www.example.com\", \"*.example.com\" or \"*\", without a port)\n"
     "dir/f:1:95: error: /sites/0/hosts/3: \"a.*\" is no host (expected "
     "\"www.example.com\", \"*.example.com\" or \"*\", without a port)\n"
     "dir/f:1:102: error: /sites/0/hosts/4: \"*.\" is no host (expected "
     "\"www.example.com\", \"*.example.com\" or \"*\", without a port)\n"
     "dir/f:1:108: error: /sites/0/hosts/5: this is a number (expected a "
     "string)"},
    {"two sites without hosts",
     "{" BARE ", \"sites\": [{\"upstream\": {\"servers\": [\"127.0.0.1:1\"]}}, "
     "{\"upstream\": {\"servers\": [\"127.0.0.1:1\"]}}]}",
     "dir/f:1:65: error: /sites/0: \"hosts\" is missing (only a single "
     "site may go without)\n"
     "dir/f:1:109: error: /sites/1: \"hosts\" is missing (only a single "
     "site may go without)"},
    {"a host of two sites",
     "{" BARE ", \"sites\": [{\"hosts\": [\"a.example\"], \"upstream\": "
     "{\"servers\": [\"127.0.0.1:1\"]}},\n{\"hosts\": [\"A.Example\"], "
     "\"upstream\": {\"servers\": [\"127.0.0.1:1\"]}}]}",
     "dir/f:2:12: error: /sites/1/hosts/0: \"a.example\" is a host of "
     "/sites/0 already"},
};

static void bad_files_are_refused_with_every_reason(void **state)
{
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
        struct bench *b = bench_new(bad_cases[i].text);
        failures += expect(bad_cases[i].name, problems(b), bad_cases[i].want);
        if (b->s != NULL) {
            print_error("[%s] was loaded\n", bad_cases[i].name);
            failures++;
        }
        bench_free(b);
    }
    assert_int_equal(failures, 0);
}

/* ---- what is read ------------------------------------------------------- */

static struct str value_of_number(struct bench *b, uint64_t number)
{
    return arena_printf(&b->arena, "%llu", (unsigned long long)number);
}

/* One value of the settings as text, by name. */
static struct str value_of(struct bench *b, const char *name)
{
    const struct settings *s = b->s;
    const struct upstream_settings *up = &s->sites[0].upstream;
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"workers", s->workers},
        {"connect", s->timeouts_ms[TIMEOUT_CONNECT]},
        {"drain", s->timeouts_ms[TIMEOUT_DRAIN]},
        {"request_line", s->limits.request.line},
        {"request_headers", s->limits.request.bytes},
        {"request_fields", s->limits.request.count},
        {"response_headers", s->limits.response.bytes},
        {"request_body", s->limits.request_body},
        {"connections", s->limits.connections},
        {"connections_per_client", s->limits.connections_per_client},
        {"rewrite_memory", s->limits.rewrite_memory},
        {"inflate_ratio", s->limits.inflate_ratio},
        {"underscores", s->limits.underscores},
        {"access", s->access.enabled},
        {"format", s->access.format},
        {"client_address", s->access.client_address},
        {"level", (uint64_t)s->error_log_level},
        {"rules", ruleset_count(s->rules)},
        {"servers", up->server_count},
        {"weight", up->servers[0].weight},
        {"balance", up->balance},
        {"keepalive", up->keepalive},
        {"retries", up->retries},
        {"default", s->sites[0].privacy.policy.default_denied},
        {"unix", s->listeners[0].is_unix},
    };
    const struct {
        const char *name;
        struct str value;
    } texts[] = {
        {"access.path", s->access.path},
        {"error.path", s->error_log_path},
        {"listen", s->listeners[0].address.text},
        {"server", up->servers[0].address.text},
        {"host", s->sites[0].hosts[0]},
    };

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (strcmp(numbers[i].name, name) == 0)
            return value_of_number(b, numbers[i].value);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (strcmp(texts[i].name, name) == 0)
            return texts[i].value;
    return STR("no such value");
}

static const struct {
    const char *name, *text, *value, *want;
} good_cases[] = {
    {"any host", "{" MINIMAL "}", "host", "*"},
    {"connect by default", "{" MINIMAL "}", "connect", "5000"},
    {"drain by default", "{" MINIMAL "}", "drain", "30000"},
    {"line by default", "{" MINIMAL "}", "request_line", "8192"},
    {"header by default", "{" MINIMAL "}", "request_headers", "32768"},
    {"fields by default", "{" MINIMAL "}", "request_fields", "100"},
    {"answers by default", "{" MINIMAL "}", "response_headers", "65536"},
    {"body by default", "{" MINIMAL "}", "request_body", "0"},
    {"connections by default", "{" MINIMAL "}", "connections", "8192"},
    {"per client by default", "{" MINIMAL "}", "connections_per_client", "0"},
    {"memory by default", "{" MINIMAL "}", "rewrite_memory", "1048576"},
    {"ratio by default", "{" MINIMAL "}", "inflate_ratio", "1000"},
    {"underscores by default", "{" MINIMAL "}", "underscores", "0"},
    {"access log by default", "{" MINIMAL "}", "access.path", "-"},
    {"error log by default", "{" MINIMAL "}", "error.path", "stderr"},
    {"level by default", "{" MINIMAL "}", "level", "2"},
    {"keepalive by default", "{" MINIMAL "}", "keepalive", "64"},
    {"retries by default", "{" MINIMAL "}", "retries", "1"},
    {"weight by default", "{" MINIMAL "}", "weight", "1"},
    {"purposes denied by default", "{" MINIMAL "}", "default", "30"},
    {"no rules", "{" MINIMAL "}", "rules", "0"},
    {"a schema", "{" MINIMAL ", \"$schema\": \"heed.schema.json\"}", "rules",
     "0"},
    {"workers", "{" MINIMAL ", \"workers\": 3}", "workers", "3"},
    {"what is turned off",
     "{" MINIMAL ", \"watch\": false, \"workers\": \"auto\"}", "rules", "0"},
    {"a timeout", "{" MINIMAL ", \"timeouts\": {\"connect\": \"250ms\"}}",
     "connect", "250"},
    {"a size with a unit",
     "{" MINIMAL ", \"limits\": {\"request_body\": \"3m\"}}", "request_body",
     "3145728"},
    {"a size without", "{" MINIMAL ", \"limits\": {\"request_headers\": 1000}}",
     "request_headers", "1000"},
    {"underscores", "{" MINIMAL ", \"underscores\": true}", "underscores", "1"},
    {"underscores among limits",
     "{" MINIMAL ", \"limits\": {\"underscores\": true}}", "underscores", "1"},
    {"no access log", "{" MINIMAL ", \"log\": {\"access\": null}}", "access",
     "0"},
    {"log paths are relative to the file",
     "{" MINIMAL ", \"log\": {\"access\": {\"path\": \"log/a\"}}}",
     "access.path", "dir/log/a"},
    {"absolute paths stay",
     "{" MINIMAL ", \"log\": {\"error\": {\"path\": \"/var/e\"}}}",
     "error.path", "/var/e"},
    {"log format",
     "{" MINIMAL ", \"log\": {\"access\": {\"format\": \"combined\"}}}",
     "format", "2"},
    {"client addresses",
     "{" MINIMAL ", \"log\": {\"access\": {\"client_address\": \"omit\"}}}",
     "client_address", "3"},
    {"level", "{" MINIMAL ", \"log\": {\"error\": {\"level\": \"debug\"}}}",
     "level", "3"},
    {"a Unix socket is relative to the file",
     "{\"listen\": [{\"address\": \"unix:s\"}], \"rules\": [], " SITE "}",
     "listen", "unix:dir/s"},
    {"a Unix socket is known",
     "{\"listen\": [{\"address\": \"unix:s\"}], \"rules\": [], " SITE "}",
     "unix", "1"},
    {"IPv6",
     "{\"listen\": [{\"address\": \"[::1]:80\"}], \"rules\": [], " SITE "}",
     "listen", "[::1]:80"},
    {"hosts are compared in lower case",
     "{" BARE ", \"sites\": [{\"hosts\": [\"WWW.Example.COM.\"], "
     "\"upstream\": {\"servers\": [\"127.0.0.1:1\"]}}]}",
     "host", "www.example.com"},
    {"hosts are compared in ASCII",
     "{" BARE ", \"sites\": [{\"hosts\": [\"*.b\xc3\xbc"
     "cher.example\"], "
     "\"upstream\": {\"servers\": [\"127.0.0.1:1\"]}}]}",
     "host", "*.xn--bcher-kva.example"},
    {"several servers",
     "{" BARE ", \"sites\": [{\"upstream\": {\"servers\": [{\"address\": "
     "\"unix:/run/a\", \"weight\": 7}, \"127.0.0.1:1\", \"[::1]:1\"]}}]}",
     "servers", "3"},
    {"a weight",
     "{" BARE ", \"sites\": [{\"upstream\": {\"servers\": [{\"address\": "
     "\"unix:/run/a\", \"weight\": 7}]}}]}",
     "weight", "7"},
    {"balance",
     "{" BARE ", \"sites\": [{\"upstream\": {\"servers\": [\"127.0.0.1:1\"], "
     "\"balance\": \"hash\"}}]}",
     "balance", "2"},
    {"a site has the policy at the top",
     "{" MINIMAL ", \"policy\": {\"default\": \"allow\"}}", "default", "0"},
    {"a site's own policy goes first",
     "{" BARE ", \"policy\": {\"default\": \"allow\"}, \"sites\": [{"
     "\"upstream\": {\"servers\": [\"127.0.0.1:1\"]}, \"policy\": "
     "{\"default\": \"deny\"}}]}",
     "default", "30"},
};

static void good_files_are_read(void **state)
{
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good_cases); i++) {
        struct bench *b = bench_new(good_cases[i].text);
        failures += expect(good_cases[i].name, problems(b), "");
        if (b->s != NULL)
            failures +=
                expect(good_cases[i].name, value_of(b, good_cases[i].value),
                       good_cases[i].want);
        bench_free(b);
    }
    assert_int_equal(failures, 0);
}

static void addresses_are_resolved(void **state)
{
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    struct settings *s =
        config_quick(&d, STR("[::1]:81"), STR("127.0.0.1:3000"));
    struct sockaddr_in6 listen;
    struct sockaddr_in server;

    (void)state;
    assert_non_null(s);
    assert_int_equal(s->listeners[0].address.len, sizeof(listen));
    memcpy(&listen, s->listeners[0].address.sockaddr.bytes, sizeof(listen));
    assert_int_equal(listen.sin6_family, AF_INET6);
    assert_int_equal(ntohs(listen.sin6_port), 81);
    memcpy(&server, s->sites[0].upstream.servers[0].address.sockaddr.bytes,
           sizeof(server));
    assert_int_equal(server.sin_family, AF_INET);
    assert_int_equal(ntohs(server.sin_port), 3000);
    assert_int_equal(ntohl(server.sin_addr.s_addr), INADDR_LOOPBACK);
    settings_free(s);
    arena_release(&arena);
}

static void blocks_of_addresses_are_mapped(void **state)
{
    static const unsigned char v4[16] = {
        [10] = 0xff, [11] = 0xff, [12] = 10, [13] = 1};
    static const unsigned char v6[16] = {0xfd};
    struct bench *b = bench_new(
        "{" MINIMAL ", \"trusted_proxies\": [\"10.1.2.3/16\", \"fdff::1/8\", "
        "\"192.0.2.1\"]}");

    (void)state;
    assert_non_null(b->s);
    assert_int_equal(b->s->trusted_count, 3);
    assert_memory_equal(b->s->trusted[0].address, v4, 16);
    assert_int_equal(b->s->trusted[0].bits, 112);
    assert_memory_equal(b->s->trusted[1].address, v6, 16);
    assert_int_equal(b->s->trusted[1].bits, 8);
    assert_int_equal(b->s->trusted[2].bits, 128);
    bench_free(b);
}

static uint64_t generation_with(const char *policy)
{
    struct arena arena = {0};
    struct str parts[] = {STR("{" MINIMAL ", \"policy\": "), str_of(policy),
                          STR("}")};
    struct bench *b =
        bench_new(arena_concat(&arena, parts, ARRAY_LEN(parts)).ptr);

    assert_non_null(b->s);
    uint64_t generation = b->s->sites[0].privacy.generation;
    bench_free(b);
    arena_release(&arena);
    return generation;
}

static void a_generation_is_of_rules_and_policy(void **state)
{
    (void)state;
    assert_true(generation_with("{}") == generation_with("{\"version\": 1}"));
    assert_true(generation_with("{}") != generation_with("{\"version\": 2}"));
    assert_true(generation_with("{}") !=
                generation_with("{\"consent\": [\"heed\"]}"));
}

/* A folder with the rule files that the test's configurations name. */
static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void remove_folder(const char *folder, const char *const *names)
{
    char path[256];

    for (; *names != NULL; names++) {
        snprintf(path, sizeof(path), "%s/%s", folder, *names);
        unlink(path);
    }
    rmdir(folder);
}

#define RULE(id)                                                               \
    "{\"name\": \"n\", \"rules\": [{\"id\": \"" id "\", \"purpose\": "         \
    "\"social\", \"hosts\": [\"" id ".example\"]}]}"

static void rule_files_are_found_beside_the_file(void **state)
{
    static const char *const names[] = {"f", "a1.json", "a2.json", "b.json",
                                        NULL};
    char folder[] = "/tmp/config_test[*].XXXXXX";
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    char path[256];

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file(folder, "a1.json", RULE("one"));
    write_file(folder, "a2.json", RULE("two"));
    write_file(folder, "b.json", RULE("three"));
    write_file(folder, "f",
               "{" LISTEN ", \"rules\": [\"a*.json\", \"a1.json\"], " SITE "}");
    snprintf(path, sizeof(path), "%s/f", folder);
    struct settings *s = config_load(&d, str_of(path));
    assert_non_null(s);
    assert_int_equal(ruleset_count(s->rules), 2);
    settings_free(s);
    arena_release(&arena);
    remove_folder(folder, names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files_are_refused_with_every_reason),
        cmocka_unit_test(good_files_are_read),
        cmocka_unit_test(addresses_are_resolved),
        cmocka_unit_test(blocks_of_addresses_are_mapped),
        cmocka_unit_test(a_generation_is_of_rules_and_policy),
        cmocka_unit_test(rule_files_are_found_beside_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
