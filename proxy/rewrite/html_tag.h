/* rewrite/html_tag.h - one tag: where it ends, its name, its attributes.
 *
 * WHATWG HTML 13.2.5.6 to 13.2.5.40, on bytes: CR counts as LF, vertical tab
 * is no space, names keep their case and are compared without it. Two readers
 * agree on where a tag ends: html_tag_parse for a tag that lies whole in
 * memory, tag_scan for one that comes in pieces.
 */
#pragma once

#include "rewrite/html_name.h"

struct html_attr {
    const char *name, *value; /* as in the page, references not decoded */
    uint32_t name_len, value_len;
    uint32_t hash; /* of the name in lower case */
    uint8_t id;    /* enum attr_id */
    bool has_value;
    char quote; /* '"', '\'' or 0 */
};

enum {
    TAG_ATTRS_MAX = 1024, /* a tag with more is too long to judge */
    TAG_LEN_MAX = 1 << 30,
};

/* Zero-initialise; the attributes' memory is kept from tag to tag. */
struct html_tag {
    struct str text; /* from "<" to ">" */
    struct str name; /* as in the page */
    enum tag_id id;
    uint32_t hash; /* of the name */
    bool is_end, self_closing;
    bool too_many;    /* more than TAG_ATTRS_MAX attributes */
    uint64_t present; /* a bit per enum attr_id that occurs */
    unsigned count;
    struct html_attr *attrs;
    unsigned room; /* private */
};

/* Read the tag at `text.ptr`, where "<" or "</" and a letter stand.
 *
 * t        points into `text` afterwards
 * Returns  false if its end is not there: it has to be read anew when more
 *          has come.
 */
bool html_tag_parse(struct html_tag *t, struct str text);

/* Read only the name of a tag, as far as it is there; no attributes. */
void html_tag_parse_name(struct html_tag *t, struct str text);

/* The first attribute of that number, as the first of duplicates wins; NULL
 * if there is none. */
const struct html_attr *html_tag_attr(const struct html_tag *t,
                                      enum attr_id id);

static inline struct str attr_value(const struct html_attr *a)
{
    return str_make(a->value, a->value_len);
}

static inline struct str attr_name(const struct html_attr *a)
{
    return str_make(a->name, a->name_len);
}

void html_tag_release(struct html_tag *t);

#define ATTR_BIT(id) ((uint64_t)1 << (id))

/* White space between attributes and around values: TAB, LF, FF, CR, SP. */
bool html_is_space(char c);

/* Without white space at both ends. */
struct str html_trim(struct str s);

/* Take the next word off a list separated by white space; false at its end. */
bool html_next_word(struct str *rest, struct str *word);

/* Finds the end of a tag that comes in pieces. Zero-initialise at "<". */
struct tag_scan {
    unsigned char state;
    bool self_closing; /* valid at the end */
};

/* Scan on. Returns where the tag ends, behind its ">", or NULL if it does not
 * end in [at, end). */
const char *tag_scan(struct tag_scan *s, const char *at, const char *end);
