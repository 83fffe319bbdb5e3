#include "rewrite/address.h"

#include <arpa/inet.h>

enum { KEPT_V6 = 6, MAPPED = 12 }; /* bytes */

/* Without "[", "]" and a port. */
static struct str strip_port(struct str s)
{
    if (str_starts(s, STR("[")))
        return str_sub(s, 1, str_find_char(s, ']', 0) - 1);
    size_t colon = str_find_char(s, ':', 0);
    if (str_find_char(s, ':', colon + 1) == s.len)
        return str_sub(s, 0, colon);
    return s;
}

static struct str truncate_v6(unsigned char *bytes, struct arena *arena)
{
    static const unsigned char mapped[MAPPED] = {[10] = 0xff, [11] = 0xff};
    char text[INET6_ADDRSTRLEN];

    if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
        return arena_printf(arena, "%u.%u.%u.0", bytes[12], bytes[13],
                            bytes[14]);
    memset(bytes + KEPT_V6, 0, 16 - KEPT_V6);
    inet_ntop(AF_INET6, bytes, text, sizeof(text));
    return arena_dup(arena, str_of(text));
}

struct str address_truncate(struct str address, struct arena *arena)
{
    struct str bare = strip_port(address);
    char text[INET6_ADDRSTRLEN + 1];
    unsigned char bytes[16];

    if (bare.len >= sizeof(text))
        return address;
    memcpy(text, bare.len > 0 ? bare.ptr : "", bare.len);
    text[bare.len] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1)
        return arena_printf(arena, "%u.%u.%u.0", bytes[0], bytes[1], bytes[2]);
    if (inet_pton(AF_INET6, text, bytes) == 1)
        return truncate_v6(bytes, arena);
    return address;
}
