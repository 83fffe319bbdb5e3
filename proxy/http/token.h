/* http/token.h - character classes of HTTP (RFC 9110, 5.6) and URIs (RFC 3986).
 */
#pragma once

#include "base/str.h"

/* tchar: what names, methods and tokens are made of. */
bool char_is_token(char c);

/* Whether `s` is a token: one or more tchar. */
bool str_is_token(struct str s);

/* The offset of the first byte that no field value may hold: a control byte
 * other than HTAB, or DEL (RFC 9110, 5.5); s.len if there is none. */
size_t str_find_control(struct str s);

/* Whether a byte may stand in a request target: visible ASCII but "#". */
bool char_is_target(char c);

/* Whether `s` is host [":" port] of RFC 9112, 3.2, not empty. */
bool str_is_authority(struct str s);
