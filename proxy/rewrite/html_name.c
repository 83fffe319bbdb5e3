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

enum { TAG_SLOTS = 1024, ATTR_SLOTS = 256 };

/* Open-addressed tables of numbers, filled before main. */
static uint8_t tag_slots[TAG_SLOTS], attr_slots[ATTR_SLOTS];

/* Up to eight bytes of a name as one word, in lower case. Setting 0x20 folds
 * more than letters, which only matters to names nobody uses: a known name is
 * compared byte by byte afterwards. */
static uint64_t load_word(const char *p, size_t len)
{
    const uint64_t lower = 0x2020202020202020;
    uint64_t word = 0;

    if (len >= 4) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + len - 4, 4);
        word = low | (uint64_t)high << 32;
    } else if (len > 0) {
        word = (uint64_t)(unsigned char)p[0] |
               (uint64_t)(unsigned char)p[len / 2] << 8 |
               (uint64_t)(unsigned char)p[len - 1] << 16;
    }
    return word | lower;
}

static uint32_t name_hash(struct str name)
{
    const uint64_t multiplier = 0x9e3779b97f4a7c15;
    uint64_t hash = name.len;
    const char *p = name.ptr;
    size_t left = name.len;

    for (; left > 8; p += 8, left -= 8)
        hash = ((hash ^ load_word(p, 8)) * multiplier) ^ (hash >> 29);
    hash = (hash ^ load_word(p, left)) * multiplier;
    return (uint32_t)(hash >> 32);
}

static void fill_slots(uint8_t *slots, size_t size, const struct str *names,
                       size_t count)
{
    for (size_t id = 1; id < count; id++) {
        if (names[id].len == 0)
            continue;
        size_t at = name_hash(names[id]) % size;
        while (slots[at] != 0)
            at = (at + 1) % size;
        slots[at] = (uint8_t)id;
    }
}

__attribute__((constructor)) static void fill_all(void)
{
    _Static_assert(TAG_COUNT < 256 && ATTR_COUNT < 256, "numbers fit a byte");
    fill_slots(tag_slots, TAG_SLOTS, tag_names, TAG_COUNT);
    fill_slots(attr_slots, ATTR_SLOTS, attr_names, ATTR_COUNT);
}

static unsigned find(const uint8_t *slots, size_t size, const struct str *names,
                     struct str name, uint32_t hash)
{
    for (size_t at = hash % size; slots[at] != 0; at = (at + 1) % size) {
        const struct str *known = &names[slots[at]];
        if (known->len == name.len && str_istarts(name, *known))
            return slots[at];
    }
    return 0;
}

enum tag_id tag_find(struct str name, uint32_t *hash)
{
    *hash = name_hash(name);
    return (enum tag_id)find(tag_slots, TAG_SLOTS, tag_names, name, *hash);
}

struct str tag_name(enum tag_id id)
{
    return tag_names[id];
}

enum attr_id attr_find(struct str name)
{
    if (name.len > 2 && ascii_lower(name.ptr[0]) == 'o' &&
        ascii_lower(name.ptr[1]) == 'n')
        return ATTR_HANDLER;
    return (enum attr_id)find(attr_slots, ATTR_SLOTS, attr_names, name,
                              name_hash(name));
}
