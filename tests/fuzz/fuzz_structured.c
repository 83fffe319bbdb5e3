/* module: http */
/* A valid dictionary is the same when it is written anew from its members, and
 * each member stands within it. */
#include "base/buf.h"
#include "http/structured.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const values[] = {"=?0", "", "=other"};
    struct str value = str_make((const char *)data, size), rest = value;
    struct sf_member member, again;
    struct buf out = {0};

    if (!sf_dictionary_is_valid(value))
        return 0;
    while (sf_dictionary_next(&rest, &member) == SF_MEMBER) {
        if (member.key.ptr < value.ptr ||
            member.key.ptr + member.key.len > value.ptr + value.len)
            abort();
        buf_printf(&out, "%s" STR_FMT "%s", out.len > 0 ? ", " : "",
                   STR_ARG(member.key), values[member.value]);
    }
    rest = value;
    struct str copy = buf_str(&out);
    while (sf_dictionary_next(&rest, &member) == SF_MEMBER) {
        if (sf_dictionary_next(&copy, &again) != SF_MEMBER ||
            !str_eq(member.key, again.key) || member.value != again.value)
            abort();
    }
    if (sf_dictionary_next(&copy, &again) != SF_END)
        abort();
    buf_release(&out);
    return 0;
}
