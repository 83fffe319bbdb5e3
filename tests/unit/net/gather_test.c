#include "net/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct buf flat(struct gather *g)
{
    struct buf out = {0};
    int count;
    struct iovec *iov = gather_iov(g, &count);

    for (int i = 0; i < count; i++)
        buf_append(&out, str_make(iov[i].iov_base, iov[i].iov_len));
    return out;
}

static void neighbours_become_one_piece(void **state)
{
    struct gather g = {0};
    struct str s = STR("abcdef");
    int count;

    (void)state;
    gather_ref(&g, str_sub(s, 0, 2));
    gather_ref(&g, str_sub(s, 2, 4));
    gather_iov(&g, &count);
    assert_int_equal(count, 1);
    assert_int_equal(g.bytes, 6);
}

static void a_held_place_is_filled_later(void **state)
{
    struct gather g = {0};

    (void)state;
    gather_ref(&g, STR("head|"));
    unsigned place = gather_hold(&g);
    gather_copy(&g, STR("one|"));
    gather_ref(&g, STR("two|"));
    gather_fill(&g, place, STR("8|"));
    gather_copy(&g, STR("end"));
    struct buf out = flat(&g);
    assert_true(str_eq(buf_str(&out), STR("head|8|one|two|end")));
    buf_release(&out);
    buf_release(&g.text);
}

/* Any number of pieces, referred to and copied in turn, comes out in order. */
static void any_number_of_pieces_fits(void **state)
{
    struct gather g = {0};
    struct buf want = {0};
    char texts[400][8];

    (void)state;
    srand(7);
    for (int round = 0; round < 200; round++) {
        gather_clear(&g);
        buf_clear(&want);
        unsigned place = gather_hold(&g);
        buf_append(&want, STR("size"));
        int pieces = rand() % 400;
        for (int i = 0; i < pieces; i++) {
            int len = snprintf(texts[i], sizeof(texts[i]), "<%d>", i);
            struct str s = str_make(texts[i], (size_t)len);
            if (rand() % 3 == 0)
                gather_copy(&g, s);
            else
                gather_ref(&g, s);
            buf_append(&want, s);
        }
        gather_fill(&g, place, STR("size"));
        gather_copy(&g, STR("end"));
        buf_append(&want, STR("end"));
        struct buf out = flat(&g);
        assert_true(str_eq(buf_str(&out), buf_str(&want)));
        assert_int_equal(g.bytes, want.len);
        buf_release(&out);
    }
    buf_release(&want);
    buf_release(&g.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_become_one_piece),
        cmocka_unit_test(a_held_place_is_filled_later),
        cmocka_unit_test(any_number_of_pieces_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
