#include "rules/stub.h"

#include "base/buf.h"

/* Without Proxy a stub is a function that returns itself and has push().
 * `then` must stay undefined: `await stub` would never end. */
static const char head[] =
    "(function(w){"
    "function s(){"
    "var f=function(){return x},x=f;"
    "f.push=function(){return 0};"
    "if(typeof Proxy==\"function\")x=new Proxy(f,{get:function(t,k){"
    "if(k in t||k===\"then\"||typeof k!=\"string\")return t[k];"
    "return t[k]=s()}});"
    "return x}"
    "function d(n){"
    "for(var o=w,p=n.split(\".\"),i=0;i<p.length;i++)"
    "try{if(o[p[i]]==null)o[p[i]]=s();o=o[p[i]]}catch(e){return}}";

static bool is_start(char c)
{
    return ascii_is_alpha(c) || c == '_' || c == '$';
}

bool stub_is_name(struct str name)
{
    bool start = true;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (start ? !is_start(c)
                  : !is_start(c) && !ascii_is_digit(c) && c != '.')
            return false;
        start = c == '.';
    }
    return !start;
}

struct str stub_text(struct arena *arena, const struct str *names, size_t count)
{
    struct buf out = {0};

    if (count == 0)
        return (struct str){NULL, 0};
    buf_append(&out, STR(head));
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "d(\"" STR_FMT "\");", STR_ARG(names[i]));
    buf_append(&out, STR("})(window);"));
    struct str text = arena_dup(arena, buf_str(&out));
    buf_release(&out);
    return text;
}
