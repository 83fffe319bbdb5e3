#include "app/config_parts.h"

enum { TIMEOUT_MAX_HOURS = 366 * 24 };

#define TIMEOUT_KEY(id, key, ms) key,
static const char *const timeout_keys[] = {TIMEOUTS(TIMEOUT_KEY) NULL};
#undef TIMEOUT_KEY

#define TIMEOUT_DEFAULT(id, key, ms) ms,
static const uint64_t timeout_defaults[] = {TIMEOUTS(TIMEOUT_DEFAULT)};
#undef TIMEOUT_DEFAULT

static void read_timeout(struct config_reader *r, const struct json *value,
                         uint64_t *out)
{
    static const uint64_t max = (uint64_t)TIMEOUT_MAX_HOURS * 3600 * 1000;
    uint64_t ms;

    if (value == NULL || !json_read_duration(r->d, value, &ms))
        return;
    if (ms == 0 || ms > max)
        diag_error(r->d, value, "expected a duration from 1ms to %dh",
                   TIMEOUT_MAX_HOURS);
    else
        *out = ms;
}

void config_timeouts(struct config_reader *r, const struct json *value)
{
    uint64_t *out = r->s->timeouts_ms;

    memcpy(out, timeout_defaults, sizeof(timeout_defaults));
    if (value == NULL || !json_check_object(r->d, value, timeout_keys))
        return;
    for (unsigned i = 0; i < TIMEOUT_COUNT; i++)
        read_timeout(r, json_member(value, timeout_keys[i]), &out[i]);
}

static const char *const limit_keys[] = {
    "request_line",     "request_headers",
    "request_fields",   "request_body",
    "response_headers", "connections",
    "rewrite_memory",   "connections_per_client",
    "inflate_ratio",    "streams",
    "underscores",      NULL,
};

static void set_defaults(struct limit_settings *limits)
{
    *limits = (struct limit_settings){
        .request = {.line = 8 << 10, .bytes = 32 << 10, .count = 100},
        .response = {.line = 8 << 10, .bytes = 64 << 10},
        .connections = 8192,
        .rewrite_memory = 1 << 20,
        .inflate_ratio = 1000,
    };
}

static void read_size(struct config_reader *r, const struct json *value,
                      uint64_t min, uint64_t max, size_t *out)
{
    uint64_t size;

    if (value == NULL || !json_read_size(r->d, value, &size))
        return;
    if (size < min || size > max)
        diag_error(r->d, value, "expected a size from %llu to %llu bytes",
                   (unsigned long long)min, (unsigned long long)max);
    else
        *out = (size_t)size;
}

void config_limits(struct config_reader *r, const struct json *value)
{
    struct limit_settings *limits = &r->s->limits;

    set_defaults(limits);
    if (value == NULL || !json_check_object(r->d, value, limit_keys))
        return;
    config_refuse(r, json_member(value, "streams"));
    read_size(r, json_member(value, "request_line"), 64, 16 << 20,
              &limits->request.line);
    read_size(r, json_member(value, "request_headers"), 64, 16 << 20,
              &limits->request.bytes);
    config_unsigned(r, json_member(value, "request_fields"), 1, 65536,
                    &limits->request.count);
    read_size(r, json_member(value, "response_headers"), 64, 16 << 20,
              &limits->response.bytes);
    json_read_size(r->d, json_member(value, "request_body"),
                   &limits->request_body);
    config_unsigned(r, json_member(value, "connections"), 1, 1 << 24,
                    &limits->connections);
    config_unsigned(r, json_member(value, "connections_per_client"), 0, 1 << 24,
                    &limits->connections_per_client);
    read_size(r, json_member(value, "rewrite_memory"), 1 << 10, 1 << 30,
              &limits->rewrite_memory);
    config_unsigned(r, json_member(value, "inflate_ratio"), 1, 1 << 24,
                    &limits->inflate_ratio);
    json_read_bool(r->d, json_member(value, "underscores"),
                   &limits->underscores);
}
