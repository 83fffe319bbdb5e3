/* app/config_parts.h - the parts of the configuration loader.
 *
 * One function per member of the file. Each reports what is wrong and goes on;
 * none says whether it succeeded: config.c counts the problems at the end.
 * A `value` may be NULL where the member is absent.
 */
#pragma once

#include "app/config.h"

struct config_reader {
    struct diag *d; /* d->arena is the settings' arena */
    struct settings *s;
    struct arena *scratch; /* the caller's: gone once the load is reported */
    struct str dir;        /* of the file, with its last slash; or empty */
    bool offline;          /* look up no names */
};

/* ---- helpers ------------------------------------------------------------ */

/* Report a member that this version does not offer, if it is there. */
void config_refuse(struct config_reader *r, const struct json *member);

/* The same for a switch, which may stand there turned off. */
void config_refuse_on(struct config_reader *r, const struct json *member);

/* Read a number into *out, which stays as it is when there is none. */
void config_unsigned(struct config_reader *r, const struct json *value,
                     unsigned min, unsigned max, unsigned *out);

/* A path as seen from the file it stands in. In the settings' arena. */
struct str config_path(const struct config_reader *r, struct str path);

/* ---- addresses ---------------------------------------------------------- */

enum address_use { ADDRESS_LISTEN, ADDRESS_SERVER };
enum { ADDRESSES_PER_NAME = 16 };

struct address_list {
    struct address items[ADDRESSES_PER_NAME];
    unsigned count;
};

/* Read an address: HOST:PORT, [V6]:PORT or unix:PATH. A name of a server may
 * stand for several, IPv4 first. Offline, a name gives one without sockaddr.
 * false: reported. */
bool config_addresses(struct config_reader *r, const struct json *value,
                      enum address_use use, struct address_list *out);

/* ---- members ------------------------------------------------------------ */

void config_listeners(struct config_reader *r, const struct json *root);
void config_workers(struct config_reader *r, const struct json *value);
void config_trusted_proxies(struct config_reader *r, const struct json *value);
void config_timeouts(struct config_reader *r, const struct json *value);
void config_limits(struct config_reader *r, const struct json *value);
void config_log(struct config_reader *r, const struct json *value);
void config_rules(struct config_reader *r, const struct json *value);

/* The sites, and the policy that stands beside them. Needs rules and purposes.
 */
void config_sites(struct config_reader *r, const struct json *root);

/* Of one site. */
void config_upstream(struct config_reader *r, const struct json *site,
                     struct upstream_settings *out);
