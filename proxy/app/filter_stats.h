/* app/filter_stats.h - what `heed filter --stats` tells: edits by rule.
 *
 *     {"removed": {"RULE": {"script": 2}}, "deferred": {}, "placeholders": {},
 *      "neutralised": {}, "bytes_in": 0, "bytes_out": 0}
 */
#pragma once

#include "rewrite/pipeline.h"

#include <stdio.h>

enum { EDIT_WAYS = EDIT_NEUTRALISED + 1 };

struct filter_stats {
    const struct ruleset *rules;
    unsigned *counts; /* by way, rule (the last: none) and kind */
    uint64_t bytes_in, bytes_out;
};

void filter_stats_init(struct filter_stats *stats, const struct ruleset *rules,
                       struct arena *arena);

/* An edit_fn: count one; `ctx` is the stats. */
void filter_stats_count(void *ctx, const struct rule *rule, enum edit_way way,
                        enum edit_kind kind);

/* Print the JSON, one line. */
void filter_stats_print(const struct filter_stats *stats, FILE *out);
