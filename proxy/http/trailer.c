#include "http/trailer.h"

static const struct head_limits limits = {.bytes = 8192, .count = 64};

static bool may_pass(const struct field *f)
{
    return f->id == FIELD_OTHER && !str_ieq(f->name, STR("authorization")) &&
           !str_istarts(f->name, STR("content-")) &&
           !str_istarts(f->name, STR("proxy-")) &&
           !str_istarts(f->name, STR("x-forwarded-"));
}

static bool frames_or_routes(enum field_id id)
{
    return id == FIELD_CONTENT_LENGTH || id == FIELD_TRANSFER_ENCODING ||
           id == FIELD_HOST || id == FIELD_CONNECTION;
}

bool trailers_are_sound(struct str section)
{
    struct arena arena = {0};
    struct fields fields = {0};

    if (section.len <= 2)
        return true;
    bool sound = trailers_parse(&fields, section, &limits, &arena) == HEAD_NONE;
    for (unsigned i = 0; sound && i < fields.count; i++)
        sound = !frames_or_routes(fields.items[i].id);
    arena_release(&arena);
    return sound;
}

void trailers_write(struct buf *out, struct str section, struct arena *arena)
{
    struct fields fields = {0};

    if (section.len > 2 &&
        trailers_parse(&fields, section, &limits, arena) != HEAD_NONE)
        fields.count = 0;
    for (unsigned i = 0; i < fields.count; i++) {
        if (!may_pass(&fields.items[i]))
            continue;
        buf_append(out, fields.items[i].name);
        buf_append(out, STR(": "));
        buf_append(out, fields.items[i].value);
        buf_append(out, STR("\r\n"));
    }
    buf_append(out, STR("\r\n"));
}
