#include "app/config_parts.h"
#include "base/log.h"

static const char *const log_keys[] = {"access", "error", NULL};
static const char *const access_keys[] = {"path", "format", "client_address",
                                          NULL};
static const char *const error_keys[] = {"path", "level", NULL};

/* By enum access_format and enum client_address_form. */
static const char *const formats[] = {"json", "common", "combined", NULL};
static const char *const address_forms[] = {"truncate-when-denied", "truncate",
                                            "full", "omit", NULL};

static void read_log_path(struct config_reader *r, const struct json *value,
                          struct str *out)
{
    struct str path;

    if (value == NULL || !json_read_string(r->d, value, &path))
        return;
    if (path.len == 0)
        diag_error(r->d, value,
                   "expected a path, \"-\" (standard output) or \"stderr\"");
    else if (str_eq(path, STR("syslog")))
        diag_error(r->d, value, "\"syslog\" is not available in this version");
    else if (str_eq(path, STR("-")) || str_eq(path, STR("stderr")))
        *out = path;
    else
        *out = config_path(r, path);
}

static void read_format(struct config_reader *r, const struct json *value,
                        enum access_format *out)
{
    int format = (int)*out;

    /* A template holds fields: "$status". */
    if (value != NULL && value->type == JSON_STRING &&
        (str_find_char(value->string, '$', 0) < value->string.len ||
         str_find_char(value->string, '{', 0) < value->string.len)) {
        diag_error(r->d, value,
                   "a template is not available in this version (expected "
                   "\"json\", \"common\" or \"combined\")");
        return;
    }
    if (json_read_choice(r->d, value, formats, &format))
        *out = (enum access_format)format;
}

static void read_access(struct config_reader *r, const struct json *value)
{
    struct access_log_settings *access = &r->s->access;
    int form = (int)access->client_address;

    if (value != NULL && value->type == JSON_NULL) {
        access->enabled = false;
        return;
    }
    if (value == NULL || !json_check_object(r->d, value, access_keys))
        return;
    read_log_path(r, json_member(value, "path"), &access->path);
    read_format(r, json_member(value, "format"), &access->format);
    if (json_read_choice(r->d, json_member(value, "client_address"),
                         address_forms, &form))
        access->client_address = (enum client_address_form)form;
}

static void read_error(struct config_reader *r, const struct json *value)
{
    if (value == NULL || !json_check_object(r->d, value, error_keys))
        return;
    read_log_path(r, json_member(value, "path"), &r->s->error_log_path);
    if (str_eq(r->s->error_log_path, STR("-")))
        r->s->error_log_path = STR("/dev/stdout");
    json_read_choice(r->d, json_member(value, "level"), log_level_names,
                     &r->s->error_log_level);
}

void config_log(struct config_reader *r, const struct json *value)
{
    r->s->access = (struct access_log_settings){
        .enabled = true,
        .path = STR("-"),
        .format = ACCESS_JSON,
        .client_address = CLIENT_TRUNCATE_WHEN_DENIED,
    };
    r->s->error_log_path = STR("stderr");
    r->s->error_log_level = LOG_INFO;
    if (value == NULL || !json_check_object(r->d, value, log_keys))
        return;
    read_access(r, json_member(value, "access"));
    read_error(r, json_member(value, "error"));
}
