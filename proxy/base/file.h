/* base/file.h - read a file that a person wrote. */
#pragma once

#include "base/buf.h"
#include "base/diag.h"

/* Append the bytes of the file at `path` to `out`. A directory, a file that
 * cannot be read, one of more than `max` bytes: reported, false. */
MUST_CHECK bool file_read(struct diag *d, struct str path, size_t max,
                          struct buf *out);
