#include "app/config_parts.h"

#include <arpa/inet.h>
#include <sched.h>

enum { WORKERS_MAX = 256 };

static const char *const listen_keys[] = {"address", "tls", "proxy_protocol",
                                          NULL};

static bool read_listener(struct config_reader *r, const struct json *value,
                          struct listen_settings *out)
{
    struct address_list addresses;

    if (!json_check_object(r->d, value, listen_keys))
        return false;
    config_refuse(r, json_member(value, "tls"));
    config_refuse_on(r, json_member(value, "proxy_protocol"));
    const struct json *address = json_member(value, "address");
    if (address == NULL) {
        diag_error(r->d, value, "\"address\" is missing");
        return false;
    }
    if (!config_addresses(r, address, ADDRESS_LISTEN, &addresses))
        return false;
    out->address = addresses.items[0];
    out->is_unix = str_starts(address->string, STR("unix:"));
    return true;
}

/* Port 0 stands for another port each time. */
static bool same_place(const struct listen_settings *a,
                       const struct listen_settings *b)
{
    return str_eq(a->address.text, b->address.text) &&
           !str_ends(a->address.text, STR(":0"));
}

static void refuse_repeated(struct config_reader *r, const struct json *value,
                            const struct listen_settings *listeners,
                            unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (same_place(&listeners[i], &listeners[count]))
            diag_error(r->d, value,
                       "\"" STR_FMT "\" stands twice in \"listen\"",
                       STR_ARG(listeners[count].address.text));
}

void config_listeners(struct config_reader *r, const struct json *root)
{
    const struct json *list = json_member(root, "listen");

    if (list == NULL) {
        diag_error(r->d, root,
                   "\"listen\" is missing (expected [{\"address\": "
                   "\"HOST:PORT\"}])");
        return;
    }
    if (!json_check_type(r->d, list, JSON_ARRAY))
        return;
    if (list->count == 0)
        diag_error(r->d, list, "at least one address is wanted");
    struct listen_settings *listeners =
        arena_array(r->d->arena, struct listen_settings, list->count);
    unsigned count = 0;
    for (const struct json *v = list->child; v != NULL; v = v->next) {
        if (!read_listener(r, v, &listeners[count]))
            continue;
        refuse_repeated(r, v, listeners, count);
        count++;
    }
    r->s->listeners = listeners;
    r->s->listener_count = count;
}

/* The CPUs that this process may use. */
static unsigned count_cpus(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    unsigned count = (unsigned)CPU_COUNT(&set);
    return count < WORKERS_MAX ? count : WORKERS_MAX;
}

void config_workers(struct config_reader *r, const struct json *value)
{
    r->s->workers = count_cpus();
    if (value == NULL)
        return;
    if (value->type == JSON_NUMBER)
        config_unsigned(r, value, 1, WORKERS_MAX, &r->s->workers);
    else if (value->type != JSON_STRING || !str_eq(value->string, STR("auto")))
        diag_error(r->d, value, "expected \"auto\" or a number from 1 to %d",
                   WORKERS_MAX);
}

/* ---- trusted proxies ---------------------------------------------------- */

static bool read_bits(struct str text, unsigned max, unsigned *bits)
{
    uint64_t number = max;

    if (text.ptr != NULL && !str_to_uint(text, max, &number))
        return false;
    *bits = (unsigned)number;
    return true;
}

static void clear_host_bits(struct cidr *block)
{
    for (unsigned i = block->bits; i < 128; i++)
        block->address[i / 8] &= (unsigned char)~(0x80u >> (i % 8));
}

static bool parse_block(struct str text, struct cidr *out)
{
    static const unsigned char v4_mapped[12] = {[10] = 0xff, [11] = 0xff};
    char address[INET6_ADDRSTRLEN];
    struct str bits = text;
    struct str host = str_cut(&bits, '/');

    if (host.len >= sizeof(address) || memchr(host.ptr, '\0', host.len) != NULL)
        return false;
    memcpy(address, host.ptr, host.len);
    address[host.len] = '\0';
    if (inet_pton(AF_INET, address, out->address + 12) == 1) {
        memcpy(out->address, v4_mapped, sizeof(v4_mapped));
        if (!read_bits(bits, 32, &out->bits))
            return false;
        out->bits += 96;
    } else if (inet_pton(AF_INET6, address, out->address) != 1 ||
               !read_bits(bits, 128, &out->bits)) {
        return false;
    }
    clear_host_bits(out);
    return true;
}

void config_trusted_proxies(struct config_reader *r, const struct json *value)
{
    if (value == NULL || !json_check_type(r->d, value, JSON_ARRAY))
        return;
    struct cidr *blocks = arena_array(r->d->arena, struct cidr, value->count);
    unsigned count = 0;
    for (const struct json *v = value->child; v != NULL; v = v->next) {
        if (!json_check_type(r->d, v, JSON_STRING))
            continue;
        if (!parse_block(v->string, &blocks[count])) {
            diag_error(r->d, v,
                       "\"" STR_FMT "\" is no block of addresses (expected "
                       "\"10.0.0.0/8\" or \"fd00::/8\")",
                       STR_ARG(v->string));
            continue;
        }
        count++;
    }
    r->s->trusted = blocks;
    r->s->trusted_count = count;
}
