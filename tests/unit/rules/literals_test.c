#include "rules/literals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LITERALS = 40, TEXT = 300, ROUNDS = 300 };

static uint64_t seed = 88172645463325252u;

static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 20) % n;
}

/* Three letters, so that literals overlap and contain each other. */
static struct str random_text(struct arena *a, size_t len)
{
    char *text = arena_alloc(a, len);

    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + pick(3));
    return str_make(text, len);
}

struct seen {
    bool at[LITERALS][TEXT + 1];
};

static bool note(void *ctx, uint32_t number, size_t at)
{
    struct seen *s = ctx;

    assert_false(s->at[number][at]);
    s->at[number][at] = true;
    return false;
}

static void run_round(struct seen *seen, unsigned *found)
{
    struct arena a = {0};
    struct str *texts = arena_array(&a, struct str, LITERALS);
    unsigned count = pick(LITERALS) + 1;
    struct literals l;

    for (unsigned i = 0; i < count; i++)
        texts[i] = random_text(&a, LITERAL_MIN + pick(2) * pick(40));
    literals_build(&l, &a, texts, count);
    struct str text = random_text(&a, pick(TEXT));
    memset(seen, 0, sizeof(*seen));
    assert_false(literals_each(&l, text, note, seen));
    for (unsigned i = 0; i < count; i++) {
        for (size_t at = 0; at < text.len; at++) {
            bool want = str_starts(str_from(text, at), texts[i]);
            assert_int_equal(seen->at[i][at], want);
            *found += want;
        }
    }
    arena_release(&a);
}

static void every_literal_is_found_everywhere(void **state)
{
    struct seen *seen = xmalloc(sizeof(*seen));
    unsigned found = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++)
        run_round(seen, &found);
    assert_true(found > 1000);
    free(seen);
}

static bool stop(void *ctx, uint32_t number, size_t at)
{
    (void)number;
    *(size_t *)ctx = at;
    return true;
}

static void the_search_ends_when_told(void **state)
{
    struct arena a = {0};
    const struct str texts[] = {STR("_hmt.push"), STR("fbq(")};
    struct literals l;
    size_t at = 0;

    (void)state;
    literals_build(&l, &a, texts, ARRAY_LEN(texts));
    assert_true(literals_each(&l, STR("x=1;fbq('a');_hmt.push(1)"), stop, &at));
    assert_int_equal(at, 4);
    assert_false(literals_each(&l, STR("fbq"), stop, &at));
    assert_false(literals_each(&l, STR("FBQ("), stop, &at));
    assert_false(literals_each(&(struct literals){0}, STR("fbq("), stop, &at));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_literal_is_found_everywhere),
        cmocka_unit_test(the_search_ends_when_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
