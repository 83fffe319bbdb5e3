/* base/diag.h - complaints about a file that a person wrote.
 *
 * A diag collects every problem of a run, so that one run tells all of them;
 * a reader reports and goes on. A problem is printed as
 *
 *     FILE:LINE:COLUMN: error: POINTER: what is wrong (hint)
 *
 * with lines and columns from 1, columns in bytes, POINTER the JSON Pointer
 * (RFC 6901) of the value. Columns are computed only when printing.
 */
#pragma once

#include "base/arena.h"

struct json;

struct diag_problem {
    struct str file;
    unsigned line, column; /* 0: the file as a whole */
    struct str pointer;    /* empty for what is not JSON */
    struct str message;
    const struct diag_problem *next;
};

/* Zero-initialise with an arena that outlives it. */
struct diag {
    struct arena *arena;
    const struct diag_problem *first;
    struct diag_problem *last;
    unsigned errors;
};

/* Report a problem with a JSON value at its place. */
void diag_error(struct diag *d, const struct json *value, const char *format,
                ...) PRINTF_LIKE(3, 4);

/* Report a problem with the key of a member at the key's place. */
void diag_key_error(struct diag *d, const struct json *member,
                    const char *format, ...) PRINTF_LIKE(3, 4);

/* Where a value stands, for a problem that is found when its JSON is gone. */
struct diag_place {
    struct str file, pointer;
    unsigned line, column;
};

struct diag_place diag_place_of(struct arena *a, const struct json *value);

/* Report a problem at such a place. */
void diag_place_error(struct diag *d, const struct diag_place *place,
                      const char *format, ...) PRINTF_LIKE(3, 4);

/* Report a problem at a place of any text file; line 0: the whole file. */
void diag_file_error(struct diag *d, struct str file, unsigned line,
                     unsigned column, const char *format, ...)
    PRINTF_LIKE(5, 6);

/* The name nearest to `text` by edit distance if it is near enough to be a
 * slip of the finger, else NULL. `names` ends in NULL. */
const char *diag_closest(struct str text, const char *const *names);

/* The text of one problem, without a newline, in the arena. */
struct str diag_format(struct arena *a, const struct diag_problem *p);
