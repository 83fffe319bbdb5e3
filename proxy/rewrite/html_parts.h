/* rewrite/html_parts.h - the rewriter's state; private to html_*.c. */
#pragma once

#include "base/buf.h"
#include "rewrite/charref.h"
#include "rewrite/html.h"
#include "rewrite/html_tag.h"
#include "rewrite/tree.h"

enum {
    HOLDS_MAX = 16,     /* elements being removed one within another */
    TAIL_MAX = 40,      /* bytes of output remembered */
    STUBS_MAX = 32,     /* rules that may leave a stub in one page */
    HTML_DEPTH_MAX = 4, /* documents within documents */
    OTHER_HINTS = 64,
    CLASS_HINTS = 128,
    URL_HINTS = 128,
};

/* What the lexer is in. */
enum lex_state {
    LEX_DATA,
    LEX_TEXT, /* of an element whose content is text, up to its end tag */
    LEX_PLAINTEXT,
    LEX_COMMENT,
    LEX_BOGUS, /* up to the next ">" */
    LEX_CDATA,
};

/* What `carry` holds of the input. */
enum carry_state {
    CARRY_NONE,
    CARRY_OPENING, /* "<" and what may become a token */
    CARRY_TAG,     /* a tag without its end */
    CARRY_LONG,    /* the beginning of a tag beyond the limit */
};

enum script_state { SCRIPT_PLAIN, SCRIPT_ESCAPED, SCRIPT_DOUBLE };

/* What becomes of an element's text. */
enum text_use {
    USE_PASS,
    USE_DROP,
    USE_SCRIPT,   /* held back and judged */
    USE_RULES,    /* speculation rules: the same, goes whole */
    USE_FALLBACK, /* noscript: rewritten as markup */
    USE_STYLE,
};

/* The end of what was put out, to see whether text could join. */
struct tail {
    char bytes[TAIL_MAX];
    unsigned len;
};

/* An element that is being removed: its bare start tag and what it holds so
 * far stand in `held` from `at` on, to be given back if it does not end. */
struct hold {
    size_t at;
    struct tree tree; /* as before the element */
    struct tail tail;
    enum tag_id id;
    uint32_t hash;
    unsigned depth; /* open elements below it */
    enum space space;
    size_t script_at; /* of a script in SVG, whose text decides: where it
                         begins in `held`; else 0 */
    struct match match;
    enum edit_kind kind;
};

struct script {
    bool in_place;     /* still lies in the input, unbroken, from `start` on */
    const char *start; /* of the start tag */
    const char *text;  /* behind the start tag */
    struct buf buf;    /* else: start tag and text */
    size_t text_at;    /* in buf */
    bool passed;       /* too long: the beginning has gone out */
};

struct tag_edit { /* replace [from, to) of a tag */
    const char *from, *to;
    struct str text;
};

struct html {
    const struct pipeline_options *options;
    struct arena *arena;
    struct arena scratch; /* emptied between tags */
    sink_fn *sink;
    void *sink_ctx;
    unsigned nesting; /* documents around this one */

    struct url document; /* what "base" is relative to */
    struct url base;
    bool base_seen;
    struct tree tree;
    bool doctype_seen, tag_seen;

    /* input: [mark, at) is done with and goes out as it came */
    const char *mark, *at, *end;
    enum lex_state lex;
    enum carry_state carrying;
    struct buf carry;
    struct tag_scan scan;
    int back[3]; /* the last bytes of a comment or CDATA section */

    /* text of raw elements */
    enum tag_id text_name;
    enum text_mode text_mode;
    enum text_use use;
    enum script_state script_state;
    unsigned dashes;
    struct script script;
    struct html *fallback, *inner; /* for noscript, srcdoc */
    struct css *css;

    /* the tag in hand */
    struct html_tag tag;
    struct tree_tag tree_tag;
    enum space space;
    bool carried; /* it lies in `carry`, not in the input */
    struct tag_edit *edits;
    unsigned edit_count, edit_room;
    struct element_attr *element_attrs;
    unsigned element_room;
    struct path_entry *path; /* PATH_MAX_DEPTH; NULL: nobody asks for it */

    /* output */
    struct buf held;
    struct hold *holds; /* room for HOLDS_MAX, made when first needed */
    unsigned hold_count;
    struct tail tail;
    const struct rule *stubs[STUBS_MAX];
    unsigned stub_count;

    /* what selectors ask for, as far as asked before (enum known) */
    uint8_t tag_hints[TAG_COUNT], attr_hints[ATTR_COUNT];
    /* hashes of attributes' names, and of class attributes, nobody asks for */
    uint32_t other_hints[OTHER_HINTS];
    uint64_t class_hints[CLASS_HINTS];
    uint64_t url_hints[URL_HINTS]; /* of references that are not denied */
};

/* ---- output: html_out.c -------------------------------------------------- */

/* Put out, or add to what is held. */
void html_write(struct html *h, struct str s);

/* The input up to `to` goes out as it came. */
void html_pass_to(struct html *h, const char *to);

/* The tag in hand does not go out (as it came). What stood before it has. */
void html_cut_tag(struct html *h);

/* The tag in hand goes out as it came. */
void html_keep_tag(struct html *h);

/* Something was taken out here: put an empty comment in the place if what
 * stands before could join what comes. */
void html_close_gap(struct html *h);

/* Give back everything held: an element did not end. */
void html_give_back(struct html *h);

/* A hash under which what was found out before is remembered. */
uint64_t html_hash(struct str s);

void html_count(struct html *h, const struct match *m, enum edit_way way,
                enum edit_kind kind);

/* ---- deciding: html_judge.c ------------------------------------------- */

struct css;

struct verdict { /* why an element goes as a whole */
    struct match match;
    enum edit_kind kind;
};

/* Decide on the start tag in hand. Returns whether the element goes, and why
 * in *v; if it stays, changes to its attributes are in h->edits. */
bool html_judge(struct html *h, struct verdict *v);

/* Whether a reference (as it stands in an attribute) is denied. */
bool html_denies(struct html *h, struct str value, enum resource_type type,
                 struct match *m);

/* The same, decoded. */
bool html_denies_decoded(struct html *h, struct str reference,
                         enum resource_type type, struct match *m);

/* Whether a selector denies the element of the start tag in hand. */
bool html_denies_element(struct html *h, struct match *m);

/* Remember the element of the start tag in hand, which the tree has just been
 * told of, for selectors that ask for ancestors. */
void html_note_element(struct html *h);
void html_release_path(struct html *h);

/* Whether a script element of this start tag would run: no data block. */
bool html_is_script(const struct html *h);
bool html_is_rules(const struct html *h); /* speculation rules */

/* ---- changing tags: html_edit.c ---------------------------------------- */

void edit_add(struct html *h, const char *from, const char *to,
              struct str text);
void edit_empty_value(struct html *h, const struct html_attr *a);
void edit_value(struct html *h, const struct html_attr *a, struct str value);

/* Make the tag inert: sources renamed, the purpose noted. */
void edit_defer(struct html *h, const struct match *m);

/* The tag in hand with its edits applied, in scratch memory. */
struct str edited_tag(struct html *h);

/* Text with "&", "<", ">" and quotes escaped, all of it ASCII. */
struct str escaped_text(struct arena *arena, struct str text);

/* A value as it stands between these quotes. */
struct str escaped_value(struct arena *arena, struct str text);

/* ---- removing: html_remove.c ------------------------------------------- */

/* Take the element of the start tag in hand out. */
void html_remove(struct html *h, const struct verdict *v);

/* The start tag in hand opens a script in SVG, whose text is read as markup is:
 * hold it back until its text is known. */
void html_hold_script(struct html *h);

/* A tag beyond the limits: leave nothing of it but its name. */
void html_neutralise(struct html *h);

/* Tell the tree of the tag in hand, and finish what it ends of the elements
 * being removed. Returns how the text behind a start tag is read; *consumed:
 * the tag was the end tag of one of them. */
enum text_mode html_enter_tree(struct html *h, bool *consumed);

/* How the content of the element of the start tag in hand is read, if the tree
 * lets it be. */
enum text_mode html_text_mode(const struct html *h);

/* What stands in the place of something removed: a stub for scripts, a box,
 * or nothing. */
void html_leave_behind(struct html *h, const struct match *m,
                       enum edit_kind kind);

/* ---- text of elements: html_text.c, html_script.c ---------------------------
 */

/* The start tag in hand opens an element whose content is text. The tag itself
 * has been dealt with but for scripts, which html_script holds back. */
void html_text_begin(struct html *h, enum text_mode mode, enum text_use use);
void html_text(struct html *h, struct str s, bool carried);
void html_text_end(struct html *h); /* the end tag is in hand */
void html_text_cut(struct html *h); /* the end of the document came instead */

void script_begin(struct html *h);
void script_add(struct html *h, struct str text);
void script_pause(struct html *h); /* the input's bytes end here */
void script_settle(struct html *h, const char *end); /* its text does */
void script_end(struct html *h);
void script_cut(struct html *h);

/* Judge the text of a script in SVG, references not decoded. Returns the text
 * that may stay, ptr NULL if none may. */
struct str script_judge_foreign(struct html *h, struct str text,
                                struct match *m);

/* The text of a script or handler with denied hosts made unresolvable; `text`
 * itself if there are none. */
struct str script_without_hosts(struct html *h, struct str text,
                                struct match *m);

/* ---- tags: html_rewrite.c ---------------------------------------------- */

/* A rewriter within this one, whose output is this one's. */
struct html *html_new_inner(struct html *outer, bool scripting);
void html_restart(struct html *h, const struct url *base);

void html_prepare_tag(struct html *h);

void html_on_start_tag(struct html *h);
void html_on_end_tag(struct html *h);
