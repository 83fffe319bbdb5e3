#include "net/client_count.h"

#include "base/check.h"
#include "base/str.h"

#include <pthread.h>
#include <stdlib.h>

enum { SLOTS = 4096 };

struct entry {
    struct entry *next;
    unsigned char ip[16];
    unsigned count;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *slots[SLOTS];

/* Where the entry is linked, or would be. */
static struct entry **entry_at(const unsigned char *ip)
{
    uint64_t h = str_hash(str_make((const char *)ip, 16));
    struct entry **at = &slots[h % SLOTS];

    while (*at != NULL && memcmp((*at)->ip, ip, 16) != 0)
        at = &(*at)->next;
    return at;
}

unsigned client_count_add(const unsigned char *ip)
{
    pthread_mutex_lock(&lock);
    struct entry **at = entry_at(ip);
    if (*at == NULL) {
        *at = xcalloc(1, sizeof(struct entry));
        memcpy((*at)->ip, ip, 16);
    }
    unsigned count = ++(*at)->count;
    pthread_mutex_unlock(&lock);
    return count;
}

void client_count_remove(const unsigned char *ip)
{
    pthread_mutex_lock(&lock);
    struct entry **at = entry_at(ip);
    struct entry *e = *at;
    CHECK(e != NULL);
    if (--e->count == 0) {
        *at = e->next;
        free(e);
    }
    pthread_mutex_unlock(&lock);
}
