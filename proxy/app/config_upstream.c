#include "app/config_parts.h"

static const char *const upstream_keys[] = {"servers", "balance", "keepalive",
                                            "retries", "health",  NULL};
static const char *const server_keys[] = {"address", "tls", "weight", NULL};

/* By enum balance. */
static const char *const balances[] = {"least-connections", "round-robin",
                                       "hash", NULL};

struct server_list {
    struct server_settings *items;
    unsigned count, room;
};

static void add_server(struct config_reader *r, struct server_list *list,
                       const struct address *address, unsigned weight)
{
    if (list->count == list->room) {
        list->room = list->room * 2 + 2;
        list->items = arena_grow(r->d->arena, list->items, list->count,
                                 list->room, sizeof(struct server_settings));
    }
    list->items[list->count++] =
        (struct server_settings){.address = *address, .weight = weight};
}

static void read_server(struct config_reader *r, const struct json *value,
                        struct server_list *list)
{
    struct address_list addresses;
    const struct json *address = value;
    unsigned weight = 1;

    if (value->type == JSON_OBJECT) {
        json_check_object(r->d, value, server_keys);
        config_refuse(r, json_member(value, "tls"));
        config_unsigned(r, json_member(value, "weight"), 1, 1000, &weight);
        address = json_member(value, "address");
        if (address == NULL) {
            diag_error(r->d, value, "\"address\" is missing");
            return;
        }
    }
    if (!config_addresses(r, address, ADDRESS_SERVER, &addresses))
        return;
    for (unsigned i = 0; i < addresses.count; i++)
        add_server(r, list, &addresses.items[i], weight);
}

static void read_servers(struct config_reader *r, const struct json *upstream,
                         struct upstream_settings *out)
{
    const struct json *servers = json_member(upstream, "servers");
    struct server_list list = {0};

    if (servers == NULL) {
        diag_error(r->d, upstream,
                   "\"servers\" is missing (expected [\"HOST:PORT\"])");
        return;
    }
    if (!json_check_type(r->d, servers, JSON_ARRAY))
        return;
    if (servers->count == 0)
        diag_error(r->d, servers, "at least one server is wanted");
    for (const struct json *v = servers->child; v != NULL; v = v->next)
        read_server(r, v, &list);
    out->servers = list.items;
    out->server_count = list.count;
}

void config_upstream(struct config_reader *r, const struct json *site,
                     struct upstream_settings *out)
{
    const struct json *value = json_member(site, "upstream");
    int balance = BALANCE_LEAST_CONNECTIONS;

    out->keepalive = 64;
    out->retries = 1;
    if (value == NULL) {
        diag_error(r->d, site,
                   "\"upstream\" is missing (expected {\"servers\": "
                   "[\"HOST:PORT\"]})");
        return;
    }
    if (!json_check_object(r->d, value, upstream_keys))
        return;
    config_refuse(r, json_member(value, "health"));
    read_servers(r, value, out);
    json_read_choice(r->d, json_member(value, "balance"), balances, &balance);
    out->balance = (enum balance)balance;
    config_unsigned(r, json_member(value, "keepalive"), 0, 1 << 16,
                    &out->keepalive);
    config_unsigned(r, json_member(value, "retries"), 0, 16, &out->retries);
}
