#include "rules/element_hint.h"

static uint32_t hint_hash(enum element_hint kind, struct str word)
{
    const uint64_t multiplier = 0x9e3779b97f4a7c15;
    uint64_t hash = word.len * 8 + (unsigned)kind, part;
    const char *p = word.ptr;
    size_t left = word.len;

    for (; left >= sizeof(part); p += sizeof(part), left -= sizeof(part)) {
        memcpy(&part, p, sizeof(part));
        hash = (hash ^ part) * multiplier;
        hash ^= hash >> 32;
    }
    part = 0;
    if (left > 0)
        memcpy(&part, p, left);
    return (uint32_t)((hash ^ part) * multiplier >> 40);
}

static void note(struct element_hints *h, enum element_hint kind,
                 struct str word)
{
    uint32_t bit = hint_hash(kind, word) % (ELEMENT_HINT_WORDS * 64);

    h->bits[bit >> 6] |= (uint64_t)1 << (bit & 63);
}

bool element_hints_have(const struct element_hints *h, enum element_hint kind,
                        struct str word)
{
    uint32_t bit = hint_hash(kind, word) % (ELEMENT_HINT_WORDS * 64);

    return h->all || (h->bits[bit >> 6] >> (bit & 63) & 1) != 0;
}

static bool is_named(const struct selector_simple *s, const char *name)
{
    return str_eq(s->name, str_of(name));
}

/* The condition that a simple selector is, if it is one to be noted. */
static bool hint_of(const struct selector_simple *s, enum element_hint *kind,
                    struct str *word)
{
    bool is_id = is_named(s, "id"), is_class = is_named(s, "class");
    bool begins = s->test == SELECTOR_STARTS || s->test == SELECTOR_EQUALS;

    if (s->test == SELECTOR_NOT)
        return false;
    *word = s->name;
    if (s->test == SELECTOR_TYPE) {
        *kind = HINT_NAME;
    } else if (is_id && s->test == SELECTOR_EQUALS && !s->fold) {
        *kind = HINT_ID;
        *word = s->value;
    } else if (is_class && s->test == SELECTOR_WORD && !s->fold) {
        *kind = HINT_CLASS;
        *word = s->value;
    } else if ((is_id || is_class) && begins && !s->fold &&
               s->value.len >= HINT_START_LEN) {
        *kind = is_id ? HINT_ID_START : HINT_CLASS_START;
        *word = str_sub(s->value, 0, HINT_START_LEN);
    } else {
        *kind = HINT_ATTR;
    }
    return true;
}

/* How few elements fulfil a condition; the highest is noted. */
static int rank_of(enum element_hint kind, struct str word)
{
    static const int ranks[] = {
        [HINT_ID] = 7,          [HINT_CLASS] = 6,    [HINT_ATTR] = 5,
        [HINT_CLASS_START] = 4, [HINT_ID_START] = 4, [HINT_NAME] = 3,
    };

    if (kind == HINT_ATTR &&
        (str_eq(word, STR("id")) || str_eq(word, STR("class"))))
        return 2;
    return ranks[kind];
}

void element_hints_add(struct element_hints *h, const struct selector *s)
{
    enum element_hint best_kind = HINT_NAME, kind;
    struct str best_word = {0}, word;
    int best = 0;

    for (unsigned i = 0; i < s->last->count; i++) {
        if (!hint_of(&s->last->simples[i], &kind, &word) ||
            rank_of(kind, word) <= best)
            continue;
        best = rank_of(kind, word);
        best_kind = kind;
        best_word = word;
    }
    if (best == 0)
        h->all = true;
    else
        note(h, best_kind, best_word);
}
