/* app/config.h - from heed.json to the settings that workers run with.
 *
 * The loader reads all of a file and reports all that is wrong with it; what
 * it returns is complete and checked, so that nothing that uses settings has
 * to doubt them. What the format knows and this version cannot do is an error
 * at its place, never silently ignored.
 */
#pragma once

#include "net/settings.h"

/* Load a configuration and the rules that it names. Relative paths are
 * relative to the file they stand in; names of upstream servers are resolved.
 * NULL: problems were reported, and d->arena keeps what they refer to. The
 * result owns all its memory; give it back with settings_free. */
struct settings *config_load(struct diag *d, struct str path);

/* The same for commands that only ask the rules: upstream names are not
 * looked up, so that no network is needed. */
struct settings *config_load_offline(struct diag *d, struct str path);

/* The same from text in memory; `path` names it in messages and is what
 * relative paths are relative to. */
struct settings *config_load_text(struct diag *d, struct str path,
                                  struct str text, bool offline);

/* The configuration of `heed serve --listen A --upstream B`: one site for all
 * hosts, the built-in rules, and defaults for the rest. */
struct settings *config_quick(struct diag *d, struct str listen,
                              struct str upstream);

/* What commands work with where there is no file: a site for all hosts, the
 * built-in rules, the default policy. Not to be served. */
struct settings *config_builtin(struct diag *d);

/* Give back settings and the rules they hold. NULL is fine. */
void settings_free(struct settings *s);
