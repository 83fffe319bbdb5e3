/* app/commands.h - the commands of the program and what they share.
 *
 * A command is one function in one file, cmd_NAME.c: it reads its options with
 * getopt_long, does its work, and returns the exit code.
 */
#pragma once

#include "net/settings.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_BAD = 1,   /* configuration, rules or input are bad, or a run failed */
    EXIT_USAGE = 2, /* the command line is bad */
};

struct command {
    const char *name;
    const char *synopsis; /* what may follow the name */
    const char *summary;  /* one line for --help */
    const char *details;  /* the options, for COMMAND --help */
    int (*run)(int argc, char **argv);
};

extern const struct command commands[]; /* ended by name NULL */

int cmd_serve(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_filter(int argc, char **argv);
int cmd_cookies(int argc, char **argv);
int cmd_rules(int argc, char **argv);

/* NULL: there is no such command. */
const struct command *command_find(const char *name);

/* Print the help of a command to standard output; EXIT_DONE. */
int command_help(const char *name);

/* Point to the help of a command on standard error; EXIT_USAGE. */
int command_usage(const char *name);

/* Print a complaint about the run on standard error; EXIT_BAD. */
int command_failed(const char *format, ...) PRINTF_LIKE(1, 2);

/* Print every problem, one a line, on standard error. */
struct diag;
void command_print_problems(const struct diag *d);

/* The configuration file: `given`, else the first of the default places that
 * exists, else NULL. */
const char *command_config_path(const char *given);

/* Load the configuration for a command that asks the rules offline. Without
 * any file: the built-in rules, the default policy, a site for all hosts.
 * NULL: complained. */
struct settings *command_settings(const char *given);

/* Flush standard output; false (complained) if not all could be written. */
bool command_flush(void);
