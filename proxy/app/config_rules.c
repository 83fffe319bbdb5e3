#include "app/config_parts.h"
#include "app/embedded.h"
#include "base/buf.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

struct path_list {
    struct str *items;
    size_t count, room;
};

/* A file that two patterns name is loaded once. */
static void add_path(struct config_reader *r, struct path_list *list,
                     struct str path)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i], path))
            return;
    if (list->count == list->room) {
        list->room = list->room * 2 + 8;
        list->items = arena_grow(r->d->arena, list->items, list->count,
                                 list->room, sizeof(struct str));
    }
    list->items[list->count++] = arena_dup(r->d->arena, path);
}

/* Only "*" is special in a configured path, and none of the folder's bytes. */
static struct str glob_pattern(struct config_reader *r, struct str path)
{
    const struct str special = STR("?[]\\");
    struct buf out = {0};
    struct str whole = config_path(r, path);

    for (size_t i = 0; i < whole.len; i++) {
        bool in_folder = whole.ptr != path.ptr && i < r->dir.len;
        if (str_find_char(special, whole.ptr[i], 0) < special.len ||
            (in_folder && whole.ptr[i] == '*'))
            buf_append_char(&out, '\\');
        buf_append_char(&out, whole.ptr[i]);
    }
    struct str pattern = arena_dup(r->d->arena, buf_str(&out));
    buf_release(&out);
    return pattern;
}

static void expand(struct config_reader *r, const struct json *value,
                   struct path_list *list)
{
    glob_t found;

    if (glob(glob_pattern(r, value->string).ptr, 0, NULL, &found) != 0) {
        diag_error(r->d, value, "no file matches \"" STR_FMT "\"",
                   STR_ARG(value->string));
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        add_path(r, list, str_of(found.gl_pathv[i]));
    globfree(&found);
}

static void add_file(struct config_reader *r, const struct json *value,
                     struct path_list *list)
{
    struct str path = arena_dup(r->d->arena, config_path(r, value->string));

    if (access(path.ptr, R_OK) != 0)
        diag_error(r->d, value, "\"" STR_FMT "\" cannot be read: %s",
                   STR_ARG(path), strerror(errno));
    else
        add_path(r, list, path);
}

static void read_path(struct config_reader *r, const struct json *value,
                      struct path_list *list)
{
    if (!json_check_type(r->d, value, JSON_STRING))
        return;
    if (value->string.len == 0 ||
        memchr(value->string.ptr, '\0', value->string.len) != NULL)
        diag_error(r->d, value, "expected the path of a rule file");
    else if (str_find_char(value->string, '*', 0) < value->string.len)
        expand(r, value, list);
    else
        add_file(r, value, list);
}

static struct ruleset *load_builtin(struct config_reader *r)
{
    size_t count = 0;

    while (heed_builtin_rules[count].name != NULL)
        count++;
    struct str *names = arena_array(r->d->arena, struct str, count);
    struct str *texts = arena_array(r->d->arena, struct str, count);
    for (size_t i = 0; i < count; i++) {
        const struct embedded_file *file = &heed_builtin_rules[i];
        names[i] = arena_printf(r->d->arena, "builtin:%s", file->name);
        texts[i] = str_between(file->data, file->end);
    }
    return ruleset_load_texts(r->d, &r->s->purposes, names, texts, count);
}

static void free_rules(void *rules)
{
    ruleset_free(rules);
}

static struct ruleset *load_rules(struct config_reader *r,
                                  const struct json *value)
{
    struct path_list list = {0};

    if (value == NULL)
        return load_builtin(r);
    if (!json_check_type(r->d, value, JSON_ARRAY))
        return NULL;
    for (const struct json *v = value->child; v != NULL; v = v->next)
        read_path(r, v, &list);
    return ruleset_load(r->d, &r->s->purposes, list.items, list.count);
}

void config_rules(struct config_reader *r, const struct json *value)
{
    struct arena *own = r->d->arena;

    /* The trees of the rule files are of no use once the rules are compiled. */
    r->d->arena = r->scratch;
    r->s->rules = load_rules(r, value);
    r->d->arena = own;
    if (r->s->rules != NULL)
        arena_defer(own, free_rules, r->s->rules);
}
