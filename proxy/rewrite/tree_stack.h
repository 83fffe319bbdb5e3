/* rewrite/tree_stack.h - the tree's two lists; private to tree*.c. */
#pragma once

#include "rewrite/tree.h"

enum element_flags {
    ELEMENT_HTML_POINT = 1, /* an HTML integration point by its encoding */
    ELEMENT_INERT = 2,      /* a template whose content is not live */
};

/* Template insertion modes, kept in the flags of a template. */
enum template_mode {
    TEMPLATE_START = 0 << 4, /* "in template" */
    TEMPLATE_BODY = 1 << 4,
    TEMPLATE_TABLE = 2 << 4,
    TEMPLATE_TBODY = 3 << 4,
    TEMPLATE_ROW = 4 << 4,
    TEMPLATE_COLUMNS = 5 << 4,
    TEMPLATE_MODES = 7 << 4,
};

enum scope { /* 13.2.4.2, which elements end the search */
             SCOPE_DEFAULT,
             SCOPE_BUTTON,
             SCOPE_LIST,
             SCOPE_TABLE,
};

enum { NOT_FOUND = -1 };

static inline struct open_element *tree_top(const struct tree *t)
{
    return &t->open[t->count - 1];
}

static inline bool is_html(const struct open_element *e, enum tag_id id)
{
    return e->id == id && e->space == SPACE_HTML;
}

/* The stack of open elements. */
void stack_push(struct tree *t, enum tag_id id, enum space space,
                unsigned flags, uint32_t key);
void stack_pop_to(struct tree *t, unsigned count);
void stack_remove(struct tree *t, unsigned at);
bool element_is_special(const struct open_element *e);

/* The index of the nearest such HTML element in scope, or NOT_FOUND. */
int stack_find(const struct tree *t, enum tag_id id, enum scope scope);

/* Close the nearest such element if it is in scope, with all above it. */
bool stack_close(struct tree *t, enum tag_id id, enum scope scope);

/* "Any other end tag" of 13.2.6.4.7. */
void stack_end_other(struct tree *t, enum tag_id id, uint32_t key);

/* The index of the nearest element that decides the table mode. */
unsigned stack_table_node(const struct tree *t);

/* The list of active formatting elements (13.2.4.3). */
void formatting_push(struct tree *t, const struct tree_tag *tag);
void formatting_mark(struct tree *t);
void formatting_clear(struct tree *t); /* up to the last marker */
void formatting_reopen(struct tree *t);
void formatting_closed(struct tree *t, uint32_t key);

/* The adoption agency (13.2.6.4.7) for an end tag of that name. */
void formatting_end(struct tree *t, enum tag_id id);

/* Whether such an element stands behind the last marker. */
bool formatting_has(const struct tree *t, enum tag_id id);

/* Forget the last entry of that name, and close it if it is open. */
void formatting_drop(struct tree *t, enum tag_id id);

/* Start and end tags of tables and their parts (13.2.6.4.9 to 15). */
enum text_mode table_start(struct tree *t, const struct tree_tag *tag);
void table_end(struct tree *t, enum tag_id id);
