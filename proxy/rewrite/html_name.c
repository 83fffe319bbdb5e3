#include "rewrite/html_name.h"

const uint16_t tag_traits[TAG_COUNT] = {
#define X(id, name, traits) [TAG_##id] = (traits),
    TAG_NAMES(X)
#undef X
};

static const struct str tag_names[TAG_COUNT] = {
#define X(id, name, traits) [TAG_##id] = STR_INIT(name),
    TAG_NAMES(X)
#undef X
};

static const struct str attr_names[ATTR_COUNT] = {
#define X(id, name) [ATTR_##id] = STR_INIT(name),
    ATTR_NAMES(X)
#undef X
};

struct name_tables name_tables;

static struct name_key long_key(struct str name)
{
    uint64_t hash = 0xcbf29ce484222325;
    char start[sizeof(uint64_t)];
    uint64_t low;

    for (size_t i = 0; i < name.len; i++) {
        hash ^= (unsigned char)ascii_lower(name.ptr[i]);
        hash *= 0x100000001b3;
    }
    for (size_t i = 0; i < sizeof(start); i++)
        start[i] = ascii_lower(name.ptr[i]);
    memcpy(&low, start, sizeof(low));
    return (struct name_key){low, 0, (uint32_t)(hash ^ hash >> 32),
                             NAME_KEY_MAX + 1};
}

struct name_key name_key_slowly(struct str name)
{
    char lower[NAME_KEY_MAX] = {0};
    uint64_t words[2];

    if (name.len > NAME_KEY_MAX)
        return long_key(name);
    for (size_t i = 0; i < name.len; i++)
        lower[i] = ascii_lower(name.ptr[i]);
    memcpy(words, lower, sizeof(words));
    return (struct name_key){words[0], words[1],
                             name_hash_words(words[0], words[1]),
                             (uint32_t)name.len};
}

static void fill(uint8_t *slots, size_t size, const struct str *names,
                 struct name_key *keys, size_t count)
{
    for (size_t id = 1; id < count; id++) {
        if (names[id].len == 0)
            continue;
        keys[id] = name_key_slowly(names[id]);
        size_t at = keys[id].hash % size;
        while (slots[at] != 0)
            at = (at + 1) % size;
        slots[at] = (uint8_t)id;
    }
}

__attribute__((constructor)) static void fill_all(void)
{
    _Static_assert(TAG_COUNT < 256 && ATTR_COUNT <= 64, "numbers are small");
    struct name_tables *t = &name_tables;

    fill(t->tag_slots, TAG_SLOTS, tag_names, t->tags, TAG_COUNT);
    fill(t->attr_slots, ATTR_SLOTS, attr_names, t->attrs, ATTR_COUNT);
}

struct str tag_name(enum tag_id id)
{
    return tag_names[id];
}
