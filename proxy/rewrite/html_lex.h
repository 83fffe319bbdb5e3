/* rewrite/html_lex.h - cut bytes into tags and text; private to html_*.c. */
#pragma once

#include "rewrite/html_parts.h"

/* Work through a piece of the document. */
void html_lex(struct html *h, struct str in);

/* The document ends here. */
void html_lex_end(struct html *h);
