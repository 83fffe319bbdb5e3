#include "base/json.h"

#include "base/buf.h"
#include "base/file.h"

#include <stdlib.h>

#include <cjson/cJSON.h>

enum { NUMBER_MAX_LEN = 63 }; /* what cJSON reads of a number */

/* A walk over the text beside cJSON's tree. It is also the stricter reader of
 * the two: cJSON takes control characters in strings, numbers such as 01 and
 * a byte order mark. Where cJSON gave up there is no tree, and the walk says
 * what is wrong where. */
struct walk {
    struct diag *d;
    struct json_file *file;
    size_t at;
};

/* The length of the UTF-8 sequence at s.ptr[at]; 0 if there is none. */
static size_t utf8_step(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + at;
    size_t left = s.len - at;

    if (p[0] < 0x80)
        return 1;
    if (left < 2 || p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    unsigned char low = 0x80, high = 0xbf; /* bounds of the second byte */
    if (p[0] == 0xe0)
        low = 0xa0;
    if (p[0] == 0xed)
        high = 0x9f; /* no surrogates */
    if (p[0] == 0xf0)
        low = 0x90;
    if (p[0] == 0xf4)
        high = 0x8f;
    if (p[1] < low || p[1] > high)
        return 0;
    size_t len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (left < len)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

/* Report a fault at w->at; returns false so that callers can return it. */
static bool fault(struct walk *w, const char *what)
{
    struct json place = {.file = w->file, .at = w->at};

    diag_error(w->d, &place, "%s", what);
    return false;
}

static char peek(const struct walk *w)
{
    return w->at < w->file->text.len ? w->file->text.ptr[w->at] : '\0';
}

static bool take(struct walk *w, char c)
{
    if (peek(w) != c)
        return false;
    w->at++;
    return true;
}

static void skip_space(struct walk *w)
{
    while (peek(w) == ' ' || peek(w) == '\t' || peek(w) == '\n' ||
           peek(w) == '\r')
        w->at++;
}

static bool take_digits(struct walk *w)
{
    size_t start = w->at;

    while (ascii_is_digit(peek(w)))
        w->at++;
    return w->at > start;
}

static bool walk_number(struct walk *w)
{
    size_t start = w->at;

    take(w, '-');
    bool leading_zero = peek(w) == '0';
    size_t digits = w->at;
    if (!take_digits(w))
        return fault(w, "not a number (expected a digit)");
    if (leading_zero && w->at - digits > 1) {
        w->at = digits;
        return fault(w, "a number does not start with 0");
    }
    if (take(w, '.') && !take_digits(w))
        return fault(w, "not a number (expected a digit behind the point)");
    if (take(w, 'e') || take(w, 'E')) {
        if (!take(w, '-'))
            take(w, '+');
        if (!take_digits(w))
            return fault(w, "not a number (expected digits as exponent)");
    }
    if (w->at - start > NUMBER_MAX_LEN) {
        w->at = start;
        return fault(w, "number too long");
    }
    return true;
}

static bool hex_escape(struct walk *w, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, w->at++) {
        int digit = ascii_hex(peek(w));
        if (digit < 0)
            return fault(w, "bad escape (expected four hexadecimal digits)");
        *unit = *unit << 4 | (unsigned)digit;
    }
    return true;
}

static bool walk_unicode_escape(struct walk *w)
{
    size_t start = w->at;
    unsigned unit, low;

    if (!hex_escape(w, &unit))
        return false;
    if (unit == 0) {
        w->at = start;
        return fault(w, "NUL in a string");
    }
    if ((unit & 0xf800) != 0xd800)
        return true;
    if (unit < 0xdc00 && take(w, '\\') && take(w, 'u')) {
        if (!hex_escape(w, &low))
            return false;
        if ((low & 0xfc00) == 0xdc00)
            return true;
    }
    w->at = start;
    return fault(w, "half a surrogate pair in a string");
}

static bool walk_escape(struct walk *w)
{
    char c = peek(w);

    if (take(w, 'u'))
        return walk_unicode_escape(w);
    if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
        return fault(w, "unknown escape in a string (write \\\\ for a "
                        "backslash)");
    w->at++;
    return true;
}

/* Behind the opening quote. *escaped: whether it holds escapes. */
static bool walk_string(struct walk *w, bool *escaped)
{
    size_t start = w->at - 1;

    *escaped = false;
    for (;;) {
        if (w->at >= w->file->text.len) {
            w->at = start;
            return fault(w, "string without its closing quote");
        }
        if (take(w, '"'))
            return true;
        if (take(w, '\\')) {
            *escaped = true;
            if (!walk_escape(w))
                return false;
        } else if ((unsigned char)peek(w) < 0x20) {
            return fault(w, "control character in a string (expected an "
                            "escape such as \\n)");
        } else {
            w->at++;
        }
    }
}

/* The string whose quote stands at w->at. What cJSON decoded is needed only if
 * there was something to decode. */
static bool read_string(struct walk *w, const char *decoded, struct str *out)
{
    size_t start = w->at + 1;
    bool escaped;

    if (!take(w, '"'))
        return fault(w, "expected a key in double quotes");
    if (!walk_string(w, &escaped))
        return false;
    if (escaped && decoded != NULL)
        *out = arena_dup(w->d->arena, str_of(decoded));
    else
        *out = str_sub(w->file->text, start, w->at - 1 - start);
    return true;
}

static bool walk_word(struct walk *w, const char *word, struct json *out,
                      enum json_type type)
{
    struct str rest = str_from(w->file->text, w->at);

    if (!str_starts(rest, str_of(word)))
        return fault(w, "not a JSON value");
    w->at += strlen(word);
    out->type = type;
    out->truth = word[0] == 't';
    return true;
}

static bool walk_value(struct walk *w, const cJSON *item, struct json *out,
                       unsigned depth);

/* The key and the colon before a member's value. */
static bool walk_key(struct walk *w, const cJSON *item, struct json *member)
{
    member->key_at = w->at;
    if (!read_string(w, item != NULL ? item->string : NULL, &member->key))
        return false;
    skip_space(w);
    return take(w, ':') || fault(w, "expected ':' behind a key");
}

static struct json *add_child(struct walk *w, struct json *parent,
                              const struct json **link)
{
    struct json *child = arena_new(w->d->arena, struct json);

    child->parent = parent;
    child->file = w->file;
    child->index = parent->count++;
    *link = child;
    return child;
}

/* The children of an array or object, behind its opening bracket. */
static bool walk_children(struct walk *w, const cJSON *item,
                          struct json *parent, unsigned depth)
{
    bool object = parent->type == JSON_OBJECT;
    char closing = object ? '}' : ']';
    const cJSON *child_item = item != NULL ? item->child : NULL;
    const struct json **link = &parent->child;

    skip_space(w);
    if (take(w, closing))
        return true;
    for (;;) {
        struct json *child = add_child(w, parent, link);
        skip_space(w);
        if (object && !walk_key(w, child_item, child))
            return false;
        if (!walk_value(w, child_item, child, depth))
            return false;
        link = &child->next;
        child_item = child_item != NULL ? child_item->next : NULL;
        skip_space(w);
        if (take(w, closing))
            return true;
        if (!take(w, ','))
            return fault(w, object ? "expected ',' or '}'"
                                   : "expected ',' or ']'");
    }
}

/* Report keys that an object has twice. */
static void check_duplicates(struct walk *w, const struct json *object)
{
    size_t size = 4;

    if (object->count < 2)
        return;
    while (size < (size_t)object->count * 2)
        size *= 2;
    const struct json **seen = xcalloc(size, sizeof(const struct json *));
    for (const struct json *m = object->child; m != NULL; m = m->next) {
        size_t slot = str_hash(m->key) & (size - 1);
        while (seen[slot] != NULL && !str_eq(seen[slot]->key, m->key))
            slot = (slot + 1) & (size - 1);
        if (seen[slot] != NULL)
            diag_key_error(w->d, m, "key \"" STR_FMT "\" stands here twice",
                           STR_ARG(m->key));
        seen[slot] = m;
    }
    free(seen);
}

static bool walk_container(struct walk *w, const cJSON *item, struct json *out,
                           enum json_type type, unsigned depth)
{
    if (depth >= JSON_DEPTH_MAX)
        return fault(w, "nested too deeply (at most 64 levels)");
    w->at++;
    out->type = type;
    if (!walk_children(w, item, out, depth + 1))
        return false;
    if (type == JSON_OBJECT)
        check_duplicates(w, out);
    return true;
}

static bool walk_typed(struct walk *w, const cJSON *item, struct json *out,
                       unsigned depth)
{
    char c = peek(w);

    switch (c) {
    case '{':
        return walk_container(w, item, out, JSON_OBJECT, depth);
    case '[':
        return walk_container(w, item, out, JSON_ARRAY, depth);
    case '"':
        out->type = JSON_STRING;
        return read_string(w, item != NULL ? item->valuestring : NULL,
                           &out->string);
    case 't':
        return walk_word(w, "true", out, JSON_BOOL);
    case 'f':
        return walk_word(w, "false", out, JSON_BOOL);
    case 'n':
        return walk_word(w, "null", out, JSON_NULL);
    default:
        if (c != '-' && !ascii_is_digit(c))
            return fault(w, w->at < w->file->text.len
                                ? "not a JSON value"
                                : "the file ends where a value is expected");
        out->type = JSON_NUMBER;
        out->number = item != NULL ? item->valuedouble : 0;
        return walk_number(w);
    }
}

static bool walk_value(struct walk *w, const cJSON *item, struct json *out,
                       unsigned depth)
{
    skip_space(w);
    out->at = w->at;
    if (!walk_typed(w, item, out, depth))
        return false;
    out->end = w->at;
    return true;
}

/* The first byte that is NUL or not UTF-8, or text.len. */
static size_t find_bad_byte(struct str text)
{
    size_t at = 0;

    while (at < text.len && text.ptr[at] != '\0') {
        size_t step = utf8_step(text, at);
        if (step == 0)
            break;
        at += step;
    }
    return at;
}

const struct json *json_parse(struct diag *d, struct str path, struct str text)
{
    struct json_file *file = arena_new(d->arena, struct json_file);
    struct walk w = {d, file, 0};
    unsigned errors = d->errors;

    file->path = arena_dup(d->arena, path);
    file->text = arena_dup(d->arena, text);
    w.at = find_bad_byte(file->text);
    if (w.at < file->text.len) {
        fault(&w, peek(&w) == '\0' ? "NUL byte" : "not UTF-8");
        return NULL;
    }
    w.at = 0;
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(file->text.ptr, file->text.len + 1,
                                            &end, false);
    struct json *root = arena_new(d->arena, struct json);
    root->file = file;
    bool done = walk_value(&w, tree, root, 0);
    skip_space(&w);
    if (done && w.at < file->text.len)
        fault(&w, "unexpected text behind the value");
    else if (done && tree == NULL)
        fault(&w, "not JSON");
    cJSON_Delete(tree);
    return d->errors == errors ? root : NULL;
}

const struct json *json_parse_file(struct diag *d, struct str path)
{
    struct buf text = {0};
    const struct json *root = NULL;

    if (file_read(d, path, JSON_FILE_MAX, &text))
        root = json_parse(d, path, buf_str(&text));
    buf_release(&text);
    return root;
}

const struct json *json_member(const struct json *object, const char *key)
{
    struct str name = str_of(key);

    if (object == NULL || object->type != JSON_OBJECT)
        return NULL;
    for (const struct json *m = object->child; m != NULL; m = m->next) {
        if (str_eq(m->key, name))
            return m;
    }
    return NULL;
}

static void append_step(struct buf *out, const struct json *value)
{
    buf_append_char(out, '/');
    if (value->parent->type == JSON_ARRAY) {
        buf_printf(out, "%u", value->index);
        return;
    }
    for (size_t i = 0; i < value->key.len; i++) {
        char c = value->key.ptr[i];
        if (c == '~')
            buf_append(out, STR("~0"));
        else if (c == '/')
            buf_append(out, STR("~1"));
        else
            buf_append_char(out, c);
    }
}

struct str json_pointer(struct arena *a, const struct json *value)
{
    const struct json *path[JSON_DEPTH_MAX + 1];
    size_t depth = 0;
    struct buf out = {0};

    for (; value->parent != NULL; value = value->parent)
        path[depth++] = value;
    while (depth > 0)
        append_step(&out, path[--depth]);
    struct str pointer = arena_dup(a, buf_str(&out));
    buf_release(&out);
    return pointer;
}

static const char *short_escape(char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

void json_write_string(struct buf *out, struct str text)
{
    buf_append_char(out, '"');
    for (size_t at = 0; at < text.len;) {
        const char *escape = short_escape(text.ptr[at]);
        size_t step = utf8_step(text, at);
        if (escape != NULL)
            buf_append(out, str_of(escape));
        else if (step == 0)
            buf_append(out, STR("\xef\xbf\xbd")); /* U+FFFD */
        else if ((unsigned char)text.ptr[at] < 0x20)
            buf_printf(out, "\\u%04x", (unsigned char)text.ptr[at]);
        else
            buf_append(out, str_sub(text, at, step));
        at += step > 0 ? step : 1;
    }
    buf_append_char(out, '"');
}
