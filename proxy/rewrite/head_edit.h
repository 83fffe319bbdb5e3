/* rewrite/head_edit.h - a head on its way out: what the edits of requests and
 * responses share.
 *
 * Lines that stay as they are and stood beside each other are copied together.
 */
#pragma once

#include "base/buf.h"
#include "rewrite/request_edit.h"

struct head_edit {
    struct buf *out;
    const struct visit *visit;
    struct arena *arena;
    head_edit_fn *on_edit; /* may be NULL */
    void *edit_ctx;
    bool nominates; /* Connection names fields of the message: go by name */
    const char *run, *run_end; /* private: lines that wait for head_flush */
};

/* Pass a field as it is. */
void head_pass(struct head_edit *e, const struct field *f);

/* Write what head_pass collected. */
void head_flush(struct head_edit *e);

/* Write a line of our own. */
void head_line(struct head_edit *e, struct str name, struct str value);

/* Write a line in pieces: append the value to e->out between the two calls.
 * `keep` false: the line goes after all. */
size_t head_begin(struct head_edit *e, struct str name);
void head_end(struct head_edit *e, size_t mark, bool keep);

/* Tell that something went. `rule` may be NULL: by policy. */
void head_note(struct head_edit *e, const struct rule *rule, const char *kind);

/* Whether a field is for this hop only: by its id, or because Connection names
 * it. What the visitor says (DNT, Sec-GPC) cannot be taken away like that. */
bool head_is_hop(const struct head_edit *e, const struct fields *fields,
                 const struct field *f);

/* Whether Connection names anything but its usual options; for `nominates`. */
bool connection_nominates(const struct fields *fields);

/* Content-Length or Transfer-Encoding, as the framing says. */
void head_framing(struct head_edit *e, const struct framing *framing);
