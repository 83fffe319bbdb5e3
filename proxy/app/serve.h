/* app/serve.h - the running program: workers, signals, reload.
 *
 * The main thread starts the workers and then waits for signals: HUP loads
 * everything anew beside what runs and publishes it if all is well; TERM, INT
 * and QUIT drain, and a second one ends at once; USR1 opens the logs anew.
 */
#pragma once

#include "app/config.h"

/* Loads the settings: at the start, and at each reload. */
typedef struct settings *load_fn(void *ctx, struct diag *d);

/* Run until told to end.
 *
 * on_ready  called once connections are accepted, with the first listener's
 *           address as bound; may be NULL
 * Returns   the exit code
 */
int serve_run(load_fn *load, void *ctx,
              void (*on_ready)(void *ctx, struct str address));
