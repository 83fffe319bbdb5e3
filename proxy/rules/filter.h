/* rules/filter.h - one network filter in the syntax of Adblock Plus.
 *
 *     ||example.com^$script,third-party     @@/banner.$domain=example.org
 *
 * A line is parsed into a struct filter, and a filter is held against a
 * request. Nothing here knows other filters: rules/filter_index.h finds the
 * few that are worth a try.
 *
 * As in browsers' blockers, a filter without type options does not match
 * documents (navigations); "all" does.
 */
#pragma once

#include "rules/domain_list.h"
#include "rules/regex.h"
#include "rules/ruleset.h"
#include "rules/url_token.h"

enum filter_flags {
    FILTER_EXCEPTION = 1 << 0,    /* @@ */
    FILTER_IMPORTANT = 1 << 1,    /* no exception holds */
    FILTER_MATCH_CASE = 1 << 2,   /* else pattern is in lower case */
    FILTER_THIRD_PARTY = 1 << 3,  /* only third-party requests */
    FILTER_FIRST_PARTY = 1 << 4,  /* only first-party requests */
    FILTER_STRICT_PARTY = 1 << 5, /* party by host, not by domain */
    FILTER_HOST_ANCHOR = 1 << 6,  /* || */
    FILTER_START_ANCHOR = 1 << 7, /* | in front */
    FILTER_END_ANCHOR = 1 << 8,   /* | at the end */
    FILTER_HOST_ONLY = 1 << 9,    /* the pattern is HOST^ and nothing else */
    FILTER_BADFILTER = 1 << 10,   /* takes back the same filter without it */
    FILTER_OWN_RULE = 1 << 11,    /* exception for matches of its rule only */
};

#define RESOURCE_BIT(type) (1u << (type))

struct filter {
    struct str text;           /* as written, trimmed */
    struct str pattern;        /* without anchors and outer stars; for a regular
                                  expression the literals it needs */
    const struct regex *regex; /* NULL: none */
    const struct domain_list *from, *to;
    struct str param; /* removeparam: the parameter; ptr NULL: none. Empty:
                         all of them */
    uint32_t rule;    /* whose it is */
    uint16_t types;   /* RESOURCE_BIT of each */
    uint16_t flags;
};

enum filter_parse {
    FILTER_OK,
    FILTER_COMMENT, /* nothing on this line */
    FILTER_SKIPPED, /* known, but not for a proxy: *why is the kind */
    FILTER_BAD,     /* *why is what is wrong */
};

/* Parse one line. `line` must live as long as the filter; what else it needs
 * is taken from the arena. *why is a constant or lives in the arena. */
enum filter_parse filter_parse(struct arena *arena, struct str line,
                               struct filter *out, struct str *why);

/* A number that two filters share which say the same but for badfilter. */
uint64_t filter_identity(const struct filter *f);

/* ---- matching ---------------------------------------------------------- */

enum party { PARTY_UNKNOWN, PARTY_FIRST, PARTY_THIRD };

/* A request in the form in which filters look at it. It is large and lives on
 * the stack. */
struct request {
    struct str url;   /* scheme and host in lower case; in `room` */
    struct str lower; /* all in lower case; in `lower_room` */
    size_t host_at;   /* where the host stands in both */
    struct str host;
    struct str page_host, page_domain; /* whence it is requested */
    uint16_t type;                     /* RESOURCE_BIT */
    enum party party;                  /* worked out when asked for */
    struct url_tokens tokens;
    char room[TOKEN_URL_MAX + TOKEN_PAD];
    char lower_room[TOKEN_URL_MAX + TOKEN_PAD];
};

/* Prepare a request; the strings are borrowed. false: no filter applies to such
 * a URL. */
bool request_init(struct request *r, const struct url *url,
                  enum resource_type type, struct str page_host,
                  struct str page_domain);

bool request_is_third_party(struct request *r);

/* Whether the filter, exception or not, matches the request. */
bool filter_matches(const struct filter *f, struct request *r);
