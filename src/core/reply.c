#include "reply.h"
#include "text.h"

#include <string.h>

const char *const tw_outcome_names[] = { "ok", "rejected", "throttled", "ambiguous" };

enum { NOT_FOUND = 20404, NOT_AVAILABLE = 21422, NONE_IN_AREA_CODE = 21452, DAY = 86400 };

/* {=== Verdicts ===} */

enum tw_outcome tw_reply_outcome (int status, int removal) {
  if (removal ? status == 200 || status == 204 : status >= 200 && status <= 299) return TW_OK;
  if (status == 429) return TW_THROTTLED;
  if (status >= 400 && status <= 499 && status != 408) return TW_REJECTED;
  return TW_AMBIGUOUS;
}

const char *tw_reply_kind (int status, long code) {
  if (status == 429) return "throttled";
  if (status == 401 || status == 403) return "auth";
  if (status == 404) return code == NOT_FOUND ? "not_found" : "api";
  if (status == 408 || (status >= 500 && status <= 599)) return "server";
  if (status < 400 || status > 499) return "protocol";
  return code == NOT_AVAILABLE || code == NONE_IN_AREA_CODE ? "not_available" : "api";
}

int tw_reply_transient (int status) {
  return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

/* {=== Paging ===} */

static size_t path_length (const char *s, size_t n) {
  const char *query = memchr(s, '?', n);
  return query == NULL ? n : (size_t)(query - s);
}

int tw_reply_follows (const char *here, size_t here_len, const char *uri, size_t uri_len) {
  size_t path = path_length(here, here_len);
  for (size_t i = 0; i < uri_len; i++)
    if (uri[i] <= ' ' || uri[i] > '~' || uri[i] == '\\' || uri[i] == '#') return 0;
  if (path == 0 || path_length(uri, uri_len) != path || memcmp(here, uri, path) != 0) return 0;
  return here_len != uri_len || memcmp(here, uri, uri_len) != 0;
}

/* {=== Dates: read byte by byte, so that no locale has a say ===} */

typedef struct cursor {
  const char *at, *end;
} cursor;

static int skip (cursor *c, char byte) {
  if (c->at == c->end || *c->at != byte) return 0;
  c->at++;
  return 1;
}

/* A number of so many digits, or -1. */
static int number (cursor *c, int least, int most) {
  int value = 0, digits = 0;
  for (; digits < most && c->at < c->end && tw_text_digit(*c->at); digits++)
    value = value * 10 + (*c->at++ - '0');
  return digits >= least ? value : -1;
}

/* A month by its first three letters, 1 to 12, or -1. */
static int month (cursor *c) {
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (c->end - c->at < 3) return -1;
  for (int i = 0; i < 12; i++)
    if (memcmp(names + 3 * i, c->at, 3) == 0) {
      c->at += 3;
      return i + 1;
    }
  return -1;
}

/* hh:mm:ss as seconds, or -1. */
static long clock_time (cursor *c) {
  int h = number(c, 2, 2), m = skip(c, ':') ? number(c, 2, 2) : -1,
      s = skip(c, ':') ? number(c, 2, 2) : -1;
  return h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60 ? -1 : h * 3600L + m * 60L + s;
}

/* How many seconds a zone is ahead of UTC: GMT, UTC or +hhmm; another text sets *bad. */
static long zone (cursor *c, int *bad) {
  if (c->end - c->at == 3 && (memcmp(c->at, "GMT", 3) == 0 || memcmp(c->at, "UTC", 3) == 0)) {
    c->at += 3;
    return 0;
  }
  int sign = skip(c, '+') ? 1 : skip(c, '-') ? -1 : 0;
  int h = number(c, 2, 2), m = number(c, 2, 2);
  *bad = sign == 0 || h < 0 || h > 23 || m < 0 || m > 59;
  return sign * (h * 3600L + m * 60L);
}

/* Days from 1970-01-01, by counting years from March on so that leap days come last. */
static long days (int year, int mon, int day) {
  long y = year - (mon <= 2), era = y / 400, in_era = y - era * 400;
  long in_year = (153L * (mon + (mon > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int month_length (int year, int mon) {
  if (mon == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return mon == 4 || mon == 6 || mon == 9 || mon == 11 ? 30 : 31;
}

int tw_reply_date (const char *s, size_t n, double *seconds) {
  cursor c = { s, s + n };
  int year, mon, day, bad = 0;
  long time, ahead = 0;
  while (c.at < c.end && tw_text_letter(*c.at)) c.at++;
  if (skip(&c, ',')) {
    if (!skip(&c, ' ')) return 0;
    day = number(&c, 1, 2);
    if (skip(&c, '-')) { /* Sunday, 06-Nov-94 08:49:37 GMT */
      mon = month(&c);
      year = skip(&c, '-') ? number(&c, 2, 2) : -1;
      year += year < 0 ? 0 : year < 70 ? 2000 : 1900;
    } else { /* Sun, 06 Nov 1994 08:49:37 GMT (or +0000) */
      mon = skip(&c, ' ') ? month(&c) : -1;
      year = skip(&c, ' ') ? number(&c, 4, 4) : -1;
    }
    time = skip(&c, ' ') ? clock_time(&c) : -1;
    if (!skip(&c, ' ')) return 0;
    ahead = zone(&c, &bad);
  } else { /* Sun Nov  6 08:49:37 1994 */
    mon = skip(&c, ' ') ? month(&c) : -1;
    if (!skip(&c, ' ')) return 0;
    day = skip(&c, ' ') ? number(&c, 1, 1) : number(&c, 2, 2);
    time = skip(&c, ' ') ? clock_time(&c) : -1;
    year = skip(&c, ' ') ? number(&c, 4, 4) : -1;
  }
  if (bad || c.at != c.end || time < 0 || mon < 0 || year < 1583) return 0;
  if (day < 1 || day > month_length(year, mon)) return 0;
  *seconds = (double)days(year, mon, day) * DAY + (double)(time - ahead);
  return 1;
}

double tw_reply_retry_after (const char *s, size_t n, double now) {
  double when;
  long wait = 0;
  size_t i = 0;
  while (i < n && tw_text_digit(s[i]) && wait <= DAY) wait = wait * 10 + (s[i++] - '0');
  if (n > 0 && i == n) return wait <= DAY ? (double)wait : -1;
  if (!tw_reply_date(s, n, &when) || when - now > DAY) return -1;
  return when > now ? when - now : 0;
}

/* {=== Text ===} */

/* How many bytes the character at s has in UTF-8; 1 also for a byte that begins none. */
static size_t width (const char *s, size_t n) {
  unsigned char lead = (unsigned char)s[0];
  size_t whole = lead < 0xC2 || lead > 0xF4 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (whole > n) return 1;
  for (size_t i = 1; i < whole; i++)
    if (((unsigned char)s[i] & 0xC0) != 0x80) return 1;
  return whole;
}

/* U+0080 to U+009F, which some terminals obey: C2 80 to C2 9F in UTF-8, and lone bytes where it is not read as such. */
static int is_high_control (const char *s, size_t whole) {
  unsigned char last = (unsigned char)s[whole - 1];
  return last >= 0x80 && last < 0xA0 && (whole == 1 || (whole == 2 && (unsigned char)s[0] == 0xC2));
}

size_t tw_reply_clean (char *to, size_t max, const char *s, size_t n) {
  size_t used = 0;
  for (size_t i = 0, whole; i < n; i += whole) {
    whole = width(s + i, n - i);
    if (used + whole > max) break;
    if (tw_text_control(s[i]) || is_high_control(s + i, whole)) {
      to[used++] = ' ';
    } else {
      memcpy(to + used, s + i, whole);
      used += whole;
    }
  }
  return used;
}
