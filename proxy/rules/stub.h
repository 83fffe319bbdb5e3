/* rules/stub.h - harmless stand-ins for what a removed script would define. */
#pragma once

#include "base/arena.h"

/* Whether `name` is a JavaScript identifier, or several with dots between. */
bool stub_is_name(struct str name);

/* Script text that defines each name on window, unless it is defined. A stub
 * can be called, constructed and pushed to; whatever is read from it or
 * returned by it is a stub again. ES5 syntax. */
struct str stub_text(struct arena *arena, const struct str *names,
                     size_t count);
