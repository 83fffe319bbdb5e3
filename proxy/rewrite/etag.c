#include "rewrite/etag.h"

static const struct str mark = STR_INIT("--heed-");

/* What stands between the quotes (RFC 9110, 8.8.3). */
static bool read_opaque(struct str tag, struct str *opaque, bool *weak)
{
    *weak = str_starts(tag, STR("W/"));
    if (*weak)
        tag = str_from(tag, 2);
    if (tag.len < 2 || tag.ptr[0] != '"' || tag.ptr[tag.len - 1] != '"')
        return false;
    *opaque = str_sub(tag, 1, tag.len - 2);
    return str_find_char(*opaque, '"', 0) == opaque->len;
}

/* A heed that rewrites otherwise makes other bodies of the same rules. */
static struct str state_text(const struct visit *v, struct arena *arena)
{
    uint64_t generation = v->site->generation ^ str_hash(STR(HEED_VERSION));
    char room[UINT_ROOM], other_room[UINT_ROOM];
    struct str parts[] = {str_of_hex(room, generation, 16), STR("-"),
                          str_of_hex(other_room, v->scope.denied, 1)};

    return arena_concat(arena, parts, 3);
}

struct str etag_make(const struct visit *v, struct str tag, struct arena *arena)
{
    struct str opaque;
    bool weak;

    if (!read_opaque(tag, &opaque, &weak))
        return (struct str){NULL, 0};
    struct str parts[] = {
        STR("W/\""),         opaque,   mark, state_text(v, arena),
        str_make("w", weak), STR("\"")};
    return arena_concat(arena, parts, ARRAY_LEN(parts));
}

/* Where the mark stands last, or s.len. */
static size_t find_mark(struct str s)
{
    for (size_t at = s.len >= mark.len ? s.len - mark.len + 1 : 0; at > 0;
         at--) {
        if (str_starts(str_from(s, at - 1), mark))
            return at - 1;
    }
    return s.len;
}

enum etag_origin etag_read(const struct visit *v, struct str tag,
                           struct str *original, struct arena *arena)
{
    struct str opaque;
    bool weak;

    if (!read_opaque(tag, &opaque, &weak))
        return ETAG_FOREIGN;
    size_t at = find_mark(opaque);
    if (at == opaque.len)
        return ETAG_FOREIGN;
    struct str state = str_from(opaque, at + mark.len);
    bool was_weak = str_ends(state, STR("w"));
    state.len -= was_weak;
    if (!visit_enforces(v) || !str_eq(state, state_text(v, arena)))
        return ETAG_STALE;
    struct str parts[] = {was_weak ? STR("W/\"") : STR("\""),
                          str_sub(opaque, 0, at), STR("\"")};
    *original = arena_concat(arena, parts, 3);
    return ETAG_CURRENT;
}

bool etag_is_held(const struct visit *v, struct str tag, struct arena *arena)
{
    const struct fields *fields = &v->request->fields;
    struct str ignored;

    for (unsigned i = 0; i < fields->count; i++) {
        struct str rest = fields->items[i].value, element;
        if (fields->items[i].id != FIELD_IF_NONE_MATCH)
            continue;
        while (list_next(&rest, &element)) {
            if (tag.len > 0
                    ? str_eq(element, tag)
                    : etag_read(v, element, &ignored, arena) == ETAG_CURRENT)
                return true;
        }
    }
    return false;
}
