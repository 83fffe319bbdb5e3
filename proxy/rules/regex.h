/* rules/regex.h - regular expressions that cannot run away.
 *
 * PCRE2 with the JIT and limits on matching. A subject on which a pattern hits
 * a limit counts as not matched, and is counted. A compiled pattern is
 * immutable and shared by all workers.
 */
#pragma once

#include "base/arena.h"

enum {
    REGEX_MATCH_LIMIT = 100000,
    REGEX_HEAP_LIMIT = 1024,  /* KiB */
    REGEX_PATTERN_MAX = 4096, /* bytes */
};

struct regex;

enum regex_flags {
    REGEX_CASELESS = 1,
    REGEX_JAVASCRIPT = 2, /* escapes as in the filters of browsers */
};

/* Compile `pattern`. It is freed with the arena.
 *
 * error    set to what is wrong if NULL is returned; lives in the arena
 * offset   set to where in the pattern */
const struct regex *regex_compile(struct arena *arena, struct str pattern,
                                  unsigned flags, struct str *error,
                                  size_t *offset);

bool regex_matches(const struct regex *r, struct str subject);

/* What every match must contain, as a filter pattern: literal runs in their
 * order, with "*" between, before and behind them. "*" if nothing is certain.
 * `lower`: the runs in lower case. */
struct str regex_literals(struct arena *arena, struct str pattern, bool lower);

/* The letters with which every match starts, where "^" and literals say so;
 * empty if nothing is certain. */
struct str regex_prefix(struct arena *arena, struct str pattern);

/* How often a limit was hit since the program started. */
uint64_t regex_limit_hits(void);
