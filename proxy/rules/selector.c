#include "rules/selector.h"

/* ---- parsing (CSS Syntax 3, Selectors 4) -------------------------------- */

struct reader {
    struct arena *arena;
    struct str text;
    size_t at;
    enum selector_parse result;
    const char *why;
};

static bool fail(struct reader *r, enum selector_parse result, const char *why)
{
    r->result = result;
    r->why = why;
    return false;
}

static bool bad(struct reader *r, const char *why)
{
    return fail(r, SELECTOR_BAD, why);
}

/* The byte at the reader, or NUL at the end. */
static char peek(const struct reader *r)
{
    return r->at < r->text.len ? r->text.ptr[r->at] : '\0';
}

static bool take(struct reader *r, char c)
{
    if (r->at >= r->text.len || r->text.ptr[r->at] != c)
        return false;
    r->at++;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool skip_space(struct reader *r)
{
    size_t start = r->at;

    while (is_space(peek(r)))
        r->at++;
    return r->at > start;
}

static bool is_ident_char(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_' ||
           (unsigned char)c >= 0x80;
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = 0xfffd;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((len == 2 ? 0xc0 : len == 3 ? 0xe0 : 0xf0) | c);
    return len;
}

/* Behind a backslash. Writes up to four bytes. */
static size_t read_escape(struct reader *r, char *out)
{
    uint32_t c = 0;
    int digits = 0;

    for (; digits < 6 && ascii_hex(peek(r)) >= 0; digits++)
        c = c << 4 | (uint32_t)ascii_hex(r->text.ptr[r->at++]);
    if (digits > 0) {
        if (is_space(peek(r)))
            r->at++;
        return put_utf8(out, c);
    }
    out[0] = r->text.ptr[r->at++];
    return 1;
}

static bool read_ident(struct reader *r, struct str *out)
{
    /* An escape of two bytes may become three: U+FFFD. */
    char *name = arena_alloc(r->arena, (r->text.len - r->at) * 2 + 4);
    size_t len = 0, start = r->at;

    if (ascii_is_digit(peek(r)))
        return bad(r, "a name does not start with a digit (escape it)");
    while (r->at < r->text.len) {
        char c = peek(r);
        if (is_ident_char(c)) {
            name[len++] = c;
            r->at++;
        } else if (c == '\\' && r->at + 1 < r->text.len &&
                   r->text.ptr[r->at + 1] != '\n') {
            r->at++;
            len += read_escape(r, name + len);
        } else {
            break;
        }
    }
    if (len == 0 || (len == 1 && name[0] == '-' && r->at == start + 1))
        return bad(r, "expected a name");
    *out = str_make(name, len);
    return true;
}

static bool read_quoted(struct reader *r, struct str *out)
{
    char quote = r->text.ptr[r->at++];
    char *value = arena_alloc(r->arena, (r->text.len - r->at) * 2 + 4);
    size_t len = 0;

    while (!take(r, quote)) {
        if (r->at >= r->text.len)
            return bad(r, "string without its closing quote");
        if (take(r, '\\')) {
            if (r->at >= r->text.len)
                return bad(r, "string without its closing quote");
            if (!take(r, '\n'))
                len += read_escape(r, value + len);
        } else {
            value[len++] = r->text.ptr[r->at++];
        }
    }
    *out = str_make(value, len);
    return true;
}

static struct str lower(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);

    for (size_t i = 0; i < s.len; i++)
        copy[i] = ascii_lower(s.ptr[i]);
    return str_make(copy, s.len);
}

static bool read_operator(struct reader *r, enum selector_test *test)
{
    static const char marks[] = "^$*~|";
    static const enum selector_test tests[] = {SELECTOR_STARTS, SELECTOR_ENDS,
                                               SELECTOR_CONTAINS, SELECTOR_WORD,
                                               SELECTOR_DASH};

    *test = SELECTOR_EQUALS;
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        if (take(r, marks[i])) {
            *test = tests[i];
            break;
        }
    }
    return take(r, '=') || bad(r, "expected an operator such as \"=\" or "
                                  "\"^=\", or \"]\"");
}

static bool read_attribute_flag(struct reader *r, struct selector_simple *s)
{
    skip_space(r);
    if (take(r, 'i') || take(r, 'I'))
        s->fold = true;
    else if (!take(r, 's'))
        take(r, 'S');
    skip_space(r);
    return take(r, ']') || bad(r, "expected \"]\"");
}

/* Behind "[". */
static bool read_attribute(struct reader *r, struct selector_simple *s)
{
    skip_space(r);
    if (!read_ident(r, &s->name))
        return false;
    s->name = lower(r->arena, s->name);
    skip_space(r);
    s->test = SELECTOR_PRESENT;
    if (take(r, ']'))
        return true;
    if (!read_operator(r, &s->test))
        return false;
    skip_space(r);
    bool quoted = peek(r) == '"' || peek(r) == '\'';
    if (!(quoted ? read_quoted(r, &s->value) : read_ident(r, &s->value)))
        return false;
    return read_attribute_flag(r, s);
}

static bool read_compound(struct reader *r, struct selector_compound *out,
                          bool nested);

/* Behind ":not(". */
static bool read_not(struct reader *r, struct selector_simple *s)
{
    struct selector_compound nots[SELECTOR_PARTS_MAX];
    unsigned count = 0;

    do {
        if (count == SELECTOR_PARTS_MAX)
            return bad(r, "too many selectors in :not()");
        skip_space(r);
        if (!read_compound(r, &nots[count++], true))
            return false;
        skip_space(r);
    } while (take(r, ','));
    if (!take(r, ')'))
        return bad(r, ":not() takes simple selectors (expected \",\" or "
                      "\")\")");
    s->test = SELECTOR_NOT;
    s->nots = arena_grow(r->arena, nots, count, count, sizeof(nots[0]));
    s->not_count = count;
    return true;
}

/* Behind ":". */
static bool read_pseudo(struct reader *r, struct selector_simple *s,
                        bool nested)
{
    struct str name;

    if (take(r, ':'))
        return fail(r, SELECTOR_UNDECIDABLE, "pseudo-elements");
    if (!read_ident(r, &name))
        return false;
    if (str_ieq(name, STR("not")) && !nested && take(r, '('))
        return read_not(r, s);
    return fail(r, SELECTOR_UNDECIDABLE, "pseudo-classes other than :not()");
}

/* One simple selector; *found false if none stands here. */
static bool read_simple(struct reader *r, struct selector_simple *s,
                        bool nested, bool first, bool *found)
{
    *s = (struct selector_simple){0};
    *found = true;
    if (take(r, '#') || take(r, '.')) {
        bool id = r->text.ptr[r->at - 1] == '#';
        s->test = id ? SELECTOR_EQUALS : SELECTOR_WORD;
        s->name = id ? STR("id") : STR("class");
        return read_ident(r, &s->value);
    }
    if (take(r, '['))
        return read_attribute(r, s);
    if (take(r, ':'))
        return read_pseudo(r, s, nested);
    if (first && (is_ident_char(peek(r)) || peek(r) == '\\')) {
        s->test = SELECTOR_TYPE;
        if (!read_ident(r, &s->name))
            return false;
        s->name = lower(r->arena, s->name);
        return true;
    }
    *found = false;
    return true;
}

static bool read_compound(struct reader *r, struct selector_compound *out,
                          bool nested)
{
    struct selector_simple simples[SELECTOR_PARTS_MAX];
    unsigned count = 0;
    bool any = take(r, '*');

    for (;;) {
        bool found;
        if (count == SELECTOR_PARTS_MAX)
            return bad(r, "too long a selector");
        if (!read_simple(r, &simples[count], nested, count == 0 && !any,
                         &found))
            return false;
        if (!found)
            break;
        count++;
    }
    if (count == 0 && !any)
        return bad(r, "expected a selector");
    *out = (struct selector_compound){
        .simples =
            arena_grow(r->arena, simples, count, count, sizeof(simples[0])),
        .count = count,
    };
    return true;
}

/* What stands between two compounds. *more false: nothing, the selector ends.
 */
static bool read_combinator(struct reader *r, bool *child, bool *more)
{
    bool space = skip_space(r);
    char c = peek(r);

    *child = false;
    *more = false;
    if (r->at >= r->text.len || c == ',')
        return true;
    if (c == '+' || c == '~')
        return fail(r, SELECTOR_UNDECIDABLE, "sibling combinators");
    if (take(r, '>')) {
        *child = true;
        skip_space(r);
    } else if (!space) {
        return bad(r, "unexpected character in a selector");
    }
    *more = true;
    return true;
}

static bool read_selector(struct reader *r, struct selector *out)
{
    const struct selector_compound *left = NULL;
    bool child = false, more = true;
    size_t start;
    unsigned parts = 0;

    skip_space(r);
    for (start = r->at; more;) {
        struct selector_compound *c =
            arena_new(r->arena, struct selector_compound);
        if (++parts > SELECTOR_PARTS_MAX)
            return bad(r, "too long a selector");
        if (!read_compound(r, c, false))
            return false;
        c->left = left;
        c->child = child;
        left = c;
        out->text = str_sub(r->text, start, r->at - start);
        if (!read_combinator(r, &child, &more))
            return false;
    }
    if (left->count == 0 && left->left == NULL)
        return bad(r, "this selector matches every element");
    out->last = left;
    return true;
}

enum selector_parse selector_parse(struct arena *arena, struct str text,
                                   struct selector *out, unsigned *count,
                                   const char **why)
{
    struct reader r = {.arena = arena, .text = text};

    *count = 0;
    *why = "too long a selector";
    if (text.len > SELECTOR_MAX)
        return SELECTOR_BAD;
    do {
        if (*count == SELECTORS_MAX) {
            *why = "too many selectors in a list";
            return SELECTOR_BAD;
        }
        if (!read_selector(&r, &out[*count])) {
            *why = r.why;
            return r.result;
        }
        ++*count;
    } while (take(&r, ','));
    return SELECTOR_OK;
}

/* ---- matching ----------------------------------------------------------- */

static const struct str *find_attr(const struct element *e, struct str name)
{
    for (unsigned i = 0; i < e->attr_count; i++) {
        if (str_eq(e->attrs[i].name, name))
            return &e->attrs[i].value;
    }
    return NULL;
}

/* The next word of a list separated by white space; false at the end. */
static bool next_word(struct str *rest, struct str *word)
{
    size_t at = 0, end;

    while (at < rest->len && is_space(rest->ptr[at]))
        at++;
    for (end = at; end < rest->len && !is_space(rest->ptr[end]);)
        end++;
    *word = str_sub(*rest, at, end - at);
    *rest = str_from(*rest, end);
    return word->len > 0;
}

static bool equal(struct str a, struct str b, bool fold)
{
    return fold ? str_ieq(a, b) : str_eq(a, b);
}

static bool has_word(struct str value, struct str wanted, bool fold)
{
    struct str word;

    while (next_word(&value, &word)) {
        if (equal(word, wanted, fold))
            return true;
    }
    return false;
}

static bool test_value(const struct selector_simple *s, struct str value)
{
    struct str wanted = s->value;
    size_t len = wanted.len;

    switch (s->test) {
    case SELECTOR_PRESENT:
        return true;
    case SELECTOR_EQUALS:
        return equal(value, wanted, s->fold);
    case SELECTOR_STARTS:
        return len > 0 && equal(str_sub(value, 0, len), wanted, s->fold);
    case SELECTOR_ENDS:
        return len > 0 && value.len >= len &&
               equal(str_from(value, value.len - len), wanted, s->fold);
    case SELECTOR_CONTAINS:
        if (len == 0 || len > value.len)
            return false;
        return (s->fold ? str_ifind(value, wanted) : str_find(value, wanted)) <
               value.len;
    case SELECTOR_WORD:
        return has_word(value, wanted, s->fold);
    case SELECTOR_DASH:
        return equal(str_sub(value, 0, len), wanted, s->fold) &&
               (value.len == len || value.ptr[len] == '-');
    default:
        return false;
    }
}

static bool match_compound(const struct selector_compound *c,
                           const struct element *e);

static bool match_simple(const struct selector_simple *s,
                         const struct element *e)
{
    if (s->test == SELECTOR_TYPE)
        return str_eq(s->name, e->name);
    if (s->test == SELECTOR_NOT) {
        for (unsigned i = 0; i < s->not_count; i++) {
            if (match_compound(&s->nots[i], e))
                return false;
        }
        return true;
    }
    const struct str *value = find_attr(e, s->name);
    return value != NULL && test_value(s, *value);
}

static bool match_compound(const struct selector_compound *c,
                           const struct element *e)
{
    for (unsigned i = 0; i < c->count; i++) {
        if (!match_simple(&c->simples[i], e))
            return false;
    }
    return true;
}

enum match_result {
    MATCH_YES,
    MATCH_NO,    /* not with this element; a farther ancestor may do */
    MATCH_NEVER, /* the ancestors ran out: no farther one can do */
};

/* Telling NO from NEVER keeps this linear in the number of ancestors. */
static enum match_result match_chain(const struct selector_compound *c,
                                     const struct element *e)
{
    if (!match_compound(c, e))
        return MATCH_NO;
    if (c->left == NULL)
        return MATCH_YES;
    if (c->child)
        return e->parent != NULL ? match_chain(c->left, e->parent)
                                 : MATCH_NEVER;
    for (e = e->parent; e != NULL; e = e->parent) {
        enum match_result result = match_chain(c->left, e);
        if (result != MATCH_NO)
            return result;
    }
    return MATCH_NEVER;
}

bool selector_matches(const struct selector *s, const struct element *e)
{
    return match_chain(s->last, e) == MATCH_YES;
}

/* ---- filing ------------------------------------------------------------- */

enum key_kind { KEY_TAG = 1, KEY_ID, KEY_CLASS, KEY_ATTR, KEY_ANY };

uint32_t selector_tag_key(struct str tag)
{
    return index_key(tag, KEY_TAG);
}

/* How well a simple selector tells elements apart; 0: not at all. */
static int rank(const struct selector_simple *s)
{
    if (s->test == SELECTOR_NOT)
        return 0;
    if (s->test == SELECTOR_TYPE)
        return 2;
    if (s->test == SELECTOR_EQUALS && !s->fold && str_eq(s->name, STR("id")))
        return 4;
    if (s->test == SELECTOR_WORD && !s->fold && str_eq(s->name, STR("class")) &&
        s->value.len > 0)
        return 3;
    return 1;
}

uint32_t selector_key(const struct selector *s)
{
    const struct selector_simple *best = NULL;

    for (unsigned i = 0; i < s->last->count; i++) {
        const struct selector_simple *simple = &s->last->simples[i];
        if (rank(simple) > (best != NULL ? rank(best) : 0))
            best = simple;
    }
    if (best == NULL)
        return index_key(STR(""), KEY_ANY);
    switch (rank(best)) {
    case 4:
        return index_key(best->value, KEY_ID);
    case 3:
        return index_key(best->value, KEY_CLASS);
    case 2:
        return selector_tag_key(best->name);
    default:
        return index_key(best->name, KEY_ATTR);
    }
}

bool selector_is_unkeyed(const struct selector *s)
{
    return selector_key(s) == index_key(STR(""), KEY_ANY);
}

bool selector_names_tag(const struct selector *s, struct str *tag)
{
    for (unsigned i = 0; i < s->last->count; i++) {
        if (s->last->simples[i].test == SELECTOR_TYPE) {
            *tag = s->last->simples[i].name;
            return true;
        }
    }
    return false;
}

static bool each_attr_key(const struct element_attr *attr, selector_key_fn *fn,
                          void *ctx)
{
    struct str rest = attr->value, word;

    if (fn(ctx, index_key(attr->name, KEY_ATTR)))
        return true;
    if (str_eq(attr->name, STR("id")))
        return fn(ctx, index_key(attr->value, KEY_ID));
    if (!str_eq(attr->name, STR("class")))
        return false;
    while (next_word(&rest, &word)) {
        if (fn(ctx, index_key(word, KEY_CLASS)))
            return true;
    }
    return false;
}

bool selector_each_key(const struct element *e, selector_key_fn *fn, void *ctx)
{
    if (fn(ctx, selector_tag_key(e->name)) ||
        fn(ctx, index_key(STR(""), KEY_ANY)))
        return true;
    for (unsigned i = 0; i < e->attr_count; i++) {
        if (each_attr_key(&e->attrs[i], fn, ctx))
            return true;
    }
    return false;
}
