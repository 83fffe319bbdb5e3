/* rewrite/html_name.h - names of elements and attributes as small numbers.
 *
 * Names that some rule of HTML's parser or of ours speaks of have a number;
 * all others are TAG_OTHER or ATTR_OTHER and told apart by their hash. What
 * the parser's rules ask of an element's name stands beside it as bits, so
 * that the tree of open elements asks one table.
 */
#pragma once

#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum tag_trait {
    TRAIT_SPECIAL = 1 << 0,     /* the category "special" (13.2.4.2) */
    TRAIT_VOID = 1 << 1,        /* never has content */
    TRAIT_SCOPE = 1 << 2,       /* ends the default scope (13.2.4.2) */
    TRAIT_FORMATTING = 1 << 3,  /* the category "formatting" */
    TRAIT_IMPLIED = 1 << 4,     /* "generate implied end tags" */
    TRAIT_IMPLIED_ALL = 1 << 5, /* … "thoroughly", besides the former */
    TRAIT_CLOSES_P = 1 << 6,    /* a start tag closes an open p */
    TRAIT_BLOCK = 1 << 7,       /* an end tag closes by default scope */
    TRAIT_BREAKOUT = 1 << 8,    /* a start tag leaves foreign content */
    TRAIT_TABLE_PART = 1 << 9,  /* caption, col, …: means nothing elsewhere */
    TRAIT_HEAD = 1 << 10,       /* handled by the rules of "in head" */
    TRAIT_FULL = 1 << 11,       /* a start tag rules out a frameset */
    TRAIT_HEADING = 1 << 12,
};

/* X(number, name, traits) */
#define TAG_NAMES(X)                                                           \
    X(A, "a", TRAIT_FORMATTING)                                                \
    X(ADDRESS, "address", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)        \
    X(ANIMATE, "animate", 0)                                                   \
    X(ANNOTATION_XML, "annotation-xml", 0)                                     \
    X(APPLET, "applet", TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_FULL)              \
    X(AREA, "area", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_FULL)                   \
    X(ARTICLE, "article", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)        \
    X(ASIDE, "aside", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)            \
    X(AUDIO, "audio", 0)                                                       \
    X(B, "b", TRAIT_FORMATTING | TRAIT_BREAKOUT)                               \
    X(BASE, "base", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_HEAD)                   \
    X(BASEFONT, "basefont", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_HEAD)           \
    X(BGSOUND, "bgsound", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_HEAD)             \
    X(BIG, "big", TRAIT_FORMATTING | TRAIT_BREAKOUT)                           \
    X(BLOCKQUOTE, "blockquote",                                                \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT)           \
    X(BODY, "body", TRAIT_SPECIAL | TRAIT_BREAKOUT)                            \
    X(BR, "br", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_BREAKOUT | TRAIT_FULL)      \
    X(BUTTON, "button", TRAIT_SPECIAL | TRAIT_BLOCK | TRAIT_FULL)              \
    X(CAPTION, "caption",                                                      \
      TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_IMPLIED_ALL | TRAIT_TABLE_PART)      \
    X(CENTER, "center",                                                        \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT)           \
    X(CODE, "code", TRAIT_FORMATTING | TRAIT_BREAKOUT)                         \
    X(COL, "col", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_TABLE_PART)               \
    X(COLGROUP, "colgroup",                                                    \
      TRAIT_SPECIAL | TRAIT_IMPLIED_ALL | TRAIT_TABLE_PART)                    \
    X(DD, "dd", TRAIT_SPECIAL | TRAIT_IMPLIED | TRAIT_BREAKOUT | TRAIT_FULL)   \
    X(DESC, "desc", 0)                                                         \
    X(DETAILS, "details", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)        \
    X(DIALOG, "dialog", TRAIT_CLOSES_P | TRAIT_BLOCK)                          \
    X(DIR, "dir", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)                \
    X(DIV, "div",                                                              \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT)           \
    X(DL, "dl", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT) \
    X(DT, "dt", TRAIT_SPECIAL | TRAIT_IMPLIED | TRAIT_BREAKOUT | TRAIT_FULL)   \
    X(EM, "em", TRAIT_FORMATTING | TRAIT_BREAKOUT)                             \
    X(EMBED, "embed",                                                          \
      TRAIT_SPECIAL | TRAIT_VOID | TRAIT_BREAKOUT | TRAIT_FULL)                \
    X(FEIMAGE, "feimage", 0)                                                   \
    X(FIELDSET, "fieldset", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)      \
    X(FIGCAPTION, "figcaption", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)  \
    X(FIGURE, "figure", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)          \
    X(FONT, "font", TRAIT_FORMATTING)                                          \
    X(FOOTER, "footer", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)          \
    X(FOREIGNOBJECT, "foreignobject", 0)                                       \
    X(FORM, "form", TRAIT_SPECIAL)                                             \
    X(FRAME, "frame", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_TABLE_PART)           \
    X(FRAMESET, "frameset", TRAIT_SPECIAL)                                     \
    X(H1, "h1",                                                                \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BREAKOUT | TRAIT_HEADING)         \
    X(H2, "h2",                                                                \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BREAKOUT | TRAIT_HEADING)         \
    X(H3, "h3",                                                                \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BREAKOUT | TRAIT_HEADING)         \
    X(H4, "h4",                                                                \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BREAKOUT | TRAIT_HEADING)         \
    X(H5, "h5",                                                                \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BREAKOUT | TRAIT_HEADING)         \
    X(H6, "h6",                                                                \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BREAKOUT | TRAIT_HEADING)         \
    X(HEAD, "head", TRAIT_SPECIAL | TRAIT_BREAKOUT | TRAIT_TABLE_PART)         \
    X(HEADER, "header", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)          \
    X(HGROUP, "hgroup", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)          \
    X(HR, "hr",                                                                \
      TRAIT_SPECIAL | TRAIT_VOID | TRAIT_CLOSES_P | TRAIT_BREAKOUT |           \
          TRAIT_FULL)                                                          \
    X(HTML, "html", TRAIT_SPECIAL | TRAIT_SCOPE)                               \
    X(I, "i", TRAIT_FORMATTING | TRAIT_BREAKOUT)                               \
    X(IFRAME, "iframe", TRAIT_SPECIAL | TRAIT_FULL)                            \
    X(IMAGE, "image", TRAIT_VOID | TRAIT_FULL) /* is an img in HTML */         \
    X(IMG, "img", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_BREAKOUT | TRAIT_FULL)    \
    X(INPUT, "input", TRAIT_SPECIAL | TRAIT_VOID)                              \
    X(KEYGEN, "keygen", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_FULL)               \
    X(LI, "li", TRAIT_SPECIAL | TRAIT_IMPLIED | TRAIT_BREAKOUT | TRAIT_FULL)   \
    X(LINK, "link", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_HEAD)                   \
    X(LISTING, "listing",                                                      \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT |          \
          TRAIT_FULL)                                                          \
    X(MAIN, "main", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)              \
    X(MALIGNMARK, "malignmark", 0)                                             \
    X(MARQUEE, "marquee", TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_FULL)            \
    X(MATH, "math", 0)                                                         \
    X(MENU, "menu",                                                            \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT)           \
    X(META, "meta", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_BREAKOUT | TRAIT_HEAD)  \
    X(MGLYPH, "mglyph", 0)                                                     \
    X(MI, "mi", 0)                                                             \
    X(MN, "mn", 0)                                                             \
    X(MO, "mo", 0)                                                             \
    X(MS, "ms", 0)                                                             \
    X(MTEXT, "mtext", 0)                                                       \
    X(NAV, "nav", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)                \
    X(NOBR, "nobr", TRAIT_FORMATTING | TRAIT_BREAKOUT)                         \
    X(NOEMBED, "noembed", TRAIT_SPECIAL)                                       \
    X(NOFRAMES, "noframes", TRAIT_SPECIAL | TRAIT_HEAD)                        \
    X(NOSCRIPT, "noscript", TRAIT_SPECIAL)                                     \
    X(OBJECT, "object", TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_FULL)              \
    X(OL, "ol", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT) \
    X(OPTGROUP, "optgroup", TRAIT_IMPLIED)                                     \
    X(OPTION, "option", TRAIT_IMPLIED)                                         \
    X(P, "p", TRAIT_SPECIAL | TRAIT_IMPLIED | TRAIT_CLOSES_P | TRAIT_BREAKOUT) \
    X(PARAM, "param", TRAIT_SPECIAL | TRAIT_VOID)                              \
    X(PLAINTEXT, "plaintext", TRAIT_SPECIAL | TRAIT_CLOSES_P)                  \
    X(PRE, "pre",                                                              \
      TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT |          \
          TRAIT_FULL)                                                          \
    X(RB, "rb", TRAIT_IMPLIED)                                                 \
    X(RP, "rp", TRAIT_IMPLIED)                                                 \
    X(RT, "rt", TRAIT_IMPLIED)                                                 \
    X(RTC, "rtc", TRAIT_IMPLIED)                                               \
    X(RUBY, "ruby", TRAIT_BREAKOUT)                                            \
    X(S, "s", TRAIT_FORMATTING | TRAIT_BREAKOUT)                               \
    X(SCRIPT, "script", TRAIT_SPECIAL | TRAIT_HEAD)                            \
    X(SEARCH, "search", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)          \
    X(SECTION, "section", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)        \
    X(SELECT, "select",                                                        \
      TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_BLOCK | TRAIT_FULL)                  \
    X(SET, "set", 0)                                                           \
    X(SMALL, "small", TRAIT_FORMATTING | TRAIT_BREAKOUT)                       \
    X(SOURCE, "source", TRAIT_SPECIAL | TRAIT_VOID)                            \
    X(SPAN, "span", TRAIT_BREAKOUT)                                            \
    X(STRIKE, "strike", TRAIT_FORMATTING | TRAIT_BREAKOUT)                     \
    X(STRONG, "strong", TRAIT_FORMATTING | TRAIT_BREAKOUT)                     \
    X(STYLE, "style", TRAIT_SPECIAL | TRAIT_HEAD)                              \
    X(SUB, "sub", TRAIT_BREAKOUT)                                              \
    X(SUMMARY, "summary", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK)        \
    X(SUP, "sup", TRAIT_BREAKOUT)                                              \
    X(SVG, "svg", 0)                                                           \
    X(TABLE, "table",                                                          \
      TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_BREAKOUT | TRAIT_FULL)               \
    X(TBODY, "tbody", TRAIT_SPECIAL | TRAIT_IMPLIED_ALL | TRAIT_TABLE_PART)    \
    X(TD, "td",                                                                \
      TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_IMPLIED_ALL | TRAIT_TABLE_PART)      \
    X(TEMPLATE, "template", TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_HEAD)          \
    X(TEXTAREA, "textarea", TRAIT_SPECIAL | TRAIT_FULL)                        \
    X(TFOOT, "tfoot", TRAIT_SPECIAL | TRAIT_IMPLIED_ALL | TRAIT_TABLE_PART)    \
    X(TH, "th",                                                                \
      TRAIT_SPECIAL | TRAIT_SCOPE | TRAIT_IMPLIED_ALL | TRAIT_TABLE_PART)      \
    X(THEAD, "thead", TRAIT_SPECIAL | TRAIT_IMPLIED_ALL | TRAIT_TABLE_PART)    \
    X(TITLE, "title", TRAIT_SPECIAL | TRAIT_HEAD)                              \
    X(TR, "tr", TRAIT_SPECIAL | TRAIT_IMPLIED_ALL | TRAIT_TABLE_PART)          \
    X(TRACK, "track", TRAIT_SPECIAL | TRAIT_VOID)                              \
    X(TT, "tt", TRAIT_FORMATTING | TRAIT_BREAKOUT)                             \
    X(U, "u", TRAIT_FORMATTING | TRAIT_BREAKOUT)                               \
    X(UL, "ul", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_BLOCK | TRAIT_BREAKOUT) \
    X(USE, "use", 0)                                                           \
    X(VAR, "var", TRAIT_BREAKOUT)                                              \
    X(VIDEO, "video", 0)                                                       \
    X(WBR, "wbr", TRAIT_SPECIAL | TRAIT_VOID | TRAIT_FULL)                     \
    X(XMP, "xmp", TRAIT_SPECIAL | TRAIT_CLOSES_P | TRAIT_FULL)

enum tag_id {
    TAG_OTHER,
#define X(id, name, traits) TAG_##id,
    TAG_NAMES(X)
#undef X
        TAG_COUNT,
};

/* X(number, name) */
#define ATTR_NAMES(X)                                                          \
    X(ACTION, "action")                                                        \
    X(AS, "as")                                                                \
    X(ATTRIBUTENAME, "attributename")                                          \
    X(ATTRIBUTIONSRC, "attributionsrc")                                        \
    X(BACKGROUND, "background")                                                \
    X(BY, "by")                                                                \
    X(CLASS, "class")                                                          \
    X(COLOR, "color")                                                          \
    X(CONTENT, "content")                                                      \
    X(DATA, "data")                                                            \
    X(DYNSRC, "dynsrc")                                                        \
    X(ENCODING, "encoding")                                                    \
    X(EVENT, "event")                                                          \
    X(FACE, "face")                                                            \
    X(FOR, "for")                                                              \
    X(FORMACTION, "formaction")                                                \
    X(FROM, "from")                                                            \
    X(HREF, "href")                                                            \
    X(HTTP_EQUIV, "http-equiv")                                                \
    X(ID, "id")                                                                \
    X(IMAGESRCSET, "imagesrcset")                                              \
    X(LANGUAGE, "language")                                                    \
    X(LOWSRC, "lowsrc")                                                        \
    X(PING, "ping")                                                            \
    X(POSTER, "poster")                                                        \
    X(REL, "rel")                                                              \
    X(SHADOWROOTMODE, "shadowrootmode")                                        \
    X(SIZE, "size")                                                            \
    X(SRC, "src")                                                              \
    X(SRCDOC, "srcdoc")                                                        \
    X(SRCSET, "srcset")                                                        \
    X(STYLE, "style")                                                          \
    X(TO, "to")                                                                \
    X(TYPE, "type")                                                            \
    X(VALUES, "values")                                                        \
    X(XLINK_HREF, "xlink:href")

enum attr_id {
    ATTR_OTHER,
    ATTR_HANDLER, /* on… */
#define X(id, name) ATTR_##id,
    ATTR_NAMES(X)
#undef X
        ATTR_COUNT,
};

extern const uint16_t tag_traits[TAG_COUNT]; /* tag_trait bits, in HTML */

/* A name in lower case as two words, for comparing and hashing. Names of more
 * than 16 bytes are none of ours: of them it has the beginning and the hash. */
struct name_key {
    uint64_t low, high;
    uint32_t hash;
    uint32_t len;
};

/* The key of a name. Names that differ in ASCII case only have equal keys.
 * `end` is where the memory that may be read ends, at or behind the name. */
static inline struct name_key name_key(struct str name, const char *end);

/* The number of an element's name. */
static inline enum tag_id tag_find(const struct name_key *key);

/* The name of a number; empty for TAG_OTHER. */
struct str tag_name(enum tag_id id);

/* The number of an attribute's name. */
static inline enum attr_id attr_find(const struct name_key *key);

/* ---- of these, what has to be fast ------------------------------------------
 */

enum {
    TAG_SLOTS = 1024,
    ATTR_SLOTS = 512,
    NAME_KEY_MAX = 16, /* bytes that two words hold */
};

/* Open-addressed tables of numbers, and the keys of all numbers; filled before
 * main. */
struct name_tables {
    uint8_t tag_slots[TAG_SLOTS], attr_slots[ATTR_SLOTS];
    struct name_key tags[TAG_COUNT], attrs[ATTR_COUNT];
};
extern struct name_tables name_tables;

/* The key of a name that is too long for two words, or too near to the end of
 * the memory that may be read. */
struct name_key name_key_slowly(struct str name);

static inline uint32_t name_hash_words(uint64_t low, uint64_t high)
{
    uint64_t mixed =
        low * 0x9e3779b97f4a7c15 ^ (high ^ low >> 32) * 0xc2b2ae3d27d4eb4f;

    return (uint32_t)(mixed >> 32 ^ mixed >> 15);
}

#ifdef __SSE2__

static inline struct name_key name_key(struct str name, const char *end)
{
    static const signed char ones[2 * NAME_KEY_MAX] = {
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    };

    if (name.len > NAME_KEY_MAX || end - name.ptr < NAME_KEY_MAX)
        return name_key_slowly(name);
    const __m128i c = _mm_loadu_si128((const __m128i *)name.ptr);
    const __m128i keep =
        _mm_loadu_si128((const __m128i *)(ones + NAME_KEY_MAX - name.len));
    __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(c, _mm_set1_epi8('A' - 1)),
                                  _mm_cmplt_epi8(c, _mm_set1_epi8('Z' + 1)));
    upper = _mm_and_si128(upper, _mm_set1_epi8(0x20));
    const __m128i lower = _mm_and_si128(_mm_or_si128(c, upper), keep);
    uint64_t low = (uint64_t)_mm_cvtsi128_si64(lower);
    uint64_t high =
        (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(lower, lower));
    return (struct name_key){low, high, name_hash_words(low, high),
                             (uint32_t)name.len};
}

#else

static inline struct name_key name_key(struct str name, const char *end)
{
    (void)end;
    return name_key_slowly(name);
}

#endif

static inline unsigned name_find(const uint8_t *slots, size_t size,
                                 const struct name_key *keys,
                                 const struct name_key *key)
{
    for (size_t at = key->hash % size; slots[at] != 0; at = (at + 1) % size) {
        const struct name_key *known = &keys[slots[at]];
        if (known->low == key->low && known->high == key->high &&
            known->len == key->len)
            return slots[at];
    }
    return 0;
}

static inline enum tag_id tag_find(const struct name_key *key)
{
    return (enum tag_id)name_find(name_tables.tag_slots, TAG_SLOTS,
                                  name_tables.tags, key);
}

static inline enum attr_id attr_find(const struct name_key *key)
{
    static const char on[2] = "on";

    if (key->len > 2 && memcmp(&key->low, on, sizeof(on)) == 0)
        return ATTR_HANDLER;
    return (enum attr_id)name_find(name_tables.attr_slots, ATTR_SLOTS,
                                   name_tables.attrs, key);
}
