/* module: app - loading a configuration either gives settings or says why not,
 * and settings that were given are complete: what the rest of the program
 * takes for granted is checked here. Names are not looked up. */

#include "app/config.h"

static void check_site(const struct site_settings *site)
{
    CHECK(site->host_count > 0);
    CHECK(site->upstream.server_count > 0);
    for (unsigned i = 0; i < site->upstream.server_count; i++) {
        CHECK(site->upstream.servers[i].weight > 0);
        CHECK(site->upstream.servers[i].address.len <= ADDRESS_MAX);
    }
    CHECK(site->privacy.rules != NULL);
    CHECK(site->privacy.vary.ptr != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The built-in rules take their time; unit tests load them. */
    if (memmem(data, size, "\"rules\": [", 10) == NULL)
        return 0;
    struct arena arena = {0};
    struct diag d = {.arena = &arena};
    struct settings *s =
        config_load_text(&d, STR("/nowhere/heed.json"),
                         str_make((const char *)data, size), true);

    CHECK((s == NULL) == (d.errors > 0));
    if (s != NULL) {
        CHECK(s->listener_count > 0 && s->site_count > 0 && s->workers > 0);
        for (unsigned i = 0; i < s->site_count; i++)
            check_site(&s->sites[i]);
        for (unsigned i = 0; i < TIMEOUT_COUNT; i++)
            CHECK(s->timeouts_ms[i] > 0);
    }
    for (const struct diag_problem *p = d.first; p != NULL; p = p->next)
        CHECK(diag_format(&arena, p).len > 0);
    settings_free(s);
    arena_release(&arena);
    return 0;
}
