#include "app/filter_stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char rules[] =
    "{\"name\": \"n\", \"rules\": ["
    "{\"id\": \"a\", \"purpose\": \"social\", \"hosts\": [\"a.example\"]},"
    "{\"id\": \"b\", \"purpose\": \"social\", \"hosts\": [\"b.example\"]}]}";

static void edits_are_told_by_way_rule_and_kind(void **state)
{
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    struct purposes purposes;
    struct filter_stats stats;
    char *text = NULL;
    size_t len = 0;

    (void)state;
    purposes_init(&purposes);
    struct ruleset *set =
        ruleset_load_texts(&d, &purposes, &(struct str)STR_INIT("f"),
                           &(struct str)STR_INIT(rules), 1);
    assert_non_null(set);
    filter_stats_init(&stats, set, &arena);
    const struct rule *a = ruleset_rule(set, 0), *b = ruleset_rule(set, 1);
    filter_stats_count(&stats, b, EDIT_REMOVED, EDIT_SCRIPT);
    filter_stats_count(&stats, b, EDIT_REMOVED, EDIT_SCRIPT);
    filter_stats_count(&stats, b, EDIT_REMOVED, EDIT_INLINE);
    filter_stats_count(&stats, a, EDIT_REMOVED, EDIT_IMG);
    filter_stats_count(&stats, NULL, EDIT_REMOVED, EDIT_IMG);
    filter_stats_count(&stats, a, EDIT_NEUTRALISED, EDIT_HOST);
    stats.bytes_in = 5000000000;
    stats.bytes_out = 7;

    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    filter_stats_print(&stats, out);
    fclose(out);
    assert_string_equal(
        text, "{\"removed\": {\"a\": {\"img\": 1}, \"b\": {\"script\": 2, "
              "\"inline\": 1}, \"unclassified\": {\"img\": 1}}, \"deferred\": "
              "{}, \"placeholders\": {}, \"neutralised\": {\"a\": {\"host\": "
              "1}}, \"bytes_in\": 5000000000, \"bytes_out\": 7}\n");
    free(text);
    ruleset_free(set);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_told_by_way_rule_and_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
