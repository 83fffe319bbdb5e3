/* module: base - every value of a text that parses stands inside the text, in
 * its parent and behind its elder; what does not parse has a problem with a
 * place in the text; a string that is written is read back. */
#include "base/buf.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const struct json *v, size_t low, size_t high)
{
    CHECK(v->at >= low && v->end <= high && v->at < v->end);
    for (const struct json *c = v->child; c != NULL; c = c->next) {
        CHECK(c->parent == v);
        low = v->type == JSON_OBJECT ? c->key_at + 1 : low;
        check_value(c, low, v->end);
        low = c->end;
    }
}

static void check_string(struct diag *d, struct str text)
{
    struct buf out = {0};

    json_write_string(&out, text);
    const struct json *v = json_parse(d, STR("f"), buf_str(&out));
    bool has_nul = memchr(text.ptr, '\0', text.len) != NULL;
    CHECK((v != NULL) != has_nul);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    struct str text = {(const char *)data, size};

    const struct json *root = json_parse(&d, STR("f"), text);
    CHECK((root != NULL) == (d.errors == 0));
    if (root != NULL)
        check_value(root, 0, size);
    for (const struct diag_problem *p = d.first; p != NULL; p = p->next)
        CHECK(p->line >= 1 && p->column >= 1 && p->column <= size + 1);
    if (size > 0)
        check_string(&d, text);
    arena_release(&arena);
    return 0;
}
