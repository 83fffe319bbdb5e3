/* app/explain.h - what `heed explain` says of one request. */
#pragma once

#include "app/request_args.h"

struct explanation {
    const struct settings *settings;
    const struct site_settings *site;
    const struct visit *visit; /* of the page, or of the request itself */
    struct url url;            /* what is asked for */
    enum resource_type type;
};

/* Append the explanation, for people or as the JSON that the contract has. */
void explain_write_text(struct buf *out, const struct explanation *e,
                        struct arena *arena);
void explain_write_json(struct buf *out, const struct explanation *e,
                        struct arena *arena);
