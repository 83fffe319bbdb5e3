#include "base/check.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    const char *a, *b;
    bool eq, ieq, starts, istarts, ends;
} comparisons[] = {
    {"", "", true, true, true, true, true},
    {"a", "", false, false, true, true, true},
    {"", "a", false, false, false, false, false},
    {"abc", "abc", true, true, true, true, true},
    {"abc", "ABC", false, true, false, true, false},
    {"abc", "ab", false, false, true, true, false},
    {"abc", "AB", false, false, false, true, false},
    {"abc", "bc", false, false, false, false, true},
    {"@", "`", false, false, false, false, false},
    {"\xc3\x84", "\xc3\xa4", false, false, false, false, false},
};

static void strings_compare(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(comparisons); i++) {
        struct str a = str_of(comparisons[i].a), b = str_of(comparisons[i].b);
        if (str_eq(a, b) != comparisons[i].eq ||
            str_ieq(a, b) != comparisons[i].ieq ||
            str_starts(a, b) != comparisons[i].starts ||
            str_istarts(a, b) != comparisons[i].istarts ||
            str_ends(a, b) != comparisons[i].ends) {
            print_error("[%s, %s]\n", comparisons[i].a, comparisons[i].b);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static const struct {
    const char *text, *needle;
    size_t want, want_folded;
} searches[] = {
    {"", "", 0, 0},         {"abc", "", 0, 0},      {"", "a", 0, 0},
    {"abcabc", "bc", 1, 1}, {"abcabc", "BC", 6, 1}, {"abc", "abcd", 3, 3},
    {"aab", "ab", 1, 1},    {"abc", "c", 2, 2},     {"abc", "x", 3, 3},
};

static void needles_are_found(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(searches); i++) {
        struct str text = str_of(searches[i].text);
        struct str needle = str_of(searches[i].needle);
        if (str_find(text, needle) != searches[i].want ||
            str_ifind(text, needle) != searches[i].want_folded) {
            print_error("[%s in %s]\n", searches[i].needle, searches[i].text);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static void characters_are_found(void **state)
{
    (void)state;
    assert_int_equal(str_find_char(STR("a.b.c"), '.', 0), 1);
    assert_int_equal(str_find_char(STR("a.b.c"), '.', 2), 3);
    assert_int_equal(str_find_char(STR("a.b.c"), '.', 4), 5);
    assert_int_equal(str_find_char(STR("a.b.c"), '.', 99), 5);
    assert_int_equal(str_find_char((struct str){NULL, 0}, '.', 0), 0);
}

static void parts_are_clipped(void **state)
{
    (void)state;
    assert_true(str_eq(str_from(STR("abc"), 1), STR("bc")));
    assert_true(str_eq(str_from(STR("abc"), 9), STR("")));
    assert_true(str_eq(str_sub(STR("abc"), 1, 1), STR("b")));
    assert_true(str_eq(str_sub(STR("abc"), 1, 99), STR("bc")));
    assert_true(str_eq(str_sub(STR("abc"), 99, 1), STR("")));
}

static const struct {
    const char *text, *want;
} trims[] = {
    {"", ""},     {" \t ", ""},     {"a", "a"},         {" a", "a"},
    {"a\t", "a"}, {" a b ", "a b"}, {"\r\na", "\r\na"},
};

static void white_space_is_trimmed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(trims); i++)
        assert_true(
            str_eq(str_trim(str_of(trims[i].text)), str_of(trims[i].want)));
}

static const struct {
    const char *text;
    size_t count;
    const char *pieces[4];
} cuts[] = {
    {"", 1, {""}},        {"a", 1, {"a"}},    {"a,b", 2, {"a", "b"}},
    {"a,", 2, {"a", ""}}, {",", 2, {"", ""}}, {"a,,b", 3, {"a", "", "b"}},
};

static void cutting_ends_behind_the_last_piece(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        struct str rest = str_of(cuts[i].text);
        size_t count = 0;
        while (rest.ptr != NULL && count < 4) {
            struct str piece = str_cut(&rest, ',');
            failed += count >= cuts[i].count ||
                      !str_eq(piece, str_of(cuts[i].pieces[count]));
            count++;
        }
        failed += count != cuts[i].count;
    }
    assert_int_equal(failed, 0);
}

static const struct {
    const char *text;
    uint64_t max;
    bool good;
    uint64_t want;
} numbers[] = {
    {"0", 10, true, 0},
    {"007", 10, true, 7},
    {"10", 10, true, 10},
    {"11", 10, false, 0},
    {"", 10, false, 0},
    {"-1", 10, false, 0},
    {"1 ", 10, false, 0},
    {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
    {"18446744073709551616", UINT64_MAX, false, 0},
    {"99999999999999999999999", UINT64_MAX, false, 0},
};

static void numbers_are_read(void **state)
{
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        uint64_t n = 42;
        bool good = str_to_uint(str_of(numbers[i].text), numbers[i].max, &n);
        if (good != numbers[i].good ||
            n != (good ? numbers[i].want : (uint64_t)42)) {
            print_error("[%s]\n", numbers[i].text);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static void hexadecimal_digits_have_values(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        const char *digits = "0123456789abcdef";
        const char *at = c != 0 ? strchr(digits, ascii_lower((char)c)) : NULL;
        assert_int_equal(ascii_hex((char)c),
                         at != NULL ? (int)(at - digits) : -1);
    }
}

static void hashes_tell_strings_apart(void **state)
{
    static const char *const texts[] = {
        "",        "a",        "b",         "ab",
        "ba",      "abcdefgh", "abcdefghi", "abcdefghabcdefgh",
        "hgfedcba"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        for (size_t j = 0; j < ARRAY_LEN(texts); j++)
            assert_int_equal(str_hash(str_of(texts[i])) ==
                                 str_hash(str_of(texts[j])),
                             i == j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_compare),
        cmocka_unit_test(needles_are_found),
        cmocka_unit_test(characters_are_found),
        cmocka_unit_test(parts_are_clipped),
        cmocka_unit_test(white_space_is_trimmed),
        cmocka_unit_test(cutting_ends_behind_the_last_piece),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(hexadecimal_digits_have_values),
        cmocka_unit_test(hashes_tell_strings_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
