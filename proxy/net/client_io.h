/* net/client_io.h - the bytes of a client's connection; private to client*.c.
 *
 * What has been read and not used is in view: in the worker's read buffer
 * while client_run is at work, else in client.in.
 */
#pragma once

#include "net/client.h"

/* Read more behind what is in view. */
enum read_result client_fill(struct client *c);

/* Take bytes off the front of the view. */
void client_consume(struct client *c, size_t len);

/* Move what was not used out of the worker's buffer, which others need. */
void client_settle(struct client *c);
