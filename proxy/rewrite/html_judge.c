/* What is wrong with a start tag: the element as a whole by a selector or by
 * what it loads, or one of its attributes. */
#include "rewrite/css.h"
#include "rewrite/html_parts.h"
#include "rewrite/srcset.h"

/* ---- references ---------------------------------------------------------- */

bool html_denies_decoded(struct html *h, struct str reference,
                         enum resource_type type, struct match *m)
{
    struct url url;

    return reference.len > 0 && !str_istarts(reference, STR("data:")) &&
           url_parse(&url, reference, &h->base, &h->scratch) &&
           scope_denies_url(h->options->scope, &url, type, m);
}

bool html_denies(struct html *h, struct str value, enum resource_type type,
                 struct match *m)
{
    /* Pages refer to the same images again and again. */
    uint64_t hash = html_hash(value) + (uint64_t)type;
    uint64_t *allowed = &h->url_hints[hash % URL_HINTS];

    if (*allowed == hash)
        return false;
    if (html_denies_decoded(h, charref_text(value, &h->scratch), type, m))
        return true;
    *allowed = hash;
    return false;
}

/* ---- attributes that carry references --------------------------------------
 */

enum treatment {
    ELEMENT_GOES,
    VALUE_GOES,
    CANDIDATES_GO,   /* a srcset; the element goes with the last one */
    CANDIDATES_ONLY, /* a srcset beside a source */
    LIST_GOES,       /* URLs separated by white space */
};

struct carrier {
    enum attr_id attr;
    enum treatment treatment;
    enum resource_type type;
    enum edit_kind kind;
};

#define CARRIERS(name, ...)                                                    \
    static const struct carrier name[] = {__VA_ARGS__, {0}}

CARRIERS(img_carriers, {ATTR_SRC, ELEMENT_GOES, RESOURCE_IMAGE, EDIT_IMG},
         {ATTR_SRCSET, CANDIDATES_ONLY, RESOURCE_IMAGE, EDIT_IMG},
         {ATTR_LOWSRC, VALUE_GOES, RESOURCE_IMAGE, EDIT_IMG},
         {ATTR_DYNSRC, VALUE_GOES, RESOURCE_IMAGE, EDIT_IMG},
         {ATTR_ATTRIBUTIONSRC, LIST_GOES, RESOURCE_PING, EDIT_IMG});
CARRIERS(script_carriers,
         {ATTR_ATTRIBUTIONSRC, LIST_GOES, RESOURCE_PING, EDIT_SCRIPT});
CARRIERS(iframe_carriers,
         {ATTR_SRC, ELEMENT_GOES, RESOURCE_SUBDOCUMENT, EDIT_IFRAME});
CARRIERS(frame_carriers,
         {ATTR_SRC, VALUE_GOES, RESOURCE_SUBDOCUMENT, EDIT_IFRAME});
CARRIERS(embed_carriers, {ATTR_SRC, ELEMENT_GOES, RESOURCE_OBJECT, EDIT_EMBED});
CARRIERS(object_carriers,
         {ATTR_DATA, ELEMENT_GOES, RESOURCE_OBJECT, EDIT_OBJECT});
CARRIERS(media_carriers, {ATTR_SRC, ELEMENT_GOES, RESOURCE_MEDIA, EDIT_MEDIA},
         {ATTR_POSTER, VALUE_GOES, RESOURCE_IMAGE, EDIT_MEDIA});
CARRIERS(source_carriers, {ATTR_SRC, ELEMENT_GOES, RESOURCE_MEDIA, EDIT_MEDIA},
         {ATTR_SRCSET, CANDIDATES_GO, RESOURCE_IMAGE, EDIT_MEDIA});
CARRIERS(track_carriers, {ATTR_SRC, ELEMENT_GOES, RESOURCE_MEDIA, EDIT_MEDIA});
CARRIERS(input_carriers, {ATTR_SRC, ELEMENT_GOES, RESOURCE_IMAGE, EDIT_INPUT});
CARRIERS(background_carriers,
         {ATTR_BACKGROUND, VALUE_GOES, RESOURCE_IMAGE, EDIT_ATTRIBUTE});
CARRIERS(link_target_carriers,
         {ATTR_PING, LIST_GOES, RESOURCE_PING, EDIT_ATTRIBUTE},
         {ATTR_ATTRIBUTIONSRC, LIST_GOES, RESOURCE_PING, EDIT_ATTRIBUTE});
CARRIERS(svg_image_carriers,
         {ATTR_HREF, ELEMENT_GOES, RESOURCE_IMAGE, EDIT_IMG},
         {ATTR_XLINK_HREF, ELEMENT_GOES, RESOURCE_IMAGE, EDIT_IMG});
CARRIERS(svg_script_carriers,
         {ATTR_HREF, ELEMENT_GOES, RESOURCE_SCRIPT, EDIT_SCRIPT},
         {ATTR_XLINK_HREF, ELEMENT_GOES, RESOURCE_SCRIPT, EDIT_SCRIPT});
CARRIERS(svg_set_carriers, {ATTR_TO, ELEMENT_GOES, RESOURCE_IMAGE, EDIT_IMG},
         {ATTR_FROM, ELEMENT_GOES, RESOURCE_IMAGE, EDIT_IMG},
         {ATTR_BY, ELEMENT_GOES, RESOURCE_IMAGE, EDIT_IMG},
         {ATTR_VALUES, ELEMENT_GOES, RESOURCE_IMAGE, EDIT_IMG});

static const struct carrier *svg_carriers(enum tag_id id)
{
    switch (id) {
    case TAG_IMAGE:
    case TAG_FEIMAGE:
    case TAG_USE:
        return svg_image_carriers;
    case TAG_SCRIPT:
        return svg_script_carriers;
    case TAG_SET:
    case TAG_ANIMATE:
        return svg_set_carriers;
    case TAG_A:
        return link_target_carriers;
    default:
        return NULL;
    }
}

static const struct carrier *html_carriers(enum tag_id id)
{
    switch (id) {
    case TAG_A:
    case TAG_AREA:
        return link_target_carriers;
    case TAG_IMG:
    case TAG_IMAGE:
        return img_carriers;
    case TAG_SCRIPT:
        return script_carriers;
    case TAG_IFRAME:
        return iframe_carriers;
    case TAG_FRAME:
        return frame_carriers;
    case TAG_EMBED:
        return embed_carriers;
    case TAG_OBJECT:
        return object_carriers;
    case TAG_VIDEO:
    case TAG_AUDIO:
        return media_carriers;
    case TAG_SOURCE:
        return source_carriers;
    case TAG_TRACK:
        return track_carriers;
    case TAG_INPUT:
        return input_carriers;
    case TAG_BODY:
    case TAG_TABLE:
    case TAG_THEAD:
    case TAG_TBODY:
    case TAG_TFOOT:
    case TAG_TR:
    case TAG_TD:
    case TAG_TH:
        return background_carriers;
    default:
        return NULL;
    }
}

/* Take the denied candidates out of a srcset. Returns whether any was left. */
static bool filter_candidates(struct html *h, const struct html_attr *a,
                              enum resource_type type, struct match *m,
                              bool *changed)
{
    struct decoded d = charref_decode(attr_value(a), &h->scratch);
    struct srcset_candidate c;
    struct buf kept = {0};
    size_t at = 0;

    while (srcset_next(d.text, &at, &c)) {
        if (html_denies_decoded(h, c.url, type, m)) {
            *changed = true;
            continue;
        }
        size_t from = (size_t)(c.text.ptr - d.text.ptr);
        if (kept.len > 0)
            buf_append(&kept, STR(", "));
        buf_append(&kept,
                   decoded_source(&d, attr_value(a), from, from + c.text.len));
    }
    if (*changed) {
        struct str value = arena_dup(&h->scratch, buf_str(&kept));
        if (a->quote != 0)
            edit_add(h, a->value, a->value + a->value_len, value);
        else
            edit_value(h, a, value);
    }
    bool any = kept.len > 0;
    buf_release(&kept);
    return any;
}

static bool list_is_denied(struct html *h, const struct html_attr *a,
                           enum resource_type type, struct match *m)
{
    struct str rest = charref_text(attr_value(a), &h->scratch), word;

    while (html_next_word(&rest, &word)) {
        if (html_denies_decoded(h, word, type, m))
            return true;
    }
    return false;
}

static bool defers(const struct html *h, const struct match *m)
{
    enum tag_id id = h->tag.id;

    return m->rule != NULL && m->rule->action == ACTION_DEFER &&
           h->space == SPACE_HTML &&
           (id == TAG_SCRIPT || id == TAG_IFRAME || id == TAG_IMG ||
            id == TAG_IMAGE);
}

/* The element goes, or is made inert in its place. */
static bool deny(struct html *h, struct verdict *v, enum edit_kind kind)
{
    v->kind = kind;
    if (!defers(h, &v->match))
        return true;
    h->edit_count = 0;
    edit_defer(h, &v->match);
    html_count(h, &v->match, EDIT_DEFERRED, kind);
    return false;
}

static void deny_value(struct html *h, const struct html_attr *a,
                       const struct match *m, enum edit_kind kind)
{
    edit_empty_value(h, a);
    html_count(h, m, EDIT_NEUTRALISED, kind);
}

/* Judge one reference of an element. Returns whether the element goes. */
static bool judge_carrier(struct html *h, const struct carrier *c,
                          const struct html_attr *a, struct match *m)
{
    bool changed = false;

    switch (c->treatment) {
    case ELEMENT_GOES:
        return html_denies(h, attr_value(a), c->type, m);
    case VALUE_GOES:
        if (html_denies(h, attr_value(a), c->type, m))
            deny_value(h, a, m, EDIT_ATTRIBUTE);
        return false;
    case LIST_GOES:
        if (list_is_denied(h, a, c->type, m))
            deny_value(h, a, m, EDIT_ATTRIBUTE);
        return false;
    case CANDIDATES_GO:
    case CANDIDATES_ONLY:
        if (!filter_candidates(h, a, c->type, m, &changed) && changed &&
            (c->treatment == CANDIDATES_GO ||
             html_tag_attr(&h->tag, ATTR_SRC) == NULL))
            return true;
        if (changed)
            html_count(h, m, EDIT_NEUTRALISED, EDIT_ATTRIBUTE);
        return false;
    }
    return false;
}

static bool attr_contains(struct html *h, enum attr_id id, const char *text)
{
    const struct html_attr *a = html_tag_attr(&h->tag, id);

    if (a == NULL)
        return false;
    struct str value = charref_text(attr_value(a), &h->scratch);
    return str_ifind(value, str_of(text)) < value.len;
}

static bool judge_carriers(struct html *h, const struct carrier *carriers,
                           struct verdict *v)
{
    /* Animations only matter where they set an address. */
    if (carriers == svg_set_carriers &&
        !attr_contains(h, ATTR_ATTRIBUTENAME, "href"))
        return false;
    for (const struct carrier *c = carriers; c->attr != ATTR_OTHER; c++) {
        const struct html_attr *a = html_tag_attr(&h->tag, c->attr);
        if (a == NULL || a->value_len == 0)
            continue;
        if (judge_carrier(h, c, a, &v->match))
            return deny(h, v, c->kind);
    }
    return false;
}

/* ---- scripts ------------------------------------------------------------- */

/* JavaScript MIME types (WHATWG MIME Sniffing 4.6). */
static bool is_javascript_type(struct str type)
{
    static const char *const types[] = {
        "application/ecmascript",
        "application/javascript",
        "application/x-ecmascript",
        "application/x-javascript",
        "text/ecmascript",
        "text/javascript",
        "text/javascript1.0",
        "text/javascript1.1",
        "text/javascript1.2",
        "text/javascript1.3",
        "text/javascript1.4",
        "text/javascript1.5",
        "text/jscript",
        "text/livescript",
        "text/x-ecmascript",
        "text/x-javascript",
    };

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_ieq(type, str_of(types[i])))
            return true;
    }
    return false;
}

static struct str decoded_attr(const struct html *h, enum attr_id id)
{
    const struct html_attr *a = html_tag_attr(&h->tag, id);

    if (a == NULL)
        return (struct str){0};
    /* The scratch memory is no part of the state that is const here. */
    return charref_text(attr_value(a), (struct arena *)&h->scratch);
}

/* "for" and "event" other than window's onload keep a script from running. */
static bool waits_for_event(const struct html *h)
{
    if (html_tag_attr(&h->tag, ATTR_FOR) == NULL ||
        html_tag_attr(&h->tag, ATTR_EVENT) == NULL)
        return false;
    struct str target = html_trim(decoded_attr(h, ATTR_FOR));
    struct str event = html_trim(decoded_attr(h, ATTR_EVENT));
    return !str_ieq(target, STR("window")) ||
           !(str_ieq(event, STR("onload")) || str_ieq(event, STR("onload()")));
}

/* "Prepare the script element", HTML 4.12.1.1, steps 8 to 12. */
bool html_is_script(const struct html *h)
{
    const struct html_attr *type = html_tag_attr(&h->tag, ATTR_TYPE);
    const struct html_attr *language = html_tag_attr(&h->tag, ATTR_LANGUAGE);

    if (type != NULL) {
        struct str value = decoded_attr(h, ATTR_TYPE);
        if (value.len == 0)
            return !waits_for_event(h);
        value = html_trim(value);
        if (str_ieq(value, STR("module")))
            return true;
        return is_javascript_type(value) && !waits_for_event(h);
    }
    if (language != NULL && language->value_len > 0) {
        char text[32];
        struct str value = decoded_attr(h, ATTR_LANGUAGE);
        if (value.len + 5 > sizeof(text))
            return false;
        memcpy(text, "text/", 5);
        memcpy(text + 5, value.ptr, value.len);
        if (!is_javascript_type(str_make(text, value.len + 5)))
            return false;
    }
    return !waits_for_event(h);
}

bool html_is_rules(const struct html *h)
{
    return html_tag_attr(&h->tag, ATTR_TYPE) != NULL &&
           str_ieq(html_trim(decoded_attr(h, ATTR_TYPE)),
                   STR("speculationrules"));
}

static bool judge_script(struct html *h, struct verdict *v)
{
    const struct html_attr *src = html_tag_attr(&h->tag, ATTR_SRC);

    if (src != NULL && src->value_len > 0 && html_is_script(h) &&
        html_denies(h, attr_value(src), RESOURCE_SCRIPT, &v->match))
        return deny(h, v, EDIT_SCRIPT);
    return judge_carriers(h, script_carriers, v);
}

/* ---- link ---------------------------------------------------------------- */

static enum resource_type preload_type(struct str as)
{
    static const struct {
        const char *as;
        enum resource_type type;
    } types[] = {
        {"script", RESOURCE_SCRIPT},        {"style", RESOURCE_STYLESHEET},
        {"image", RESOURCE_IMAGE},          {"font", RESOURCE_FONT},
        {"fetch", RESOURCE_XMLHTTPREQUEST}, {"document", RESOURCE_SUBDOCUMENT},
        {"audio", RESOURCE_MEDIA},          {"video", RESOURCE_MEDIA},
        {"track", RESOURCE_MEDIA},          {"worker", RESOURCE_SCRIPT},
    };

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_ieq(as, str_of(types[i].as)))
            return types[i].type;
    }
    return RESOURCE_OTHER;
}

enum link_use { LINK_NOTHING, LINK_FETCH, LINK_CONNECT };

static enum link_use link_use_of(struct html *h, struct str rel,
                                 enum resource_type *type)
{
    static const struct {
        const char *rel;
        enum link_use use;
        enum resource_type type;
    } uses[] = {
        {"stylesheet", LINK_FETCH, RESOURCE_STYLESHEET},
        {"icon", LINK_FETCH, RESOURCE_IMAGE},
        {"apple-touch-icon", LINK_FETCH, RESOURCE_IMAGE},
        {"apple-touch-icon-precomposed", LINK_FETCH, RESOURCE_IMAGE},
        {"apple-touch-startup-image", LINK_FETCH, RESOURCE_IMAGE},
        {"mask-icon", LINK_FETCH, RESOURCE_IMAGE},
        {"fluid-icon", LINK_FETCH, RESOURCE_IMAGE},
        {"preload", LINK_FETCH, RESOURCE_OTHER},
        {"modulepreload", LINK_FETCH, RESOURCE_SCRIPT},
        {"preconnect", LINK_CONNECT, RESOURCE_OTHER},
        {"dns-prefetch", LINK_CONNECT, RESOURCE_OTHER},
        {"prefetch", LINK_FETCH, RESOURCE_OTHER},
        {"prerender", LINK_FETCH, RESOURCE_OTHER},
        {"manifest", LINK_FETCH, RESOURCE_OTHER},
        {"import", LINK_FETCH, RESOURCE_SUBDOCUMENT},
        {"compression-dictionary", LINK_FETCH, RESOURCE_OTHER},
    };

    for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
        if (!str_ieq(rel, str_of(uses[i].rel)))
            continue;
        *type = uses[i].type;
        if (str_ieq(rel, STR("preload")))
            *type = preload_type(decoded_attr(h, ATTR_AS));
        return uses[i].use;
    }
    return LINK_NOTHING;
}

/* A connection is denied with the host it goes to. */
static bool connect_is_denied(struct html *h, struct str href, struct match *m)
{
    struct url url;

    if (!url_parse(&url, href, &h->base, &h->scratch) || url.host.len == 0)
        return false;
    struct str root[] = {STR("https://"), url.host, STR("/")};
    struct str text = arena_concat(&h->scratch, root, ARRAY_LEN(root));
    return html_denies_decoded(h, text, RESOURCE_OTHER, m) ||
           html_denies_decoded(h, text, RESOURCE_SCRIPT, m);
}

static bool link_is_denied(struct html *h, struct match *m)
{
    struct str rest = decoded_attr(h, ATTR_REL), rel;
    struct str href = decoded_attr(h, ATTR_HREF);

    while (html_next_word(&rest, &rel)) {
        enum resource_type type;
        enum link_use use = link_use_of(h, rel, &type);
        if (use == LINK_CONNECT && connect_is_denied(h, href, m))
            return true;
        if (use == LINK_FETCH && html_denies_decoded(h, href, type, m))
            return true;
    }
    return false;
}

static bool judge_link(struct html *h, struct verdict *v)
{
    struct match *m = &v->match;
    bool changed = false;

    if (link_is_denied(h, m))
        return deny(h, v, EDIT_LINK);
    const struct html_attr *a = html_tag_attr(&h->tag, ATTR_IMAGESRCSET);
    if (a != NULL && !filter_candidates(h, a, RESOURCE_IMAGE, m, &changed) &&
        changed)
        return deny(h, v, EDIT_LINK);
    if (changed)
        html_count(h, m, EDIT_NEUTRALISED, EDIT_ATTRIBUTE);
    return false;
}

/* ---- meta refresh (HTML 4.2.5.3) ------------------------------------------
 */

static struct str skip_spaces(struct str s)
{
    while (s.len > 0 && html_is_space(s.ptr[0]))
        s = str_from(s, 1);
    return s;
}

/* The address in the value of a refresh; empty if there is none. */
static struct str refresh_url(struct str value)
{
    const struct str none = {0};
    size_t digits = 0;

    value = skip_spaces(value);
    while (digits < value.len &&
           (ascii_is_digit(value.ptr[digits]) || value.ptr[digits] == '.'))
        digits++;
    value = str_from(value, digits);
    if (digits == 0 || value.len == 0 ||
        !(html_is_space(value.ptr[0]) || value.ptr[0] == ';' ||
          value.ptr[0] == ','))
        return none;
    value = skip_spaces(value);
    if (value.len > 0 && (value.ptr[0] == ';' || value.ptr[0] == ','))
        value = skip_spaces(str_from(value, 1));
    if (str_istarts(value, STR("url"))) {
        struct str rest = skip_spaces(str_from(value, 3));
        if (rest.len > 0 && rest.ptr[0] == '=')
            value = skip_spaces(str_from(rest, 1));
    }
    if (value.len > 0 && (value.ptr[0] == '"' || value.ptr[0] == '\'')) {
        char quote = value.ptr[0];
        value = str_from(value, 1);
        return str_sub(value, 0, str_find_char(value, quote, 0));
    }
    return value;
}

static bool judge_meta(struct html *h, struct verdict *v)
{
    struct match *m = &v->match;

    if (!str_ieq(decoded_attr(h, ATTR_HTTP_EQUIV), STR("refresh")))
        return false;
    struct str url = refresh_url(decoded_attr(h, ATTR_CONTENT));
    if (url.len > 0 && (html_denies_decoded(h, url, RESOURCE_OTHER, m) ||
                        html_denies_decoded(h, url, RESOURCE_SUBDOCUMENT, m)))
        return deny(h, v, EDIT_META);
    return false;
}

/* ---- attributes of any element --------------------------------------------
 */

/* A handler, or the code of a javascript: address. */
static void judge_code(struct html *h, const struct html_attr *a)
{
    struct decoded d = charref_decode(attr_value(a), &h->scratch);
    struct match m = {0};

    if (scope_denies_script(h->options->scope, d.text, &m)) {
        edit_empty_value(h, a);
        html_count(h, &m, EDIT_NEUTRALISED, EDIT_HANDLER);
        return;
    }
    struct str changed = script_without_hosts(h, d.text, &m);
    if (changed.ptr != d.text.ptr)
        edit_value(h, a, escaped_value(&h->scratch, changed));
}

static void judge_style(struct html *h, const struct html_attr *a)
{
    struct decoded d = charref_decode(attr_value(a), &h->scratch);
    if (h->css == NULL)
        h->css = css_new(h->arena, h->options);
    struct str changed = css_rewrite(h->css, &h->base, d.text, &h->scratch);

    if (changed.ptr != d.text.ptr)
        edit_value(h, a, escaped_value(&h->scratch, changed));
}

static void judge_srcdoc(struct html *h, const struct html_attr *a)
{
    struct decoded d = charref_decode(attr_value(a), &h->scratch);
    struct str changed = html_rewrite_inner(h, d.text);

    if (changed.ptr != d.text.ptr)
        edit_value(h, a, escaped_value(&h->scratch, changed));
}

static bool is_code_url(struct html *h, const struct html_attr *a)
{
    const char *p = a->value, *end = p + a->value_len;

    while (p < end && (unsigned char)*p <= ' ')
        p++;
    if (p == end || (ascii_lower(*p) != 'j' && *p != '&'))
        return false;
    struct url url;
    return url_parse(&url, charref_text(attr_value(a), &h->scratch), NULL,
                     &h->scratch) &&
           str_eq(url.scheme, STR("javascript"));
}

static void judge_attrs(struct html *h)
{
    for (unsigned i = 0; i < h->tag.count; i++) {
        const struct html_attr *a = &h->tag.attrs[i];
        if (a->value_len == 0)
            continue;
        switch (a->id) {
        case ATTR_HANDLER:
            judge_code(h, a);
            break;
        case ATTR_STYLE:
            judge_style(h, a);
            break;
        case ATTR_SRCDOC:
            if (h->tag.id == TAG_IFRAME)
                judge_srcdoc(h, a);
            break;
        case ATTR_HREF:
        case ATTR_SRC:
        case ATTR_ACTION:
        case ATTR_FORMACTION:
            if (is_code_url(h, a))
                judge_code(h, a);
            break;
        default:
            break;
        }
    }
}

static bool judge_element(struct html *h, struct verdict *v)
{
    const struct carrier *carriers;

    if (h->space != SPACE_HTML) {
        carriers = svg_carriers(h->tag.id);
        return carriers != NULL && judge_carriers(h, carriers, v);
    }
    switch (h->tag.id) {
    case TAG_SCRIPT:
        return judge_script(h, v);
    case TAG_LINK:
        return judge_link(h, v);
    case TAG_META:
        return judge_meta(h, v);
    case TAG_INPUT:
        if (!str_ieq(decoded_attr(h, ATTR_TYPE), STR("image")))
            return false;
        break;
    default:
        break;
    }
    carriers = html_carriers(h->tag.id);
    return carriers != NULL && judge_carriers(h, carriers, v);
}

/* Attributes without any of which there is nothing to judge. */
static const uint64_t carrying_attrs =
    ATTR_BIT(ATTR_SRC) | ATTR_BIT(ATTR_SRCSET) | ATTR_BIT(ATTR_LOWSRC) |
    ATTR_BIT(ATTR_DYNSRC) | ATTR_BIT(ATTR_ATTRIBUTIONSRC) |
    ATTR_BIT(ATTR_DATA) | ATTR_BIT(ATTR_POSTER) | ATTR_BIT(ATTR_BACKGROUND) |
    ATTR_BIT(ATTR_PING) | ATTR_BIT(ATTR_REL) | ATTR_BIT(ATTR_HTTP_EQUIV) |
    ATTR_BIT(ATTR_IMAGESRCSET) | ATTR_BIT(ATTR_XLINK_HREF) |
    ATTR_BIT(ATTR_ATTRIBUTENAME);
static const uint64_t code_attrs =
    ATTR_BIT(ATTR_HANDLER) | ATTR_BIT(ATTR_STYLE) | ATTR_BIT(ATTR_SRCDOC) |
    ATTR_BIT(ATTR_HREF) | ATTR_BIT(ATTR_SRC) | ATTR_BIT(ATTR_ACTION) |
    ATTR_BIT(ATTR_FORMACTION);

bool html_judge(struct html *h, struct verdict *v)
{
    uint64_t carrying = carrying_attrs;

    if (html_denies_element(h, &v->match))
        return deny(h, v, EDIT_ELEMENT);
    if (h->space != SPACE_HTML)
        carrying |= ATTR_BIT(ATTR_HREF);
    if ((h->tag.present & carrying) != 0 && judge_element(h, v))
        return true;
    if ((h->tag.present & code_attrs) != 0)
        judge_attrs(h);
    return false;
}
