/* module: rewrite */
/* An edited head is a head again, none of its lines was made of a value, and
 * no denied cookie or parameter is left in it. The input is a request's head
 * and, behind a form feed, a response's; byte 0 picks the policy. */
#include "rewrite/response_edit.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules[] =
    "{\"name\": \"fuzz\", \"rules\": [{\"id\": \"r\","
    " \"purpose\": \"analytics\", \"hosts\": [\"t.example\"],"
    " \"cookies\": [\"_ga*\"], \"params\": [\"utm*\"],"
    " \"filters\": [\"/collect?\"], \"headers\": [\"X-Stats\"]}]}";

static const char *const policies[] = {
    "{}",
    "{\"preset\": \"strict\"}",
    "{\"default\": \"allow\"}",
    "{\"unclassified_cookies\": \"keep\", \"uninspectable\": \"pass\"}",
};

static struct arena load_arena;
static struct purposes purposes;
static struct site_privacy sites[ARRAY_LEN(policies)];

static void load(void)
{
    struct diag d = {.arena = &load_arena};
    struct str name = STR("fuzz.json"), text = str_of(rules);

    purposes_init(&purposes);
    struct ruleset *set = ruleset_load_texts(&d, &purposes, &name, &text, 1);
    for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
        struct site_privacy *s = &sites[i];
        s->purposes = &purposes;
        s->rules = set;
        policy_init(&s->policy, &purposes);
        if (!policy_load(&s->policy, &purposes, &d,
                         json_parse(&d, name, str_of(policies[i]))) ||
            !ruleset_enabled(set, &d, NULL, STR("h.example"), &s->enabled))
            abort();
        s->vary = policy_vary(&s->policy, &load_arena);
    }
}

/* The text with "\n" as line ends, the empty line behind it. */
static struct str wire(struct str text, struct arena *arena)
{
    char *copy = arena_alloc(arena, 2 * text.len + 4);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n')
            copy[len++] = '\r';
        copy[len++] = text.ptr[i];
    }
    memcpy(copy + len, "\r\n\r\n", 4);
    size_t from = 0;
    size_t end = head_find_end(str_make(copy, len + 4), &from);
    return str_make(copy, end);
}

/* Whether a list of pieces holds a name with this prefix. */
static bool holds(struct str value, char separator, struct str prefix)
{
    while (value.ptr != NULL) {
        struct str piece = str_trim(str_cut(&value, separator));
        if (str_starts(piece, prefix) &&
            str_find_char(piece, '=', 0) < piece.len)
            return true;
    }
    return false;
}

static const struct head_limits no_limits = {0};

static bool is_denied(const struct visit *v, unsigned purpose)
{
    return (v->scope.denied >> purpose & 1) != 0;
}

static void check_request(const struct visit *v, struct arena *arena)
{
    static const struct client_info client = {.address = {"192.0.2.7", 9}};
    struct framing framing = {FRAMING_NONE, 0};
    struct request_head again;
    struct buf out = {0};

    request_edit_write(&out, v, &client, &framing, false, NULL, NULL, arena);
    if (request_head_parse(&again, buf_str(&out), &no_limits, true, arena) !=
        HEAD_NONE)
        abort();
    if (again.fields.count > v->request->fields.count + 10)
        abort();
    size_t query = str_find_char(again.path, '?', 0);
    if (is_denied(v, PURPOSE_ANALYTICS) &&
        (holds(fields_value(&again.fields, FIELD_COOKIE), ';', STR("_ga")) ||
         holds(str_from(again.path, query + 1), '&', STR("utm"))))
        abort();
    buf_release(&out);
}

static void check_response(const struct visit *v, struct str text,
                           struct arena *arena)
{
    struct response_head head, again;
    struct response_plan plan;
    struct framing framing;
    struct buf out = {0};
    bool keep_alive;

    if (response_head_parse(&head, wire(text, arena), &no_limits, arena) !=
            HEAD_NONE ||
        response_framing(&head, v->request->is_head, &framing, &keep_alive) !=
            HEAD_NONE)
        return;
    response_plan(&plan, v, &head, &framing, arena);
    response_edit_write(&out, v, &head, &plan, &framing, true, 1, false, NULL,
                        NULL, arena);
    if (response_head_parse(&again, buf_str(&out), &no_limits, arena) !=
        HEAD_NONE)
        abort();
    if (again.fields.count > head.fields.count + 6 + 20)
        abort();
    if (is_denied(v, PURPOSE_ANALYTICS) &&
        fields_find_name(&again.fields, STR("X-Stats")))
        abort();
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct request_head request;
    struct visit v;

    if (purposes.count == 0)
        load();
    if (size < 1)
        return 0;
    struct str response = str_make((const char *)data + 1, size - 1);
    struct str text = str_cut(&response, '\f');
    if (request_head_parse(&request, wire(text, &arena), &no_limits, true,
                           &arena) == HEAD_NONE) {
        visit_begin(&v, &sites[data[0] % ARRAY_LEN(policies)], &request, false,
                    &arena);
        check_request(&v, &arena);
        if (response.ptr != NULL)
            check_response(&v, response, &arena);
    }
    arena_release(&arena);
    return 0;
}
