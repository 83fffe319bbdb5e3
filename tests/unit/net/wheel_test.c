#include "net/wheel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct wheel wheel;
static int fired;
static struct timer *to_cancel;

static void on_fire(struct timer *t)
{
    (void)t;
    fired++;
    if (to_cancel != NULL)
        timer_cancel(&wheel, to_cancel);
}

static int start(void **state)
{
    (void)state;
    wheel_init(&wheel, 1000);
    fired = 0;
    to_cancel = NULL;
    return 0;
}

static void fires_once_not_early_and_within_a_tick(void **state)
{
    struct timer t = {.on_timeout = on_fire};

    (void)state;
    timer_arm(&wheel, &t, 1000, 250);
    wheel_advance(&wheel, 1249);
    assert_int_equal(fired, 0);
    wheel_advance(&wheel, 1250 + WHEEL_TICK_MS);
    assert_int_equal(fired, 1);
    wheel_advance(&wheel, 100000);
    assert_int_equal(fired, 1);
    assert_false(timer_is_armed(&t));
}

static void outlasts_several_rounds(void **state)
{
    struct timer t = {.on_timeout = on_fire};
    const uint64_t hour = 3600000;

    (void)state;
    timer_arm(&wheel, &t, 1000, hour);
    for (uint64_t now = 1000; now < 1000 + hour; now += 50)
        wheel_advance(&wheel, now);
    assert_int_equal(fired, 0);
    wheel_advance(&wheel, 1000 + hour + WHEEL_TICK_MS);
    assert_int_equal(fired, 1);
}

static void rearming_moves_it(void **state)
{
    struct timer t = {.on_timeout = on_fire};

    (void)state;
    timer_arm(&wheel, &t, 1000, 100);
    timer_arm(&wheel, &t, 1050, 5000);
    wheel_advance(&wheel, 3000);
    assert_int_equal(fired, 0);
    assert_int_equal(wheel.count, 1);
    timer_cancel(&wheel, &t);
    wheel_advance(&wheel, 9000);
    assert_int_equal(fired, 0);
    assert_int_equal(wheel.count, 0);
}

static void a_callback_may_cancel_one_that_is_due_too(void **state)
{
    struct timer a = {.on_timeout = on_fire}, b = {.on_timeout = on_fire};

    (void)state;
    to_cancel = &b;
    timer_arm(&wheel, &a, 1000, 100);
    timer_arm(&wheel, &b, 1000, 100);
    wheel_advance(&wheel, 2000);
    assert_int_equal(fired, 1);
}

static void a_long_pause_fires_everything(void **state)
{
    struct timer a = {.on_timeout = on_fire}, b = {.on_timeout = on_fire};

    (void)state;
    timer_arm(&wheel, &a, 1000, 100);
    timer_arm(&wheel, &b, 1000, 90000);
    wheel_advance(&wheel, 10000000);
    assert_int_equal(fired, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fires_once_not_early_and_within_a_tick, start),
        cmocka_unit_test_setup(outlasts_several_rounds, start),
        cmocka_unit_test_setup(rearming_moves_it, start),
        cmocka_unit_test_setup(a_callback_may_cancel_one_that_is_due_too,
                               start),
        cmocka_unit_test_setup(a_long_pause_fires_everything, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
