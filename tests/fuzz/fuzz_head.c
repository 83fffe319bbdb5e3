/* module: http - heads: found the same however they arrive, and what is
 * accepted reads the same when written out again.
 *
 * Byte 0: bit 0 picks request or response, the rest the width of the pieces in
 * which the end is looked for. */
#include "base/buf.h"
#include "http/framing.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct head_limits limits = {8192, 32768, 100};

static size_t find_in_pieces(struct str wire, size_t width)
{
    size_t from = 0, end = 0;

    for (size_t have = width; end == 0; have += width) {
        end = head_find_end(str_sub(wire, 0, have), &from);
        if (have >= wire.len)
            break;
    }
    return end;
}

static void write_fields(struct buf *out, const struct fields *fields)
{
    for (unsigned i = 0; i < fields->count; i++) {
        buf_append(out, fields->items[i].name);
        buf_append(out, STR(": "));
        buf_append(out, fields->items[i].value);
        buf_append(out, STR("\r\n"));
    }
    buf_append(out, STR("\r\n"));
}

static void check_fields(const struct fields *a, const struct fields *b)
{
    if (a->count != b->count)
        abort();
    for (unsigned i = 0; i < a->count; i++) {
        if (!str_eq(a->items[i].name, b->items[i].name) ||
            !str_eq(a->items[i].value, b->items[i].value) ||
            a->items[i].id != b->items[i].id)
            abort();
    }
}

static void fuzz_request(struct str wire, struct arena *arena)
{
    struct request_head head, again;
    struct framing framing;
    bool keep_alive, expects;
    struct buf out = {0};

    if (request_head_parse(&head, wire, &limits, false, arena) != HEAD_NONE)
        return;
    (void)request_framing(&head, &framing, &keep_alive, &expects);
    buf_append(&out, head.method);
    buf_append(&out, STR(" "));
    buf_append(&out, head.target);
    buf_append(&out,
               head.minor > 0 ? STR(" HTTP/1.1\r\n") : STR(" HTTP/1.0\r\n"));
    write_fields(&out, &head.fields);
    if (request_head_parse(&again, buf_str(&out), &limits, false, arena) !=
            HEAD_NONE ||
        !str_eq(again.path, head.path) || !str_eq(again.host, head.host))
        abort();
    check_fields(&head.fields, &again.fields);
    buf_release(&out);
}

static void fuzz_response(struct str wire, struct arena *arena)
{
    struct response_head head, again;
    struct framing framing;
    bool keep_alive;
    struct buf out = {0};

    if (response_head_parse(&head, wire, &limits, arena) != HEAD_NONE)
        return;
    (void)response_framing(&head, false, &framing, &keep_alive);
    buf_printf(&out, "HTTP/1.%u %u " STR_FMT "\r\n", head.minor, head.status,
               STR_ARG(head.reason));
    write_fields(&out, &head.fields);
    if (response_head_parse(&again, buf_str(&out), &limits, arena) !=
            HEAD_NONE ||
        again.status != head.status)
        abort();
    check_fields(&head.fields, &again.fields);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    size_t from = 0;

    if (size < 2)
        return 0;
    struct str wire = {(const char *)data + 1, size - 1};
    size_t end = head_find_end(wire, &from);
    if (end != find_in_pieces(wire, (data[0] >> 1) % 16 + 1u))
        abort();
    if (end > 0 && (data[0] & 1) != 0)
        fuzz_request(str_sub(wire, 0, end), &arena);
    else if (end > 0)
        fuzz_response(str_sub(wire, 0, end), &arena);
    arena_release(&arena);
    return 0;
}
