/* app/explain_batch.h - `heed explain --batch`: JSON lines in, verdicts out.
 *
 *     {"url": "…", "source": "…", "type": "script"}
 *     {"matched": true, "rule": "…", "filter": "…", "exception": null,
 *      "purpose": "…"}
 *
 * `source` is the page that asks; without it the URL is asked for by itself. A
 * page of no site is judged as one of the first site. A line that cannot be
 * read gives {"error": "…"}.
 */
#pragma once

#include "app/request_args.h"

#include <stdio.h>

/* Judge each line of `in`. Without fields in `args` every purpose is denied.
 * false: a line could not be read, or complained. */
bool explain_batch(const struct settings *s, const struct request_args *args,
                   FILE *in, FILE *out);
