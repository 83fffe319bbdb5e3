/* rules/filter_index.h - from a request to the few filters worth a try.
 *
 * A filter is filed under one thing that a URL must have for it to match: the
 * host it names, or a token of its pattern, a run of letters and digits that
 * stands there whole ("/ads/banner." has "ads" and "banner"), or the first or
 * last three letters of one that the pattern cuts off, or the page's host for
 * filters that nothing in the URL tells apart. Of several the rarest among all
 * filters is taken. What has none of it is tried always.
 *
 * tests/unit/rules/filter_index_test.c and tests/fuzz/fuzz_filter.c hold the
 * index to a matcher that tries every filter.
 */
#pragma once

#include "rules/filter.h"
#include "rules/index.h"

struct filter_index { /* zeroed: no filters */
    const struct filter *filters;
    size_t count;
    /* Apart, so that the many hosts do not push the few tokens, which are asked
     * for more often, out of the cache. */
    struct index hosts, pages, tokens, parts;
    const uint64_t *signatures; /* of the tokens that each filter needs */
    const uint32_t *always;     /* ended by INDEX_LAST; NULL: none */
    size_t always_count;
};

/* Build for an array that lives as long as the index. */
void filter_index_build(struct filter_index *x, struct arena *arena,
                        const struct filter *filters, size_t count);

/* Called for each candidate, perhaps twice for one; true ends the search. */
typedef bool filter_fn(void *ctx, const struct filter *f, struct request *r);

/* Call fn for every filter that may match the request. Returns whether fn
 * ended the search. */
bool filter_index_each(const struct filter_index *x, struct request *r,
                       filter_fn *fn, void *ctx);
