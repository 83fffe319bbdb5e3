/* app/check_examples.h - hold rules to the examples that they carry. */
#pragma once

#include "net/settings.h"

/* Run the examples of every rule, whatever its purpose and whether it is on.
 * Each that does not hold is reported at its place. */
void check_examples(struct diag *d, const struct settings *s);
