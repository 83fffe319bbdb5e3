#include "rewrite/forwarded.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TRACE  "0123456789abcdef0123456789abcdef"
#define PARENT "0123456789abcdef"
#define ZERO   "00000000000000000000000000000000"

static const struct {
    const char *value;
    bool valid;
} traces[] = {
    {"00-" TRACE "-" PARENT "-01", true},
    {"00-" TRACE "-" PARENT "-00", true},
    {"01-" TRACE "-" PARENT "-00-more", true},
    {"00-" TRACE "-" PARENT "-00-more", false},
    {"01-" TRACE "-" PARENT "-00more", false},
    {"ff-" TRACE "-" PARENT "-01", false},
    {"00-" ZERO "-" PARENT "-01", false},
    {"00-" TRACE "-0000000000000000-01", false},
    {"00-0123456789ABCDEF0123456789abcdef-" PARENT "-01", false},
    {"00-" TRACE "-" PARENT "-0", false},
    {"00-" TRACE "-" PARENT "-0g", false},
    {"00-" TRACE "-" PARENT, false},
    {"00-" TRACE, false},
    {"0-" TRACE "-" PARENT "-01", false},
    {"0", false},
    {"", false},
};

static void traces_are_passed_on_when_valid(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(traces); i++) {
        print_message("[%s]\n", traces[i].value);
        assert_int_equal(traceparent_is_valid(str_of(traces[i].value)),
                         traces[i].valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_are_passed_on_when_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
