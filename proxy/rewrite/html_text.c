#include "rewrite/css.h"
#include "rewrite/html_parts.h"

/* noscript is text to a browser with scripting, and markup to one without: it
 * is judged as the markup it would be, apart from the page around it. */
static struct html *fallback_of(struct html *h)
{
    if (h->fallback == NULL)
        h->fallback = html_new_inner(h, false);
    return h->fallback;
}

static void put_out(void *ctx, struct str s)
{
    html_write(ctx, s);
}

static void begin_style(struct html *h)
{
    if (h->css == NULL)
        h->css = css_new(h->arena, h->options);
    css_begin(h->css, &h->base, put_out, h);
}

void html_text_begin(struct html *h, enum text_mode mode, enum text_use use)
{
    h->lex = mode == TEXT_PLAINTEXT ? LEX_PLAINTEXT : LEX_TEXT;
    h->text_name = h->tag.id;
    h->text_mode = mode;
    h->use = use;
    h->script_state = SCRIPT_PLAIN;
    h->dashes = 0;
    if (use == USE_SCRIPT || use == USE_RULES)
        script_begin(h);
    else if (use == USE_FALLBACK)
        html_restart(fallback_of(h), &h->base);
    else if (use == USE_STYLE)
        begin_style(h);
}

void html_text(struct html *h, struct str s, bool carried)
{
    if (h->use == USE_PASS) {
        if (carried)
            html_write(h, s);
        return;
    }
    if (h->use == USE_SCRIPT || h->use == USE_RULES) {
        if (!h->script.in_place)
            script_add(h, s);
        if (!carried && !h->script.in_place)
            h->mark = h->at;
        return;
    }
    if (!carried) {
        if (h->use != USE_DROP)
            html_pass_to(h, s.ptr);
        h->mark = h->at;
    }
    if (h->use == USE_FALLBACK)
        html_push(h->fallback, s);
    else if (h->use == USE_STYLE)
        css_push(h->css, s);
}

void html_text_cut(struct html *h)
{
    if (h->use == USE_SCRIPT || h->use == USE_RULES)
        script_cut(h);
    else if (h->use == USE_FALLBACK)
        html_end(h->fallback);
    else if (h->use == USE_STYLE)
        css_end(h->css);
}

void html_text_end(struct html *h)
{
    h->lex = LEX_DATA;
    switch (h->use) {
    case USE_DROP:
        html_cut_tag(h);
        return;
    case USE_SCRIPT:
    case USE_RULES:
        script_end(h);
        return;
    case USE_FALLBACK:
    case USE_STYLE:
        html_text_cut(h);
        break;
    case USE_PASS:
        break;
    }
    html_keep_tag(h);
}
