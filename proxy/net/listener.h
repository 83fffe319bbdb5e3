/* net/listener.h - listening sockets: opened by the main thread, used by
 * workers.
 *
 * Every worker has a socket of its own for each TCP address (SO_REUSEPORT), so
 * that the kernel spreads connections and workers do not wake each other. A
 * Unix socket is one, shared. Sockets are kept by address: a reload that does
 * not change an address keeps its sockets and whatever waits in them.
 */
#pragma once

#include "base/diag.h"
#include "net/worker.h"

/* Open what `settings` names for so many workers, keeping what is open. On
 * failure nothing has changed and the reason is reported. Sockets no longer
 * named stay open until listen_close_unused. */
bool listen_open(struct diag *d, const struct settings *settings,
                 unsigned workers);

/* Close the sockets that `settings` does not name (NULL: all). Only after all
 * workers have let go of them. */
void listen_close_unused(const struct settings *settings);

/* The socket of a worker for an address, -1 if there is none. */
int listen_fd(struct str address, unsigned worker);

/* The address as bound, "127.0.0.1:40123" where port 0 was asked for. */
struct str listen_name(struct str address, struct arena *arena);

/* In a worker: accept on what the current generation names, and only that. */
void listeners_update(struct worker *w);

/* In a worker: take what waits in the queues, then close them. */
void listeners_stop(struct worker *w);

/* In a worker: stop accepting for a moment (no descriptors, too many
 * connections), and go on. */
void listeners_pause(struct worker *w);
void listeners_resume(struct worker *w);
