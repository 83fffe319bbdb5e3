/* app/request_args.h - a request told on the command line.
 *
 * explain, filter and cookies build from --url and -H the very bytes a client
 * would have sent, and read them as serve does, so that they can be asked
 * about nothing that serve would refuse.
 */
#pragma once

#include "net/settings.h"

/* The fields of -H. Zero-initialise with an arena. */
struct request_args {
    struct arena *arena;
    struct fields fields;
    unsigned room;
};

/* A request and what the policy of its site says of it. */
struct asked_request {
    struct url url;
    struct request_head head;
    const struct site_settings *site;
    struct visit visit;
};

/* Take a -H argument in curl's forms: "Name: value", "Name;" for an empty
 * value, "Name:" for no field. false: complained. */
bool request_args_add(struct request_args *args, const char *text);

/* Take the field with this id out of the request; false if it has none. */
bool request_args_take(struct request_args *args, enum field_id id,
                       struct field *out);

/* Whether `text` is an absolute URL of the web, or a path on the first site's
 * host. false: complained; the command line is bad. */
bool request_args_check_url(const char *text);

/* Parse such a URL. false: complained. */
bool request_args_url(const struct settings *s, const char *text,
                      struct url *out, struct arena *arena);

/* Make the request. `url`: as above; NULL is "/". `out` must stay where it is:
 * the visit points into it. Strings live in the arena. false: complained. */
bool request_args_ask(const struct request_args *args, const struct settings *s,
                      const char *url, struct asked_request *out,
                      struct arena *arena);
