#include "app/config_parts.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { NAME_MAX_BYTES = 255 };

static bool read_unix(struct config_reader *r, const struct json *value,
                      struct address *out)
{
    struct str path = config_path(r, str_from(value->string, 5));
    struct sockaddr_un sockaddr = {.sun_family = AF_UNIX};

    if (value->string.len == 5) {
        diag_error(r->d, value, "\"unix:\" wants a path behind it");
        return false;
    }
    if (path.len >= sizeof(sockaddr.sun_path) ||
        memchr(path.ptr, '\0', path.len) != NULL) {
        diag_error(r->d, value,
                   "\"" STR_FMT "\" is no path of a socket (at most %zu bytes)",
                   STR_ARG(path), sizeof(sockaddr.sun_path) - 1);
        return false;
    }
    memcpy(sockaddr.sun_path, path.ptr, path.len);
    memcpy(out->sockaddr.bytes, &sockaddr, sizeof(sockaddr));
    out->len =
        (unsigned)(offsetof(struct sockaddr_un, sun_path) + path.len + 1);
    out->text =
        arena_concat(r->d->arena, (struct str[]){STR("unix:"), path}, 2);
    return true;
}

struct host_port {
    char host[NAME_MAX_BYTES + 1];
    char port[6];
};

/* Split at the last colon; an IPv6 address stands in brackets. */
static bool split(struct str text, struct host_port *out)
{
    size_t colon = text.len;

    while (colon > 0 && text.ptr[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    struct str host = str_sub(text, 0, colon - 1);
    struct str port = str_from(text, colon);
    if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
        host = str_sub(host, 1, host.len - 2);
    else if (str_find_char(host, ':', 0) < host.len)
        return false;

    uint64_t number;
    if (host.len == 0 || host.len > NAME_MAX_BYTES ||
        memchr(host.ptr, '\0', host.len) != NULL || port.len > 5 ||
        !str_to_uint(port, 65535, &number))
        return false;
    memcpy(out->host, host.ptr, host.len);
    out->host[host.len] = '\0';
    memcpy(out->port, port.ptr, port.len);
    out->port[port.len] = '\0';
    return true;
}

static struct str address_text(struct config_reader *r,
                               const struct addrinfo *info)
{
    char host[INET6_ADDRSTRLEN], port[6];

    if (getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof(host), port,
                    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return (struct str){0};
    return arena_printf(r->d->arena,
                        info->ai_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
                        port);
}

static void take_family(struct config_reader *r, const struct addrinfo *list,
                        int family, struct address_list *out)
{
    for (; list != NULL && out->count < ADDRESSES_PER_NAME;
         list = list->ai_next) {
        if (list->ai_family != family || list->ai_addrlen > ADDRESS_MAX)
            continue;
        struct address *address = &out->items[out->count++];
        address->text = address_text(r, list);
        address->len = list->ai_addrlen;
        memcpy(address->sockaddr.bytes, list->ai_addr, list->ai_addrlen);
    }
}

static bool resolve(struct config_reader *r, const struct json *value,
                    const struct host_port *parts, struct address_list *out)
{
    struct addrinfo *list;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICSERV | AI_NUMERICHOST};
    int error = getaddrinfo(parts->host, parts->port, &hints, &list);

    if (error == EAI_NONAME && r->offline) {
        out->count = 1;
        return true;
    }
    if (error == EAI_NONAME) {
        hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
        error = getaddrinfo(parts->host, parts->port, &hints, &list);
    }
    if (error != 0) {
        diag_error(r->d, value, "\"%s\" cannot be resolved: %s", parts->host,
                   gai_strerror(error));
        return false;
    }
    take_family(r, list, AF_INET, out);
    take_family(r, list, AF_INET6, out);
    freeaddrinfo(list);
    return out->count > 0;
}

static bool read_tcp(struct config_reader *r, const struct json *value,
                     enum address_use use, struct address_list *out)
{
    struct host_port parts;

    if (!split(value->string, &parts)) {
        diag_error(r->d, value,
                   "\"" STR_FMT "\" is no address (expected HOST:PORT, "
                   "[V6]:PORT or unix:PATH)",
                   STR_ARG(value->string));
        return false;
    }
    if (use == ADDRESS_SERVER &&
        strspn(parts.port, "0") == strlen(parts.port)) {
        diag_error(r->d, value, "a server has a port from 1 to 65535");
        return false;
    }
    if (!resolve(r, value, &parts, out))
        return false;
    if (use == ADDRESS_LISTEN)
        out->count = 1;
    if (out->count == 1)
        out->items[0].text = value->string;
    return true;
}

bool config_addresses(struct config_reader *r, const struct json *value,
                      enum address_use use, struct address_list *out)
{
    if (!json_check_type(r->d, value, JSON_STRING))
        return false;
    struct str text = value->string;
    memset(out, 0, sizeof(*out));
    if (str_starts(text, STR("unix:"))) {
        out->count = 1;
        return read_unix(r, value, &out->items[0]);
    }
    if (use == ADDRESS_LISTEN && str_starts(text, STR("fd:"))) {
        diag_error(r->d, value,
                   "\"fd:\" (socket activation) is not available in this "
                   "version");
        return false;
    }
    return read_tcp(r, value, use, out);
}
