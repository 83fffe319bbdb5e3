/* module: signals */
/* No purpose is granted that the text does not name, none is granted and
 * refused at once, and the same holds when the text is cut short. Byte 0 picks
 * the source. */
#include "signals/consent.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct consent read_one(bool cookie, struct str value,
                               const struct purposes *purposes)
{
    struct policy policy;
    struct field item = {cookie ? STR("Cookie") : STR("Consent"), value,
                         cookie ? FIELD_COOKIE : FIELD_OTHER};
    struct fields fields = {&item, 1};

    policy_init(&policy, purposes);
    return consent_read(&policy, &policy.sources[cookie], purposes, &fields);
}

static void check(const struct consent *c, struct str value,
                  const struct purposes *purposes)
{
    purpose_set all = purposes_deniable(purposes);

    if ((c->granted & c->refused) != 0 || ((c->granted | c->refused) & ~all))
        abort();
    for (unsigned i = 1; i < purposes->count; i++) {
        if ((c->granted >> i & 1) != 0 &&
            str_find(value, purposes->names[i]) == value.len)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct purposes purposes;

    if (size < 2)
        return 0;
    purposes_init(&purposes);
    struct str value = str_make((const char *)data + 1, size - 1);
    bool cookie = (data[0] & 1) != 0;
    struct consent whole = read_one(cookie, value, &purposes);
    check(&whole, value, &purposes);
    struct str cut = str_sub(value, 0, value.len - 1);
    struct consent part = read_one(cookie, cut, &purposes);
    check(&part, cut, &purposes);
    return 0;
}
