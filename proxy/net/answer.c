#include "net/answer.h"

#include <stdio.h>
#include <time.h>

enum { RETRY_AFTER_S = 5 };

const char *status_reason(unsigned status)
{
    static const struct {
        unsigned status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {204, "No Content"},
        {400, "Bad Request"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "Unknown";
}

enum answer_type { ANSWER_TEXT, ANSWER_HTML, ANSWER_JSON };

/* The first type of ours that Accept names; quality values don't matter for a
 * line of text. */
static enum answer_type answer_type(const struct request_head *request)
{
    struct str rest = fields_value(&request->fields, FIELD_ACCEPT), element;

    while (list_next(&rest, &element)) {
        if (str_istarts(element, STR("text/html")))
            return ANSWER_HTML;
        if (str_istarts(element, STR("application/json")))
            return ANSWER_JSON;
        if (str_istarts(element, STR("text/plain")))
            return ANSWER_TEXT;
    }
    return ANSWER_TEXT;
}

static void write_body(struct buf *out, enum answer_type type, unsigned status)
{
    const char *reason = status_reason(status);

    switch (type) {
    case ANSWER_HTML:
        buf_printf(out,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<title>%u %s</title>\n"
                   "<h1>%u %s</h1>\n</html>\n",
                   status, reason, status, reason);
        break;
    case ANSWER_JSON:
        buf_printf(out, "{\"status\": %u, \"error\": \"%s\"}\n", status,
                   reason);
        break;
    case ANSWER_TEXT:
        buf_printf(out, "%u %s\n", status, reason);
        break;
    }
}

/* Date (RFC 9110, 6.6.1): here heed is the origin. */
static void write_date(struct buf *out)
{
    time_t now = time(NULL);
    struct tm utc;
    char text[64];

    gmtime_r(&now, &utc);
    size_t len = strftime(text, sizeof(text),
                          "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    buf_append(out, str_make(text, len));
}

static void write_head(struct buf *out, unsigned status, const char *type,
                       size_t length, bool keep_alive)
{
    buf_printf(out, "HTTP/1.1 %u %s\r\n", status, status_reason(status));
    write_date(out);
    if (type != NULL)
        buf_printf(out, "Content-Type: %s\r\n", type);
    if (status != 204)
        buf_printf(out, "Content-Length: %zu\r\n", length);
    buf_append(out, STR("Cache-Control: no-store\r\n"));
    if (status == 503)
        buf_printf(out, "Retry-After: %d\r\n", RETRY_AFTER_S);
    if (!keep_alive)
        buf_append(out, STR("Connection: close\r\n"));
    buf_append(out, STR("\r\n"));
}

void answer_error(struct buf *out, const struct request_head *request,
                  unsigned status, bool keep_alive)
{
    static const char *const types[] = {
        [ANSWER_TEXT] = "text/plain; charset=utf-8",
        [ANSWER_HTML] = "text/html; charset=utf-8",
        [ANSWER_JSON] = "application/json",
    };
    enum answer_type type = answer_type(request);
    struct buf body = {0};

    write_body(&body, type, status);
    write_head(out, status, types[type], body.len, keep_alive);
    if (!request->is_head)
        buf_append(out, buf_str(&body));
    buf_release(&body);
}

void answer_neutral(struct buf *out, const struct request_head *request,
                    const struct neutral *neutral, bool keep_alive)
{
    char type[64];

    snprintf(type, sizeof(type), STR_FMT, STR_ARG(neutral->content_type));
    write_head(out, neutral->status,
               neutral->content_type.len > 0 ? type : NULL, neutral->body.len,
               keep_alive);
    if (!request->is_head && neutral->status != 204)
        buf_append(out, neutral->body);
}
