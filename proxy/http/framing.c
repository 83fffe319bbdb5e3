#include "http/framing.h"

#include "http/token.h"

static bool is_known_coding(struct str coding)
{
    static const struct str known[] = {
        STR_INIT("chunked"),  STR_INIT("gzip"),     STR_INIT("x-gzip"),
        STR_INIT("deflate"),  STR_INIT("compress"), STR_INIT("x-compress"),
        STR_INIT("identity"),
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_ieq(coding, known[i]))
            return true;
    }
    return false;
}

/* Why a Transfer-Encoding other than a single "chunked" is refused: codings
 * that we know to be wrong here are malformed framing, others are unknown. */
static enum head_error coding_error(struct str value)
{
    struct str rest = value;
    bool known = true, last_chunked = false;
    unsigned chunked = 0, count = 0;

    while (rest.ptr != NULL) {
        struct str coding = str_trim(str_cut(&rest, ','));
        if (!str_is_token(coding))
            return HEAD_BAD_CODING;
        known = known && is_known_coding(coding);
        last_chunked = str_ieq(coding, STR("chunked"));
        chunked += last_chunked;
        count++;
    }
    if (!known)
        return HEAD_UNKNOWN_CODING;
    /* "gzip, chunked" is well formed; it is only that we don't decode it. */
    return chunked == 1 && last_chunked && count > 1 ? HEAD_UNKNOWN_CODING
                                                     : HEAD_BAD_CODING;
}

/* What both directions share: the fields that say where the body ends. */
static enum head_error length_and_coding(const struct fields *fields,
                                         unsigned minor, struct framing *out)
{
    const struct field *length = NULL, *coding = NULL;

    for (unsigned i = 0; i < fields->count; i++) {
        const struct field *f = &fields->items[i];
        if (f->id == FIELD_CONTENT_LENGTH) {
            if (length != NULL)
                return HEAD_BAD_LENGTH;
            length = f;
        } else if (f->id == FIELD_TRANSFER_ENCODING) {
            if (coding != NULL)
                return HEAD_BAD_CODING;
            coding = f;
        }
    }
    if (coding != NULL) {
        if (length != NULL)
            return HEAD_LENGTH_AND_CODING;
        if (minor == 0)
            return HEAD_CODING_IN_1_0;
        if (!str_ieq(coding->value, STR("chunked")))
            return coding_error(coding->value);
        out->kind = FRAMING_CHUNKED;
    } else if (length != NULL) {
        if (!str_to_uint(length->value, INT64_MAX, &out->length))
            return HEAD_BAD_LENGTH;
        out->kind = FRAMING_LENGTH;
    }
    return HEAD_NONE;
}

static bool wants_keep_alive(const struct fields *fields, unsigned minor)
{
    if (fields_list_has(fields, FIELD_CONNECTION, STR("close")))
        return false;
    return minor > 0 ||
           fields_list_has(fields, FIELD_CONNECTION, STR("keep-alive"));
}

enum head_error request_framing(const struct request_head *head,
                                struct framing *out, bool *keep_alive,
                                bool *expect_continue)
{
    *out = (struct framing){FRAMING_NONE, 0};
    *keep_alive = wants_keep_alive(&head->fields, head->minor);
    *expect_continue = false;
    enum head_error e = length_and_coding(&head->fields, head->minor, out);
    if (e != HEAD_NONE)
        return e;
    const struct field *expect = fields_find(&head->fields, FIELD_EXPECT);
    if (expect != NULL && head->minor > 0) {
        if (!str_ieq(expect->value, STR("100-continue")))
            return HEAD_EXPECTATION;
        *expect_continue = true;
    }
    return HEAD_NONE;
}

enum head_error response_framing(const struct response_head *head, bool to_head,
                                 struct framing *out, bool *keep_alive)
{
    *out = (struct framing){FRAMING_CLOSE, 0};
    *keep_alive = wants_keep_alive(&head->fields, head->minor);
    enum head_error e = length_and_coding(&head->fields, head->minor, out);
    if (e != HEAD_NONE)
        return e;
    if (to_head || head->status < 200 || head->status == 204 ||
        head->status == 304)
        *out = (struct framing){FRAMING_NONE, 0};
    if (out->kind == FRAMING_CLOSE)
        *keep_alive = false;
    return HEAD_NONE;
}
