/* base/json.h - JSON (RFC 8259) with the place of every value in its file.
 *
 * cJSON decides what is JSON and decodes strings; a walk over the text beside
 * its tree notes where each value and key stands, so that a complaint can name
 * line and column. Duplicate keys in an object are an error, as are a nesting
 * deeper than JSON_DEPTH_MAX, bytes behind the value, and text that is not
 * UTF-8. The readers report what is wrong and return false, so that the caller
 * goes on to the next member.
 */
#pragma once

#include "base/diag.h"

enum {
    JSON_DEPTH_MAX = 64,
    JSON_FILE_MAX = 64 << 20, /* bytes */
};

enum json_type {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_file {
    struct str path; /* for messages */
    struct str text;
};

struct json {
    enum json_type type;
    bool truth;        /* JSON_BOOL */
    double number;     /* JSON_NUMBER */
    struct str string; /* JSON_STRING, decoded */
    struct str key;    /* decoded; of a member of an object */
    unsigned index;    /* of an element of an array */
    unsigned count;    /* children */
    size_t at, end;    /* the value's bytes in the file */
    size_t key_at;     /* where the key's quote stands */
    const struct json *parent, *child, *next;
    const struct json_file *file;
};

/* Parse `text`; everything lives in d->arena, `text` is copied. NULL: reported.
 */
const struct json *json_parse(struct diag *d, struct str path, struct str text);

/* The same for a file on disk. A directory, a file that cannot be read, one
 * beyond JSON_FILE_MAX: reported, NULL. */
const struct json *json_parse_file(struct diag *d, struct str path);

/* The member of that name, or NULL; NULL too if `object` is no object. */
const struct json *json_member(const struct json *object, const char *key);

/* The JSON Pointer of a value. */
struct str json_pointer(struct arena *a, const struct json *value);

const char *json_type_name(enum json_type type);

/* Check that `value` is an object with no keys but those in `keys` (ended by
 * NULL). Reports unknown keys, with the nearest known one, each at its place.
 * Returns whether it is an object. */
bool json_check_object(struct diag *d, const struct json *value,
                       const char *const *keys);

/* Check that a value has this type; reports otherwise. */
bool json_check_type(struct diag *d, const struct json *value,
                     enum json_type type);

/* Readers. `value` NULL: the member is absent, `*out` stays as it is, true.
 * false: reported, `*out` stays as it is. */
bool json_read_bool(struct diag *d, const struct json *value, bool *out);
bool json_read_string(struct diag *d, const struct json *value,
                      struct str *out);
bool json_read_uint(struct diag *d, const struct json *value, uint64_t min,
                    uint64_t max, uint64_t *out);

/* A duration string with a unit, "500ms" "30s" "5m" "1h", in milliseconds. */
bool json_read_duration(struct diag *d, const struct json *value,
                        uint64_t *out_ms);

/* A size: a number of bytes, or a string with a unit, "64k" "1m" "2g". */
bool json_read_size(struct diag *d, const struct json *value, uint64_t *out);

/* One of `names` (ended by NULL); *out is its index. */
bool json_read_choice(struct diag *d, const struct json *value,
                      const char *const *names, int *out);

/* Append `text` as a JSON string, quotes included; bytes that are not UTF-8
 * become U+FFFD. */
struct buf;
void json_write_string(struct buf *out, struct str text);
