#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void memory_is_aligned_and_apart(void **state)
{
    struct arena a = {0};
    char *last = NULL;

    (void)state;
    for (size_t size = 1; size < 3 * ARENA_BLOCK; size = size * 2 + 1) {
        char *p = arena_alloc(&a, size);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        assert_ptr_not_equal(p, last);
        memset(p, 0xab, size);
        last = p;
    }
    arena_release(&a);
}

static void cleared_memory_is_clear(void **state)
{
    struct arena_pool pool = {0};
    struct arena a = {.pool = &pool};

    (void)state;
    memset(arena_alloc(&a, 1000), 0xff, 1000);
    arena_release(&a);
    const char *p = arena_zalloc(&a, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(p[i], 0);
    arena_release(&a);
    arena_pool_release(&pool);
}

static void strings_are_copied_and_ended(void **state)
{
    struct arena a = {0};
    const struct str parts[] = {STR("a"), {NULL, 0}, STR("bc")};

    (void)state;
    struct str all = arena_concat(&a, parts, ARRAY_LEN(parts));
    assert_string_equal(all.ptr, "abc");
    assert_int_equal(all.len, 3);
    struct str copy = arena_dup(&a, all);
    assert_ptr_not_equal(copy.ptr, all.ptr);
    assert_string_equal(copy.ptr, "abc");
    assert_string_equal(arena_dup(&a, (struct str){NULL, 0}).ptr, "");
    assert_true(str_eq(arena_printf(&a, "%d-%s", 7, "x"), STR("7-x")));
    arena_release(&a);
}

static void a_grown_array_keeps_its_elements(void **state)
{
    struct arena a = {0};
    int *numbers = arena_array(&a, int, 2);

    (void)state;
    numbers[0] = 1;
    numbers[1] = 2;
    numbers = arena_grow(&a, numbers, 2, 4, sizeof(*numbers));
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[1], 2);
    assert_int_equal(numbers[2], 0);
    assert_int_equal(numbers[3], 0);
    arena_release(&a);
}

static char order[8];
static size_t order_len;

static void note(void *object)
{
    order[order_len++] = *(const char *)object;
}

static void release_runs_cleanups_newest_first(void **state)
{
    struct arena a = {0};
    struct str names = arena_dup(&a, STR("abc"));

    (void)state;
    order_len = 0;
    for (size_t i = 0; i < names.len; i++)
        arena_defer(&a, note, (void *)(uintptr_t)(names.ptr + i));
    arena_release(&a);
    assert_int_equal(order_len, 3);
    assert_memory_equal(order, "cba", 3);
    arena_release(&a);
    assert_int_equal(order_len, 3);
}

static void usual_blocks_are_used_again(void **state)
{
    struct arena_pool pool = {0};
    struct arena a = {.pool = &pool};

    (void)state;
    void *first = arena_alloc(&a, 100);
    arena_release(&a);
    assert_int_equal(pool.count, 1);
    assert_ptr_equal(arena_alloc(&a, 100), first);
    assert_int_equal(pool.count, 0);
    arena_alloc(&a, 2 * ARENA_BLOCK); /* does not come back */
    arena_release(&a);
    assert_int_equal(pool.count, 1);
    arena_pool_release(&pool);
    assert_int_equal(pool.count, 0);
}

static void the_total_is_what_was_asked_for(void **state)
{
    struct arena a = {0};

    (void)state;
    arena_alloc(&a, 10);
    arena_alloc(&a, 20000);
    assert_int_equal(a.total, 20010);
    arena_release(&a);
    assert_int_equal(a.total, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_and_apart),
        cmocka_unit_test(cleared_memory_is_clear),
        cmocka_unit_test(strings_are_copied_and_ended),
        cmocka_unit_test(a_grown_array_keeps_its_elements),
        cmocka_unit_test(release_runs_cleanups_newest_first),
        cmocka_unit_test(usual_blocks_are_used_again),
        cmocka_unit_test(the_total_is_what_was_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
