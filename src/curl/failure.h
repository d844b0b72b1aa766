/* failure: why an exchange has no response, in the project's own closed words. Knows libcurl's codes, not Lua.
**
** A message here is a constant, or words of libcurl's that name a host and a port at most: never a URL, a header or a
** credential. */
#ifndef TW_FAILURE_H
#define TW_FAILURE_H

#include <curl/curl.h>
#include <stddef.h>

typedef struct tw_failure {
  const char *kind;
  const char *message;
  int sent;          /* how often the request went out */
  int transient;     /* 1 when the same request may fare better later */
  const char *where; /* NULL, or host[:port] of the URL: the easy handle's, no NUL behind it */
  size_t where_len;
} tw_failure;

/* What a code means for a request that went out `sent` times. */
tw_failure tw_failure_of (CURLcode code, int sent);
/* Adds where the request was to go, and what more libcurl said of it: a proxy that cannot be connected to, say. */
void tw_failure_locate (tw_failure *f, CURLcode code, CURL *easy, const char *said);
/* A failure that libcurl has no code for, not transient. */
tw_failure tw_failure_make (const char *kind, const char *message, int sent);

#endif
