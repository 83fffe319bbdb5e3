#include "http/media.h"

#include "http/token.h"

/* Take a quoted string's content off the front of `*s`, which starts behind
 * its quote. Escapes stay: no name of an encoding has any. */
static struct str take_quoted(struct str *s)
{
    size_t at = 0;

    while (at < s->len && s->ptr[at] != '"')
        at += s->ptr[at] == '\\' ? 2 : 1;
    struct str content = str_sub(*s, 0, at);
    *s = str_from(*s, at + 1);
    return content;
}

static void read_parameters(struct media_type *out, struct str rest)
{
    while (rest.len > 0) {
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != ';' && rest.ptr[end] != '=')
            end++;
        struct str name = str_trim(str_sub(rest, 0, end));
        bool has_value = end < rest.len && rest.ptr[end] == '=';
        struct str value = {NULL, 0};
        rest = str_from(rest, end + 1);
        if (has_value && str_starts(rest, STR("\""))) {
            rest = str_from(rest, 1);
            value = take_quoted(&rest);
            str_cut(&rest, ';');
        } else if (has_value) {
            value = str_trim(str_cut(&rest, ';'));
        }
        if (out->charset.len == 0 && str_ieq(name, STR("charset")))
            out->charset = value;
    }
}

bool media_type_parse(struct media_type *out, struct str value)
{
    struct str essence = str_trim(str_cut(&value, ';'));
    size_t slash = str_find_char(essence, '/', 0);

    if (!str_is_token(str_sub(essence, 0, slash)) ||
        !str_is_token(str_from(essence, slash + 1)))
        return false;
    *out = (struct media_type){.essence = essence};
    read_parameters(out, value);
    return true;
}

bool media_type_of(struct media_type *out, const struct fields *fields)
{
    bool found = false;

    for (unsigned i = 0; i < fields->count; i++) {
        if (fields->items[i].id != FIELD_CONTENT_TYPE)
            continue;
        struct str rest = fields->items[i].value, element;
        struct media_type next;
        while (list_next(&rest, &element)) {
            if (!media_type_parse(&next, element) ||
                media_type_is(&next, STR("*/*")))
                continue;
            if (found && next.charset.len == 0 &&
                str_ieq(next.essence, out->essence))
                next.charset = out->charset;
            *out = next;
            found = true;
        }
    }
    return found;
}

bool media_type_is(const struct media_type *m, struct str essence)
{
    return str_ieq(m->essence, essence);
}
