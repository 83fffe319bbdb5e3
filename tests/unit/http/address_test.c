#include "http/address.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
    const char *address, *want;
} rows[] = {
    {"203.0.113.77", "203.0.113.0"},
    {"2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
    {"::ffff:203.0.113.77", "203.0.113.0"},
    {"::1", "::"},
    {"localhost", "-"},
    {"", "-"},
    {"203.0.113.77.203.0.113.77.203.0.113.77.203.0.113.77", "-"},
};

static void the_last_part_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        address_write_truncated(&out, str_of(rows[i].address));
        buf_append_char(&out, '\0');
        assert_string_equal(out.data, rows[i].want);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_part_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
