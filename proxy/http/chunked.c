#include "http/chunked.h"

enum state {
    SIZE,      /* chunk-size */
    EXTENSION, /* behind ";" or white space, up to CR */
    SIZE_LF,   /* the LF of the size line */
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER, /* a trailer line, up to its CR */
    TRAILER_LF,
    DONE,
    BAD,
};

static enum state size_digit(struct chunked *c, char byte)
{
    int digit = ascii_hex(byte);

    if (digit >= 0) {
        if (c->size > (uint64_t)INT64_MAX >> 4)
            return BAD;
        c->size = c->size << 4 | (unsigned)digit;
        c->digits++;
        /* Zeros could go on for ever without the size growing. */
        return c->digits <= 32 ? SIZE : BAD;
    }
    if (c->digits == 0)
        return BAD;
    if (byte == '\r')
        return SIZE_LF;
    return byte == ';' ? EXTENSION : BAD;
}

static enum state extension_byte(struct chunked *c, char byte)
{
    if (byte == '\r')
        return SIZE_LF;
    if (++c->extension > CHUNKED_EXTENSION_MAX)
        return BAD;
    unsigned char u = (unsigned char)byte;
    return (u < 0x20 && u != '\t') || u == 0x7f ? BAD : EXTENSION;
}

static enum state size_line_end(struct chunked *c, char byte)
{
    if (byte != '\n')
        return BAD;
    c->digits = 0;
    c->line_empty = true;
    return c->size > 0 ? DATA : TRAILER;
}

static void trailer_keep(struct chunked *c, char byte)
{
    if (c->trailers != NULL)
        buf_append_char(c->trailers, byte);
}

static enum state trailer_byte(struct chunked *c, char byte)
{
    if (++c->trailer > CHUNKED_TRAILER_MAX || byte == '\n' || byte == '\0')
        return BAD;
    trailer_keep(c, byte);
    if (byte == '\r')
        return TRAILER_LF;
    c->line_empty = false;
    return TRAILER;
}

static enum state trailer_line_end(struct chunked *c, char byte)
{
    if (byte != '\n')
        return BAD;
    trailer_keep(c, byte);
    if (c->line_empty)
        return DONE;
    c->line_empty = true;
    return TRAILER;
}

static enum state framing_byte(struct chunked *c, char byte)
{
    switch ((enum state)c->state) {
    case SIZE:
        return size_digit(c, byte);
    case EXTENSION:
        return extension_byte(c, byte);
    case SIZE_LF:
        return size_line_end(c, byte);
    case DATA_CR:
        return byte == '\r' ? DATA_LF : BAD;
    case DATA_LF:
        return byte == '\n' ? SIZE : BAD;
    case TRAILER:
        return trailer_byte(c, byte);
    case TRAILER_LF:
        return trailer_line_end(c, byte);
    case DATA:
    case DONE:
    case BAD:
        break;
    }
    return BAD;
}

enum chunked_result chunked_decode(struct chunked *c, struct str *in,
                                   struct str *payload)
{
    while (c->state != DONE && c->state != BAD && in->len > 0) {
        if (c->state == DATA) {
            *payload =
                str_sub(*in, 0, in->len < c->size ? in->len : (size_t)c->size);
            *in = str_from(*in, payload->len);
            c->size -= payload->len;
            if (c->size == 0)
                c->state = DATA_CR;
            return CHUNKED_DATA;
        }
        c->state = (unsigned char)framing_byte(c, in->ptr[0]);
        *in = str_from(*in, 1);
    }
    if (c->state == DONE)
        return CHUNKED_DONE;
    return c->state == BAD ? CHUNKED_BAD : CHUNKED_MORE;
}
