#include "rewrite/html_name.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

enum { TAG_SLOTS = 1024, ATTR_SLOTS = 512, KEY_MAX = 16 };

/* Open-addressed tables of numbers, filled before main, and the keys of all
 * numbers. */
static uint8_t tag_slots[TAG_SLOTS], attr_slots[ATTR_SLOTS];
static struct name_key tag_keys[TAG_COUNT], attr_keys[ATTR_COUNT];

static uint32_t hash_words(uint64_t low, uint64_t high)
{
    uint64_t mixed =
        low * 0x9e3779b97f4a7c15 ^ (high ^ low >> 32) * 0xc2b2ae3d27d4eb4f;

    return (uint32_t)(mixed >> 32 ^ mixed >> 15);
}

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
                             KEY_MAX + 1};
}

#ifdef __SSE2__

/* The first `len` bytes at `p`, of which 16 may be read, in lower case. */
static inline void load_name(const char *p, size_t len, uint64_t words[2])
{
    static const signed char ones[32] = {
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    };
    __m128i c = _mm_loadu_si128((const __m128i *)p);
    __m128i keep = _mm_loadu_si128((const __m128i *)(ones + KEY_MAX - len));
    __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(c, _mm_set1_epi8('A' - 1)),
                                  _mm_cmplt_epi8(c, _mm_set1_epi8('Z' + 1)));

    c = _mm_or_si128(c, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
    _mm_storeu_si128((__m128i *)words, _mm_and_si128(c, keep));
}

#else

static inline void load_name(const char *p, size_t len, uint64_t words[2])
{
    char lower[KEY_MAX] = {0};

    for (size_t i = 0; i < len; i++)
        lower[i] = ascii_lower(p[i]);
    memcpy(words, lower, sizeof(lower));
}

#endif

struct name_key name_key(struct str name, const char *end)
{
    char copy[KEY_MAX] = {0};
    uint64_t words[2];

    if (name.len > KEY_MAX)
        return long_key(name);
    if (end - name.ptr >= KEY_MAX) {
        load_name(name.ptr, name.len, words);
    } else {
        if (name.len > 0)
            memcpy(copy, name.ptr, name.len);
        load_name(copy, name.len, words);
    }
    return (struct name_key){words[0], words[1], hash_words(words[0], words[1]),
                             (uint32_t)name.len};
}

static void fill(uint8_t *slots, size_t size, const struct str *names,
                 struct name_key *keys, size_t count)
{
    for (size_t id = 1; id < count; id++) {
        if (names[id].len == 0)
            continue;
        keys[id] = name_key(names[id], names[id].ptr + names[id].len);
        size_t at = keys[id].hash % size;
        while (slots[at] != 0)
            at = (at + 1) % size;
        slots[at] = (uint8_t)id;
    }
}

__attribute__((constructor)) static void fill_all(void)
{
    _Static_assert(TAG_COUNT < 256 && ATTR_COUNT <= 64, "numbers are small");
    fill(tag_slots, TAG_SLOTS, tag_names, tag_keys, TAG_COUNT);
    fill(attr_slots, ATTR_SLOTS, attr_names, attr_keys, ATTR_COUNT);
}

static inline unsigned find(const uint8_t *slots, size_t size,
                            const struct name_key *keys,
                            const struct name_key *key)
{
    for (size_t at = key->hash % size; slots[at] != 0; at = (at + 1) % size) {
        const struct name_key *known = &keys[slots[at]];
        if (known->low == key->low && known->high == key->high &&
            known->len == key->len)
            return slots[at];
    }
    return 0;
}

enum tag_id tag_find(const struct name_key *key)
{
    return (enum tag_id)find(tag_slots, TAG_SLOTS, tag_keys, key);
}

struct str tag_name(enum tag_id id)
{
    return tag_names[id];
}

static bool is_handler(const struct name_key *key)
{
    static const char on[2] = "on";

    return key->len > 2 && memcmp(&key->low, on, sizeof(on)) == 0;
}

enum attr_id attr_find(const struct name_key *key)
{
    if (is_handler(key))
        return ATTR_HANDLER;
    return (enum attr_id)find(attr_slots, ATTR_SLOTS, attr_keys, key);
}
