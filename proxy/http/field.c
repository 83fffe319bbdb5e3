#include "http/field.h"

#define FIELD_NAME(id, name) [FIELD_##id] = STR_INIT(name),
static const struct str names[FIELD_COUNT] = {FIELD_NAMES(FIELD_NAME)};

enum { SLOTS = 512 };

/* Open addressing over all names; filled before main and read-only then. */
static unsigned char slots[SLOTS];

static unsigned slot_of(struct str name)
{
    unsigned h = (unsigned)name.len * 37u;

    h += (unsigned char)ascii_lower(name.ptr[0]) * 5u;
    h += (unsigned char)ascii_lower(name.ptr[name.len / 2]) * 11u;
    h += (unsigned char)ascii_lower(name.ptr[name.len - 1]) * 3u;
    return h % SLOTS;
}

__attribute__((constructor)) static void fill_slots(void)
{
    for (unsigned id = 1; id < FIELD_COUNT; id++) {
        unsigned slot = slot_of(names[id]);
        while (slots[slot] != 0)
            slot = (slot + 1) % SLOTS;
        slots[slot] = (unsigned char)id;
    }
}

enum field_id field_id_of(struct str name)
{
    if (name.len == 0)
        return FIELD_OTHER;
    for (unsigned slot = slot_of(name); slots[slot] != 0;
         slot = (slot + 1) % SLOTS) {
        if (str_ieq(names[slots[slot]], name))
            return slots[slot];
    }
    return FIELD_OTHER;
}

struct str field_id_name(enum field_id id)
{
    return names[id];
}

const struct field *fields_find(const struct fields *fields, enum field_id id)
{
    for (unsigned i = 0; i < fields->count; i++) {
        if (fields->items[i].id == id)
            return &fields->items[i];
    }
    return NULL;
}

struct str fields_value(const struct fields *fields, enum field_id id)
{
    const struct field *f = fields_find(fields, id);

    return f != NULL ? f->value : (struct str){NULL, 0};
}

unsigned fields_count(const struct fields *fields, enum field_id id)
{
    unsigned count = 0;

    for (unsigned i = 0; i < fields->count; i++)
        count += fields->items[i].id == id;
    return count;
}

const struct field *fields_find_name(const struct fields *fields,
                                     struct str name)
{
    for (unsigned i = 0; i < fields->count; i++) {
        if (str_ieq(fields->items[i].name, name))
            return &fields->items[i];
    }
    return NULL;
}

/* The offset of the comma that ends the first element, quoted strings apart. */
static size_t element_end(struct str list)
{
    bool quoted = false;

    for (size_t i = 0; i < list.len; i++) {
        char c = list.ptr[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            return i;
    }
    return list.len;
}

bool list_next(struct str *rest, struct str *element)
{
    while (rest->len > 0) {
        size_t end = element_end(*rest);
        *element = str_trim(str_sub(*rest, 0, end));
        *rest = str_from(*rest, end + 1);
        if (element->len > 0)
            return true;
    }
    return false;
}

bool fields_list_has(const struct fields *fields, enum field_id id,
                     struct str token)
{
    for (unsigned i = 0; i < fields->count; i++) {
        if (fields->items[i].id != id)
            continue;
        struct str rest = fields->items[i].value, element;
        while (list_next(&rest, &element)) {
            if (str_ieq(element, token))
                return true;
        }
    }
    return false;
}
