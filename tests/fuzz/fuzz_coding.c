/* module: rewrite - any bytes as a gzip or deflate body: no crash, and the same
 * result however they are cut. */
#include "base/buf.h"
#include "rewrite/coding.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void append(void *ctx, struct str s)
{
    buf_append(ctx, s);
}

static enum push_result decode(enum body_coding coding, struct str in,
                               size_t step, struct buf *out)
{
    struct arena arena = {0};
    struct decoder *d = decoder_new(&arena, coding, 1000);
    enum push_result result = PUSH_OK;

    while (result == PUSH_OK && in.len > 0) {
        result = decoder_push(d, str_sub(in, 0, step), append, out);
        in = str_from(in, step);
    }
    if (result == PUSH_OK)
        result = decoder_end(d);
    arena_release(&arena);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    enum body_coding coding = data[0] & 1 ? CODING_GZIP : CODING_DEFLATE;
    size_t step = (data[0] >> 1) + 1u;
    struct str in = str_make((const char *)data + 1, size - 1);
    struct buf whole = {0}, pieces = {0};
    enum push_result first = decode(coding, in, SIZE_MAX, &whole);
    enum push_result second = decode(coding, in, step, &pieces);

    CHECK(first == second);
    if (first == PUSH_OK)
        CHECK(str_eq(buf_str(&whole), buf_str(&pieces)));
    buf_release(&whole);
    buf_release(&pieces);
    return 0;
}
