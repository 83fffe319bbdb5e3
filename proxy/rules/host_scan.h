/* rules/host_scan.h - host names that stand in a script's text.
 *
 * A run of letters, digits, "-", "_" and dots is a name; whether it is one of
 * ours or below one is asked of an index, and only if its last label is a top
 * level that one of ours has. So `document.body` costs next to nothing, and the
 * number of hosts does not matter. What escapes leave in front (%2F, \x2F,
 * \u002F, \n) does not belong to a name.
 */
#pragma once

#include "rules/index.h"

struct host_entry {
    struct str host; /* lower case */
    uint32_t rule;
    bool allow; /* an exception of its rule */
};

struct host_scan { /* zeroed: no hosts */
    const struct host_entry *entries;
    size_t count;
    struct index index;
    uint64_t top_levels[64]; /* a bit by hash of the last label */
};

enum { HOST_NAME_MAX_LEN = 253 };

/* Build for an array that lives as long as the scan. */
void host_scan_build(struct host_scan *h, struct arena *arena,
                     const struct host_entry *entries, size_t count);

/* A name found in a text: the whole name, and in lower case. */
struct host_found {
    size_t at, len;
    struct str host; /* in `room` */
    char room[HOST_NAME_MAX_LEN + 1];
};

/* The next name at or after `from` that may be one of ours or below one. */
bool host_scan_next(const struct host_scan *h, struct str text, size_t from,
                    struct host_found *out);

/* true ends the search. */
typedef bool host_fn(void *ctx, const struct host_entry *e);

/* Call fn for each entry that `host`, in lower case, is or is below; the most
 * specific come first. Returns whether fn ended the search. */
bool host_scan_each(const struct host_scan *h, struct str host, host_fn *fn,
                    void *ctx);
