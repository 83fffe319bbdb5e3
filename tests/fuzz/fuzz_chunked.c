/* module: http - the payload does not depend on how the input is cut.
 *
 * Byte 0 picks the width of the pieces; the rest is the wire. Decoding whole
 * and in pieces must give the same payload and end at the same byte. */
#include "http/chunked.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t decode(struct str wire, size_t width, struct buf *payload,
                     enum chunked_result *end)
{
    struct chunked c = {.trailers = payload};
    size_t at = 0;

    *end = CHUNKED_MORE;
    while (at < wire.len && *end == CHUNKED_MORE) {
        struct str in = str_sub(wire, at, width), run;
        size_t given = in.len;
        while ((*end = chunked_decode(&c, &in, &run)) == CHUNKED_DATA)
            buf_append(payload, run);
        at += given - in.len;
    }
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf a = {0}, b = {0};
    enum chunked_result end_a, end_b;

    if (size < 2)
        return 0;
    struct str wire = {(const char *)data + 1, size - 1};
    size_t at_a = decode(wire, wire.len, &a, &end_a);
    size_t at_b = decode(wire, data[0] % 16 + 1u, &b, &end_b);
    if (end_a != end_b || !str_eq(buf_str(&a), buf_str(&b)))
        abort();
    if (end_a == CHUNKED_DONE && at_a != at_b)
        abort();
    buf_release(&a);
    buf_release(&b);
    return 0;
}
