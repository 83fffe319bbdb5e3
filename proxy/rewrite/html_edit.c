#include "rewrite/html_parts.h"

enum { EDITS_FIRST = 16 };

void edit_add(struct html *h, const char *from, const char *to, struct str text)
{
    if (h->edit_count == h->edit_room) {
        unsigned room = h->edit_room > 0 ? h->edit_room * 2 : EDITS_FIRST;
        h->edits = xrealloc(h->edits, room * sizeof(*h->edits));
        h->edit_room = room;
    }
    /* Attributes come in their order but for a few. */
    unsigned at = h->edit_count++;
    for (; at > 0 && h->edits[at - 1].from > from; at--)
        h->edits[at] = h->edits[at - 1];
    h->edits[at] = (struct tag_edit){from, to, text};
}

/* The name and "=" stay: without them a neighbour would take the value. */
void edit_empty_value(struct html *h, const struct html_attr *a)
{
    struct str none = a->quote != 0 ? STR("") : STR("\"\"");

    edit_add(h, a->value, a->value + a->value_len, none);
}

void edit_value(struct html *h, const struct html_attr *a, struct str value)
{
    const char *from = a->value, *to = a->value + a->value_len;
    struct str parts[] = {STR("\""), value, STR("\"")};

    if (a->quote != 0) {
        from--;
        to++;
    }
    edit_add(h, from, to, arena_concat(&h->scratch, parts, ARRAY_LEN(parts)));
}

static void edit_name(struct html *h, const struct html_attr *a,
                      struct str name)
{
    edit_add(h, a->name, a->name + a->name_len, name);
}

void edit_defer(struct html *h, const struct match *m)
{
    const struct html_tag *t = &h->tag;
    bool is_script = t->id == TAG_SCRIPT;
    struct str purpose = h->options->purposes->names[m->rule->purpose];
    struct str parts[] = {
        is_script ? STR(" type=\"text/plain\"") : STR(""),
        STR(" data-heed-purpose=\""),
        escaped_value(&h->scratch, purpose),
        STR("\""),
    };

    /* Of duplicates the first wins: the new ones go before all others. */
    const char *behind = t->name.ptr + t->name.len;
    edit_add(h, behind, behind,
             arena_concat(&h->scratch, parts, ARRAY_LEN(parts)));
    for (unsigned i = 0; i < t->count; i++) {
        const struct html_attr *a = &t->attrs[i];
        if (a->id == ATTR_SRC)
            edit_name(h, a, STR("data-heed-src"));
        else if (a->id == ATTR_SRCSET)
            edit_name(h, a, STR("data-heed-srcset"));
        else if (a->id == ATTR_TYPE && is_script)
            edit_name(h, a, STR("data-heed-type"));
    }
}

struct str edited_tag(struct html *h)
{
    if (h->edit_count == 0)
        return h->tag.text;
    struct str *parts =
        arena_array(&h->scratch, struct str, 2 * h->edit_count + 1);
    const char *at = h->tag.text.ptr;
    size_t count = 0;
    for (unsigned i = 0; i < h->edit_count; i++) {
        parts[count++] = str_between(at, h->edits[i].from);
        parts[count++] = h->edits[i].text;
        at = h->edits[i].to;
    }
    parts[count++] = str_between(at, h->tag.text.ptr + h->tag.text.len);
    return arena_concat(&h->scratch, parts, count);
}

/* The code point at `at`, malformed bytes one by one as U+FFFD; returns its
 * length. */
static size_t read_utf8(struct str s, size_t at, uint32_t *out)
{
    unsigned char c = (unsigned char)s.ptr[at];
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    uint32_t value = c & (0x7fu >> len);

    *out = 0xfffd;
    if (c < 0xc2 || c > 0xf4 || at + len > s.len)
        return 1;
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)s.ptr[at + i];
        if ((next & 0xc0) != 0x80)
            return 1;
        value = value << 6 | (next & 0x3f);
    }
    *out = value;
    return len;
}

/* The encoding of the page may be any: what is not ASCII becomes a numeric
 * reference. */
struct str escaped_text(struct arena *arena, struct str text)
{
    struct buf out = {0};

    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        uint32_t code_point = (unsigned char)c;
        if ((unsigned char)c < 0x80)
            at++;
        else
            at += read_utf8(text, at, &code_point);
        if (code_point >= 0x80 || c == '&' || c == '<' || c == '>' ||
            c == '"' || c == '\'')
            buf_printf(&out, "&#%u;", code_point);
        else
            buf_append_char(&out, c);
    }
    struct str result = arena_dup(arena, buf_str(&out));
    buf_release(&out);
    return result;
}

struct str escaped_value(struct arena *arena, struct str text)
{
    struct buf out = {0};

    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] == '&')
            buf_append(&out, STR("&amp;"));
        else if (text.ptr[at] == '"')
            buf_append(&out, STR("&quot;"));
        else
            buf_append_char(&out, text.ptr[at]);
    }
    struct str result = arena_dup(arena, buf_str(&out));
    buf_release(&out);
    return result;
}
