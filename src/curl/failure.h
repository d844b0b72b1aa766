/* failure: why an exchange has no response, in the project's own closed words. Knows libcurl's codes, not Lua.
**
** A message here is a constant, or what libcurl's TLS layer says of a certificate: never a URL, a header or a proxy. */
#ifndef TW_FAILURE_H
#define TW_FAILURE_H

#include <curl/curl.h>

typedef struct tw_failure {
  const char *kind;
  const char *message;
  int sent;      /* how often the request went out */
  int transient; /* 1 when the same request may fare better later */
} tw_failure;

/* What a code means for a request that went out `sent` times. */
tw_failure tw_failure_of (CURLcode code, int sent, int is_read);
/* A failure that libcurl has no code for, not transient. */
tw_failure tw_failure_make (const char *kind, const char *message, int sent);

#endif
