/* app/embedded.h - files that the build put into the binary
 * (cmake/embed.cmake). */
#pragma once

struct embedded_file {
    const char *name; /* NULL ends the list */
    const char *data, *end;
};

extern const struct embedded_file heed_builtin_rules[]; /* rules/ *.json */
extern const struct embedded_file heed_demo_site[];     /* proxy/app/demo/ */
