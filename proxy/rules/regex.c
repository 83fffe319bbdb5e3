#define PCRE2_CODE_UNIT_WIDTH 8

#include "rules/regex.h"

#include "base/buf.h"

#include <stdatomic.h>

#include <pcre2.h>

struct regex {
    pcre2_code *code;
    pcre2_match_context *context;
};

static _Atomic uint64_t limit_hits;

static void regex_close(void *object)
{
    struct regex *r = object;

    pcre2_match_context_free(r->context);
    pcre2_code_free(r->code);
}

static uint32_t compile_options(unsigned flags)
{
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_DOLLAR_ENDONLY;

    if ((flags & REGEX_CASELESS) != 0)
        options |= PCRE2_CASELESS;
    if ((flags & REGEX_JAVASCRIPT) != 0)
        options |= PCRE2_ALT_BSUX | PCRE2_MATCH_UNSET_BACKREF;
    return options;
}

const struct regex *regex_compile(struct arena *arena, struct str pattern,
                                  unsigned flags, struct str *error,
                                  size_t *offset)
{
    int code = 0;

    *offset = 0;
    if (pattern.len > REGEX_PATTERN_MAX) {
        *error = STR("longer than 4096 bytes");
        return NULL;
    }
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len,
                      compile_options(flags), &code, offset, NULL);
    if (compiled == NULL) {
        char *text = arena_alloc(arena, 256);
        pcre2_get_error_message(code, (PCRE2_UCHAR *)text, 256);
        *error = str_of(text);
        return NULL;
    }
    /* Without the JIT (no executable memory) it is interpreted. */
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    struct regex *r = arena_new(arena, struct regex);
    r->code = compiled;
    r->context = pcre2_match_context_create(NULL);
    CHECK(r->context != NULL);
    pcre2_set_match_limit(r->context, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(r->context, REGEX_MATCH_LIMIT);
    pcre2_set_heap_limit(r->context, REGEX_HEAP_LIMIT);
    arena_defer(arena, regex_close, r);
    return r;
}

bool regex_matches(const struct regex *r, struct str subject)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);

    CHECK(data != NULL);
    PCRE2_SPTR text = (PCRE2_SPTR)(subject.ptr != NULL ? subject.ptr : "");
    int code = pcre2_match(r->code, text, subject.len, 0, 0, data, r->context);
    pcre2_match_data_free(data);
    if (code < PCRE2_ERROR_NOMATCH)
        atomic_fetch_add_explicit(&limit_hits, 1, memory_order_relaxed);
    return code >= 0;
}

uint64_t regex_limit_hits(void)
{
    return atomic_load_explicit(&limit_hits, memory_order_relaxed);
}

/* ---- literals ---------------------------------------------------------- */

/* The offset behind the group or class that opens at `at`. */
static size_t skip_bracket(struct str p, size_t at)
{
    size_t depth = 0;
    bool class = false;

    for (; at < p.len; at++) {
        char c = p.ptr[at];
        if (c == '\\') {
            at++;
        } else if (class) {
            class = c != ']';
        } else if (c == '[') {
            /* A ] that stands first is a member of the class. */
            size_t next = at + 1;
            if (next < p.len && p.ptr[next] == '^')
                next++;
            class = true;
            if (next < p.len && p.ptr[next] == ']')
                at = next;
        } else if (c == '(') {
            depth++;
        } else if (c == ')') {
            depth--;
        }
        if (!class && depth == 0)
            return at + 1;
    }
    return p.len;
}

static bool has_alternative(struct str p)
{
    for (size_t at = 0; at < p.len;) {
        char c = p.ptr[at];
        if (c == '|')
            return true;
        if (c == '(' || c == '[')
            at = skip_bracket(p, at);
        else
            at += c == '\\' ? 2 : 1;
    }
    return false;
}

/* Whether what stands before `at` may be absent or repeated. */
static bool is_quantified(struct str p, size_t at)
{
    return at < p.len && strchr("?*+{", p.ptr[at]) != NULL;
}

/* The literal byte of the atom at `at`, or -1; *end is set behind the atom. */
static int literal_atom(struct str p, size_t at, size_t *end)
{
    char c = p.ptr[at];

    *end = at + 1;
    if (c == '(' || c == '[') {
        *end = skip_bracket(p, at);
        return -1;
    }
    if (c == '{') {
        *end = str_find_char(p, '}', at);
        *end += *end < p.len;
        return -1;
    }
    if (c == '\\') {
        *end = at + 2 < p.len ? at + 2 : p.len;
        if (at + 1 >= p.len || ascii_is_alnum(p.ptr[at + 1]))
            return -1;
        return (unsigned char)p.ptr[at + 1];
    }
    if (strchr(".^$?*+{}|)", c) != NULL || (unsigned char)c >= 0x80)
        return -1;
    return (unsigned char)c;
}

/* Whether behind this atom the letters may not be what they seem: escapes with
 * arguments, and options such as (?i), which hold to the pattern's end. */
static bool ends_certainty(struct str rest)
{
    if (rest.len < 2)
        return true;
    if (rest.ptr[0] == '\\')
        return strchr("dDwWsSbBnrtfv", rest.ptr[1]) == NULL;
    return rest.ptr[0] == '(' && rest.ptr[1] == '?' && rest.len > 2 &&
           strchr(":=!<", rest.ptr[2]) == NULL;
}

static void append_star(struct buf *out)
{
    struct str s = buf_str(out);

    if (s.len == 0 || s.ptr[s.len - 1] != '*')
        buf_append_char(out, '*');
}

struct str regex_literals(struct arena *arena, struct str pattern, bool lower)
{
    struct buf out = {0};

    append_star(&out);
    bool sequence =
        !has_alternative(pattern) && !str_starts(pattern, STR("(*"));
    for (size_t at = 0, end; sequence && at < pattern.len; at = end) {
        int c = literal_atom(pattern, at, &end);
        if (c < 0 && ends_certainty(str_from(pattern, at)))
            break;
        if (c < 0 || c == '*' || c == '^' || is_quantified(pattern, end)) {
            append_star(&out);
            continue;
        }
        buf_append_char(&out, lower ? ascii_lower((char)c) : (char)c);
    }
    append_star(&out);
    struct str literals = arena_dup(arena, buf_str(&out));
    buf_release(&out);
    return literals;
}

struct str regex_prefix(struct arena *arena, struct str pattern)
{
    char *prefix = arena_alloc(arena, pattern.len + 1);
    size_t len = 0;

    if (!str_starts(pattern, STR("^")) || has_alternative(pattern))
        return (struct str){NULL, 0};
    for (size_t at = 1, end; at < pattern.len; at = end) {
        int c = literal_atom(pattern, at, &end);
        if (c < 0 || is_quantified(pattern, end))
            break;
        prefix[len++] = (char)c;
    }
    return str_make(prefix, len);
}
