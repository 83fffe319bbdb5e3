/* rewrite/html.h - rewrite a stream of HTML.
 *
 * Bytes in, bytes out; what no rule touches goes out as slices of what came
 * in. What is held back: an unfinished tag, an inline script until its end, an
 * element being removed until its end; each at most `memory` bytes. The output
 * does not depend on how the input is cut.
 *
 * In files: html_lex.c cuts the bytes into tags and text (html_tag.c reads one
 * tag), html_judge.c decides on a start tag, html_edit.c writes changed tags,
 * html_remove.c takes elements out, html_script.c deals with inline scripts,
 * tree.c knows what is open.
 */
#pragma once

#include "rewrite/pipeline.h"

struct html;

/* `options` and what it points to must outlive the result. */
struct html *html_new(struct arena *arena,
                      const struct pipeline_options *options);

void html_push(struct html *h, struct str in);

/* The end of the document. Nothing may follow. */
void html_end(struct html *h);

/* Rewrite a document that lies whole in memory, within `outer`: the text of a
 * srcdoc attribute. The result lives in outer's scratch memory, or is `text`
 * itself. */
struct str html_rewrite_inner(struct html *outer, struct str text);
