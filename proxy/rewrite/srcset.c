#include "rewrite/srcset.h"

#include "rewrite/html_tag.h"

/* Where the descriptors end: the next comma outside parentheses. */
static size_t skip_descriptors(struct str value, size_t at)
{
    bool in_parens = false;

    for (; at < value.len; at++) {
        char c = value.ptr[at];
        if (c == '(')
            in_parens = true;
        else if (c == ')')
            in_parens = false;
        else if (c == ',' && !in_parens)
            break;
    }
    return at;
}

bool srcset_next(struct str value, size_t *at, struct srcset_candidate *out)
{
    size_t start = *at;

    while (start < value.len &&
           (html_is_space(value.ptr[start]) || value.ptr[start] == ','))
        start++;
    if (start == value.len)
        return false;
    size_t end = start;
    while (end < value.len && !html_is_space(value.ptr[end]))
        end++;
    out->url = str_sub(value, start, end - start);
    *at = end;
    if (value.ptr[end - 1] == ',') {
        while (out->url.ptr[out->url.len - 1] == ',')
            out->url.len--;
        out->text = out->url;
        return true;
    }
    *at = skip_descriptors(value, end);
    out->text = html_trim(str_sub(value, start, *at - start));
    return true;
}
