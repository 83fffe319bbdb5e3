#include "http/cookie.h"

/* The fields of a date as far as they were found; -1: not yet. */
struct date {
    int hour, minute, second, day, month, year;
};

static bool is_delimiter(char c)
{
    return c == '\t' || (c >= ' ' && c <= '/') || (c >= ';' && c <= '@') ||
           (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/* Read `min` to `max` digits off the front; no digit may follow them. */
static bool take_digits(struct str *s, size_t min, size_t max, int *out)
{
    size_t len = 0;
    int value = 0;

    while (len < s->len && ascii_is_digit(s->ptr[len])) {
        if (len == max)
            return false;
        value = value * 10 + (s->ptr[len++] - '0');
    }
    if (len < min)
        return false;
    *s = str_from(*s, len);
    *out = value;
    return true;
}

static bool take_colon(struct str *s)
{
    bool found = str_starts(*s, STR(":"));

    *s = str_from(*s, found);
    return found;
}

static bool read_time(struct date *d, struct str token)
{
    int hour, minute, second;

    if (!take_digits(&token, 1, 2, &hour) || !take_colon(&token) ||
        !take_digits(&token, 1, 2, &minute) || !take_colon(&token) ||
        !take_digits(&token, 1, 2, &second))
        return false;
    d->hour = hour;
    d->minute = minute;
    d->second = second;
    return true;
}

static bool read_month(struct date *d, struct str token)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    for (int i = 0; i < 12; i++) {
        if (str_istarts(token, str_make(names + 3 * (size_t)i, 3))) {
            d->month = i + 1;
            return true;
        }
    }
    return false;
}

/* A token is the first of time, day, month and year that it can be and that is
 * not known yet. */
static void read_token(struct date *d, struct str token)
{
    if (d->hour < 0 && read_time(d, token))
        return;
    if (d->day < 0 && take_digits(&token, 1, 2, &d->day))
        return;
    if (d->month < 0 && read_month(d, token))
        return;
    if (d->year < 0)
        take_digits(&token, 2, 4, &d->year);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_real(const struct date *d)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (d->hour < 0 || d->day < 1 || d->month < 0 || d->year < 1601 ||
        d->hour > 23 || d->minute > 59 || d->second > 59)
        return false;
    return d->day <= days[d->month - 1] + (d->month == 2 && is_leap(d->year));
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_from_epoch(const struct date *d)
{
    int64_t year = d->month > 2 ? d->year : d->year - 1; /* begins in March */
    int64_t month = d->month > 2 ? d->month - 3 : d->month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + d->day - 1;

    return 365 * year + year / 4 - year / 100 + year / 400 + day_of_year -
           719468;
}

bool cookie_date_parse(struct str text, int64_t *out)
{
    struct date d = {-1, -1, -1, -1, -1, -1};

    for (size_t i = 0; i < text.len;) {
        size_t start = i;
        while (i < text.len && !is_delimiter(text.ptr[i]))
            i++;
        if (i > start)
            read_token(&d, str_sub(text, start, i - start));
        else
            i++;
    }
    if (d.year >= 70 && d.year <= 99)
        d.year += 1900;
    else if (d.year >= 0 && d.year <= 69)
        d.year += 2000;
    if (!is_real(&d))
        return false;
    *out =
        days_from_epoch(&d) * 86400 + d.hour * 3600 + d.minute * 60 + d.second;
    return true;
}
