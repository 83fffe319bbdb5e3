#include "base/buf.h"
#include "base/json.h"

static const char *const type_names[] = {
    "null", "a boolean", "a number", "a string", "an array", "an object",
};

const char *json_type_name(enum json_type type)
{
    return type_names[type];
}

/* `"a", "b" or "c"` */
static struct str list_names(struct arena *a, const char *const *names)
{
    struct buf out = {0};

    for (size_t i = 0; names[i] != NULL; i++) {
        if (i > 0)
            buf_append(&out, names[i + 1] != NULL ? STR(", ") : STR(" or "));
        json_write_string(&out, str_of(names[i]));
    }
    struct str list = arena_dup(a, buf_str(&out));
    buf_release(&out);
    return list;
}

/* `did you mean "x"?` or, when nothing is near, `expected "x", "y" or "z"`. */
static struct str hint(struct arena *a, struct str text,
                       const char *const *names)
{
    const char *near = diag_closest(text, names);
    struct str all = list_names(a, names);

    if (near != NULL)
        return arena_printf(a, "expected " STR_FMT "; did you mean \"%s\"?",
                            STR_ARG(all), near);
    return arena_printf(a, "expected " STR_FMT, STR_ARG(all));
}

static bool is_known(struct str key, const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        if (str_eq(key, str_of(*keys)))
            return true;
    }
    return false;
}

bool json_check_type(struct diag *d, const struct json *value,
                     enum json_type type)
{
    if (value->type == type)
        return true;
    diag_error(d, value, "this is %s (expected %s)",
               json_type_name(value->type), json_type_name(type));
    return false;
}

bool json_check_object(struct diag *d, const struct json *value,
                       const char *const *keys)
{
    if (!json_check_type(d, value, JSON_OBJECT))
        return false;
    for (const struct json *m = value->child; m != NULL; m = m->next) {
        if (is_known(m->key, keys))
            continue;
        struct str help = hint(d->arena, m->key, keys);
        diag_key_error(d, m, "unknown key \"" STR_FMT "\" (" STR_FMT ")",
                       STR_ARG(m->key), STR_ARG(help));
    }
    return true;
}

bool json_read_bool(struct diag *d, const struct json *value, bool *out)
{
    if (value == NULL)
        return true;
    if (!json_check_type(d, value, JSON_BOOL))
        return false;
    *out = value->truth;
    return true;
}

bool json_read_string(struct diag *d, const struct json *value, struct str *out)
{
    if (value == NULL)
        return true;
    if (!json_check_type(d, value, JSON_STRING))
        return false;
    *out = value->string;
    return true;
}

bool json_read_uint(struct diag *d, const struct json *value, uint64_t min,
                    uint64_t max, uint64_t *out)
{
    if (value == NULL)
        return true;
    if (!json_check_type(d, value, JSON_NUMBER))
        return false;
    double n = value->number;
    /* Whole numbers are exact in a double up to 2^53. */
    if (!(n >= 0 && n <= 9007199254740992.0) || (double)(uint64_t)n != n ||
        (uint64_t)n < min || (uint64_t)n > max) {
        diag_error(d, value,
                   "out of range (expected a whole number from %llu "
                   "to %llu)",
                   (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    *out = (uint64_t)n;
    return true;
}

struct unit {
    const char *name;
    uint64_t factor;
};

/* All of `text` as digits and one of `units`, multiplied without overflow. */
static bool read_with_unit(struct str text, const struct unit *units,
                           size_t count, uint64_t *out)
{
    size_t digits = 0;
    uint64_t value;

    while (digits < text.len && ascii_is_digit(text.ptr[digits]))
        digits++;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(str_from(text, digits), str_of(units[i].name)))
            continue;
        uint64_t max = (uint64_t)INT64_MAX / units[i].factor;
        if (!str_to_uint(str_sub(text, 0, digits), max, &value))
            return false;
        *out = value * units[i].factor;
        return true;
    }
    return false;
}

bool json_read_duration(struct diag *d, const struct json *value,
                        uint64_t *out_ms)
{
    static const struct unit units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};

    if (value == NULL)
        return true;
    if (value->type == JSON_STRING &&
        read_with_unit(value->string, units, ARRAY_LEN(units), out_ms))
        return true;
    diag_error(d, value,
               "not a duration (expected a string with a unit, such "
               "as \"500ms\", \"30s\", \"5m\" or \"1h\")");
    return false;
}

bool json_read_size(struct diag *d, const struct json *value, uint64_t *out)
{
    static const struct unit units[] = {
        {"", 1}, {"k", 1u << 10}, {"m", 1u << 20}, {"g", 1u << 30}};

    if (value == NULL)
        return true;
    if (value->type == JSON_NUMBER)
        return json_read_uint(d, value, 0, (uint64_t)1 << 53, out);
    if (value->type == JSON_STRING &&
        read_with_unit(value->string, units, ARRAY_LEN(units), out))
        return true;
    diag_error(d, value,
               "not a size (expected bytes, or a string with a unit "
               "such as \"64k\", \"1m\" or \"2g\")");
    return false;
}

bool json_read_choice(struct diag *d, const struct json *value,
                      const char *const *names, int *out)
{
    if (value == NULL)
        return true;
    if (!json_check_type(d, value, JSON_STRING))
        return false;
    for (int i = 0; names[i] != NULL; i++) {
        if (str_eq(value->string, str_of(names[i]))) {
            *out = i;
            return true;
        }
    }
    struct str help = hint(d->arena, value->string, names);
    diag_error(d, value, "unknown value \"" STR_FMT "\" (" STR_FMT ")",
               STR_ARG(value->string), STR_ARG(help));
    return false;
}
