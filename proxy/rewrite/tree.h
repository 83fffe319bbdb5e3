/* rewrite/tree.h - what a browser's tree builder would have open right now.
 *
 * How bytes are cut into tokens depends on the open elements: whether <style>
 * holds text or markup, whether <![CDATA[ opens anything, where an element
 * ends that has no end tag. This keeps the stack of open elements (names and
 * namespaces, no tree), the list of active formatting elements, and as much of
 * the insertion modes as follows from them: WHATWG HTML 13.2.4 and 13.2.6, as
 * of 2026 (select holds anything, template may be live). Insertion modes up to
 * "after head" are not told apart: html and body count as open from the start.
 */
#pragma once

#include "rewrite/html_name.h"

enum space { SPACE_HTML, SPACE_SVG, SPACE_MATH };

enum {
    TREE_DEPTH_MAX = 1024,     /* open elements: a tag beyond is left out */
    TREE_FORMATTING_MAX = 256, /* active formatting elements, likewise */
};

/* How the text behind a start tag is read. */
enum text_mode {
    TEXT_DATA,
    TEXT_RCDATA,
    TEXT_RAWTEXT,
    TEXT_SCRIPT,
    TEXT_PLAINTEXT,
    TEXT_IGNORED, /* data; the browser drops this start tag */
};

/* What the tree has to know of a tag. */
struct tree_tag {
    enum tag_id id;
    uint32_t hash; /* of the name */
    bool self_closing;
    /* An attribute that decides: font with color, face or size;
     * annotation-xml in an encoding of HTML; input of type hidden; template
     * with shadowrootmode or for. */
    bool decisive;
    uint32_t fingerprint; /* of name and attributes, for formatting elements */
};

struct open_element {
    uint8_t id;    /* enum tag_id */
    uint8_t space; /* enum space */
    uint8_t flags;
    uint8_t hold; /* 0, or the mark of tree_mark_top */
    uint32_t key; /* the name's hash; of formatting elements a serial number */
    uint32_t number; /* unique in this tree: says which element this is */
};

struct formatting;

/* Members are private but for those commented. */
struct tree {
    struct open_element *open;
    unsigned count;
    unsigned room;
    struct formatting *list;
    unsigned list_count, list_room;
    uint32_t serial, number;
    uint16_t seen[TAG_COUNT]; /* open elements by name */
    bool scripting;           /* noscript holds raw text */
    bool quirks;              /* no doctype was seen: set by the caller */
    bool frameset_ok, in_frameset, form_open;
    unsigned inert; /* open templates whose content is not live */
    unsigned ended; /* lowest mark closed by the last call; 0: none */
    unsigned low;   /* how many elements are open below what it closed */
};

/* A tree with html and body open. Release with tree_release. */
void tree_init(struct tree *t, bool scripting);
void tree_release(struct tree *t);

/* A copy, to come back to. */
void tree_copy(struct tree *out, const struct tree *t);

/* Whether another element, or formatting element, would go beyond the limits.
 */
static inline bool tree_is_full(const struct tree *t)
{
    return t->count > TREE_DEPTH_MAX;
}

static inline bool tree_list_is_full(const struct tree *t)
{
    return t->list_count > TREE_FORMATTING_MAX;
}

/* The namespace that an element of this start tag would be in. */
enum space tree_space(const struct tree *t, const struct tree_tag *tag);

/* Whether this start tag would leave foreign content ("break out"). */
bool tree_breaks_out(const struct tree *t, const struct tree_tag *tag);

/* The elements that tree_breaks_out would close: how many, from the top. */
unsigned tree_foreign_depth(const struct tree *t);

/* Whether every start tag but few is dropped here: frameset pages, "in column
 * group" of a template. */
bool tree_drops(const struct tree *t, const struct tree_tag *tag);

/* Whether "<![CDATA[" opens a section: the current node is not HTML's. */
static inline bool tree_is_foreign(const struct tree *t)
{
    return t->open[t->count - 1].space != SPACE_HTML;
}

/* A start tag. Sets `ended` and `low`. */
enum text_mode tree_start(struct tree *t, const struct tree_tag *tag);

/* An end tag. Sets `ended` and `low`. */
void tree_end(struct tree *t, const struct tree_tag *tag);

/* An end tag of the name of the element on top: end it if nothing else comes
 * of it. Returns false if tree_end has to see the tag. */
bool tree_pop_plain(struct tree *t);

/* Text in data state: may reopen formatting elements; ends what a frameset
 * may replace. */
void tree_text(struct tree *t, struct str text);

/* Whether tree_text has any effect now. */
static inline bool tree_minds_text(const struct tree *t);

/* Mark the element on top, so that `ended` tells when it is closed. `mark` is
 * 1 to 255; outer elements have lower marks. */
void tree_mark_top(struct tree *t, unsigned mark);

struct formatting {
    uint8_t id; /* 0: a marker */
    bool open;  /* on the stack too */
    uint32_t key, fingerprint;
};

static inline bool tree_minds_text(const struct tree *t)
{
    return t->frameset_ok ||
           (t->list_count > 0 && !t->list[t->list_count - 1].open &&
            t->list[t->list_count - 1].id != 0);
}
