#include "base/diag.h"

#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEPT_MAX = 1000, /* problems kept; more are only counted */
    NAME_MAX_LEN = 64,
};

PRINTF_LIKE(2, 0)
static struct str format_message(struct arena *a, const char *format,
                                 va_list args)
{
    va_list again;

    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    CHECK(len >= 0);
    char *text = arena_alloc(a, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, args);
    return str_make(text, (size_t)len);
}

static void keep(struct diag *d, struct diag_problem problem)
{
    struct diag_problem *p = arena_new(d->arena, struct diag_problem);

    *p = problem;
    if (d->last != NULL)
        d->last->next = p;
    else
        d->first = p;
    d->last = p;
}

static struct diag_place place_at(struct arena *a, const struct json *value,
                                  size_t at)
{
    struct str text = value->file->text;
    struct diag_place place = {.line = 1};
    size_t line_start = 0;

    for (;;) {
        size_t newline = str_find_char(text, '\n', line_start);
        if (newline >= at || newline == text.len)
            break;
        place.line++;
        line_start = newline + 1;
    }
    place.column = (unsigned)(at - line_start) + 1;
    place.file = arena_dup(a, value->file->path);
    place.pointer = json_pointer(a, value);
    return place;
}

struct diag_place diag_place_of(struct arena *a, const struct json *value)
{
    return place_at(a, value, value->at);
}

PRINTF_LIKE(3, 0)
static void report(struct diag *d, const struct diag_place *place,
                   const char *format, va_list args)
{
    keep(d, (struct diag_problem){
                .file = place->file,
                .line = place->line,
                .column = place->column,
                .pointer = place->pointer,
                .message = format_message(d->arena, format, args),
            });
}

PRINTF_LIKE(4, 0)
static void report_json(struct diag *d, const struct json *value, size_t at,
                        const char *format, va_list args)
{
    if (d->errors++ >= KEPT_MAX)
        return;
    struct diag_place place = place_at(d->arena, value, at);
    report(d, &place, format, args);
}

void diag_place_error(struct diag *d, const struct diag_place *place,
                      const char *format, ...)
{
    va_list args;

    if (d->errors++ >= KEPT_MAX)
        return;
    struct diag_place copy = *place;
    copy.file = arena_dup(d->arena, place->file);
    copy.pointer = arena_dup(d->arena, place->pointer);
    va_start(args, format);
    report(d, &copy, format, args);
    va_end(args);
}

void diag_error(struct diag *d, const struct json *value, const char *format,
                ...)
{
    va_list args;

    va_start(args, format);
    report_json(d, value, value->at, format, args);
    va_end(args);
}

void diag_key_error(struct diag *d, const struct json *member,
                    const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_json(d, member, member->key_at, format, args);
    va_end(args);
}

void diag_file_error(struct diag *d, struct str file, unsigned line,
                     unsigned column, const char *format, ...)
{
    va_list args;

    if (d->errors++ >= KEPT_MAX)
        return;
    struct diag_place place = {
        .file = arena_dup(d->arena, file), .line = line, .column = column};
    va_start(args, format);
    report(d, &place, format, args);
    va_end(args);
}

/* Edit distance in which two swapped neighbours count as one slip. */
static size_t distance(struct str a, struct str b)
{
    size_t rows[3][NAME_MAX_LEN + 1];
    size_t *two_up = rows[0], *up = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b.len; j++)
        up[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            char x = ascii_lower(a.ptr[i - 1]), y = ascii_lower(b.ptr[j - 1]);
            size_t best = up[j - 1] + (x != y);
            if (up[j] + 1 < best)
                best = up[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && x == ascii_lower(b.ptr[j - 2]) &&
                y == ascii_lower(a.ptr[i - 2]) && two_up[j - 2] + 1 < best)
                best = two_up[j - 2] + 1;
            now[j] = best;
        }
        size_t *free_row = two_up;
        two_up = up;
        up = now;
        now = free_row;
    }
    return up[b.len];
}

const char *diag_closest(struct str text, const char *const *names)
{
    const char *closest = NULL;
    size_t limit = text.len < 4 ? 1 : text.len < 8 ? 2 : 3;

    if (text.len < 2 || text.len > NAME_MAX_LEN)
        return NULL;
    for (; *names != NULL; names++) {
        struct str name = str_of(*names);
        if (name.len > NAME_MAX_LEN)
            continue;
        size_t far = distance(text, name);
        if (far <= limit && far < name.len) {
            limit = far - (far > 0); /* only a nearer one from here on */
            closest = *names;
            if (far == 0)
                break;
        }
    }
    return closest;
}

struct str diag_format(struct arena *a, const struct diag_problem *p)
{
    struct str place = {NULL, 0};

    if (p->line > 0)
        place = arena_printf(a, ":%u:%u", p->line, p->column);
    return arena_printf(a, STR_FMT STR_FMT ": error: " STR_FMT "%s" STR_FMT,
                        STR_ARG(p->file), STR_ARG(place), STR_ARG(p->pointer),
                        p->pointer.len > 0 ? ": " : "", STR_ARG(p->message));
}
