/* reply: what a response says, as far as its status and its headers say it. Knows nothing of JSON or Lua. */
#ifndef TW_REPLY_H
#define TW_REPLY_H

#include <stddef.h>

/* TW_OK: a success, if its body has the right shape. TW_THROTTLED and TW_REJECTED: definitely not done.
** TW_AMBIGUOUS: it may have been done. */
enum tw_outcome { TW_OK, TW_REJECTED, TW_THROTTLED, TW_AMBIGUOUS };

extern const char *const tw_outcome_names[];

/* removal: a DELETE, of which 200 and 204 are the successes. */
enum tw_outcome tw_reply_outcome (int status, int removal);
/* The error's kind by status and Twilio's code (0: none): a word of the closed set. */
const char *tw_reply_kind (int status, long code);
/* 1 when the same request may fare better later. */
int tw_reply_transient (int status);

/* 1 when uri, which a page at path?query gave as the next one, leads on in the same listing: the same path,
** another query, nothing but printable ASCII without '\' and '#'. */
int tw_reply_follows (const char *here, size_t here_len, const char *uri, size_t uri_len);

/* Epoch seconds of a date as HTTP writes it (three ways) or as Twilio does (RFC 2822): 1, or 0 for no date. */
int tw_reply_date (const char *s, size_t n, double *seconds);
/* The seconds that a Retry-After asks for, a date counted from now; -1 when it says nothing usable: no number
** or date, a negative number, more than a day. */
double tw_reply_retry_after (const char *s, size_t n, double now);

/* Copies at most max bytes of a server's text, with spaces for control characters and no half character at
** the cut. Answers how many. */
size_t tw_reply_clean (char *to, size_t max, const char *s, size_t n);

#endif
