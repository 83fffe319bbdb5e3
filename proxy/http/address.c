#include "http/address.h"

#include <arpa/inet.h>

enum { KEPT_V4 = 3, KEPT_V6 = 6 }; /* bytes: /24 and /48 */

static bool write_v4(struct buf *out, const unsigned char *bytes)
{
    unsigned char cut[4] = {0};
    char text[INET_ADDRSTRLEN];

    memcpy(cut, bytes, KEPT_V4);
    buf_append(out, str_of(inet_ntop(AF_INET, cut, text, sizeof(text))));
    return true;
}

static bool write_v6(struct buf *out, const unsigned char *bytes)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    unsigned char cut[16] = {0};
    char text[INET6_ADDRSTRLEN];

    if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
        return write_v4(out, bytes + sizeof(mapped));
    memcpy(cut, bytes, KEPT_V6);
    buf_append(out, str_of(inet_ntop(AF_INET6, cut, text, sizeof(text))));
    return true;
}

void address_write_truncated(struct buf *out, struct str address)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    bool written = false;

    if (address.len > 0 && address.len < sizeof(text)) {
        memcpy(text, address.ptr, address.len);
        text[address.len] = '\0';
        if (inet_pton(AF_INET, text, bytes) == 1)
            written = write_v4(out, bytes);
        else if (inet_pton(AF_INET6, text, bytes) == 1)
            written = write_v6(out, bytes);
    }
    if (!written)
        buf_append_char(out, '-');
}
