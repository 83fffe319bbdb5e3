/* app/demo_origin.h - the demo's web server: a small company site, embedded.
 *
 * Plays a careless origin: every page sets analytics and advertising cookies
 * and carries the usual tags and widgets. On libevent's evhttp, in a thread of
 * its own, on loopback.
 */
#pragma once

struct demo_origin;

/* Start on a free port of 127.0.0.1; NULL with errno set if that fails. */
struct demo_origin *demo_origin_start(void);

unsigned demo_origin_port(const struct demo_origin *o);

void demo_origin_stop(struct demo_origin *o);
