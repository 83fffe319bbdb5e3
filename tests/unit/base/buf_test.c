#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void what_is_appended_is_there(void **state)
{
    struct buf b = {0};

    (void)state;
    assert_int_equal(buf_str(&b).len, 0);
    buf_append(&b, STR("ab"));
    buf_append(&b, (struct str){NULL, 0});
    buf_append_char(&b, 'c');
    buf_printf(&b, "%d%s", 42, "x");
    assert_true(str_eq(buf_str(&b), STR("abc42x")));
    buf_clear(&b);
    assert_int_equal(buf_str(&b).len, 0);
    buf_append(&b, STR("y"));
    assert_true(str_eq(buf_str(&b), STR("y")));
    buf_release(&b);
    assert_null(b.data);
}

static void what_is_consumed_is_gone(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_append(&b, STR("abcdef"));
    buf_consume(&b, 0);
    buf_consume(&b, 2);
    assert_true(str_eq(buf_str(&b), STR("cdef")));
    buf_append(&b, STR("gh"));
    assert_true(str_eq(buf_str(&b), STR("cdefgh")));
    buf_consume(&b, 6);
    assert_int_equal(b.start, 0); /* the front is free again */
    buf_release(&b);
}

/* A queue that is filled and drained keeps its order and does not grow. */
static void a_queue_moves_within_its_memory(void **state)
{
    struct buf b = {0};
    unsigned char next_in = 0, next_out = 0;

    (void)state;
    for (int round = 0; round < 10000; round++) {
        for (int i = 0; i < 7; i++)
            buf_append_char(&b, (char)next_in++);
        while (b.len > 100) {
            assert_int_equal((unsigned char)buf_str(&b).ptr[0], next_out);
            next_out++;
            buf_consume(&b, 1);
        }
    }
    assert_true(b.cap <= 1024);
    buf_release(&b);
}

static void reserved_room_is_contiguous(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_append(&b, STR("x"));
    memset(buf_reserve(&b, 100000), 'y', 100000);
    b.len += 100000;
    assert_int_equal(buf_str(&b).len, 100001);
    assert_int_equal(buf_str(&b).ptr[0], 'x');
    assert_int_equal(buf_str(&b).ptr[100000], 'y');
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_appended_is_there),
        cmocka_unit_test(what_is_consumed_is_gone),
        cmocka_unit_test(a_queue_moves_within_its_memory),
        cmocka_unit_test(reserved_room_is_contiguous),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
