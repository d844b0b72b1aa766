/* http1: HTTP/1.1 as bytes, for whatever owns a socket. A writer that appends a request to a buffer, and a
** reader that is fed a response in slices of any size and gives the same answer for every slicing. Neither
** waits, neither knows a socket or Lua, and neither allocates beyond the limits below. */
#ifndef TW_HTTP1_H
#define TW_HTTP1_H

#include <stddef.h>
#include <stdint.h>

#include "account.h"
#include "buf.h"
#include "field.h"

enum {
  TW_HTTP1_REQUEST_MAX = 2 * 1024 * 1024, /* a request, head and body */
  TW_HTTP1_HEAD_MAX = 64 * 1024,       /* a response's lines: heads, chunk extensions, trailers */
  TW_HTTP1_FIELD_MAX = 256,            /* its header fields, trailers among them */
  TW_HTTP1_INTERIM_MAX = 16,           /* its 1xx heads */
  TW_HTTP1_BODY_MAX = 8 * 1024 * 1024, /* its body */
  TW_HTTP1_KEPT = 64 * 1024            /* the largest buffer that serves another response */
};

/* What the writer adds to a method, a URL, the fields and a body takes no more than this; to a field, TW_HTTP1_FIELD_ROOM. */
enum { TW_HTTP1_ROOM = sizeof(tw_account) + 256, TW_HTTP1_FIELD_ROOM = 4 };

/* The writer: begin, any number of fields, end. NULL, or what is wrong in static words; a buffer that
** ran out says so in its own error. The bytes hold the credential: wipe them after use.
** Begin writes the request line, Host and Authorization, for the account's own origin alone. */
const char *tw_http1_begin (tw_buf *out, const tw_account *account, const char *method,
                            size_t method_len, const char *url, size_t url_len);
/* One header field, where tw_field_wrong has nothing against it. */
const char *tw_http1_field (tw_buf *out, const tw_field *f);
/* The empty line and the body (NULL: none) with its Content-Length. */
void tw_http1_end (tw_buf *out, const char *body, size_t body_len);

enum tw_http1_error {
  TW_HTTP1_OK,
  TW_HTTP1_PROTOCOL, /* not HTTP/1.x as we speak it */
  TW_HTTP1_LIMIT,    /* longer than a limit above, or than memory */
  TW_HTTP1_NETWORK   /* the stream ended before the response did */
};

/* A reader. Zeroed, it is a closed one. Read status and error; leave the rest to the functions. */
typedef struct tw_http1 {
  int state;
  int status;         /* 100..599 once its line was read */
  int minor;          /* HTTP/1.minor */
  int bodiless;       /* the method's responses have none */
  int chunked;        /* Transfer-Encoding: chunked */
  int sized;          /* Content-Length was given */
  int encoded;        /* Content-Encoding names more than identity */
  int persistent;     /* Connection: 1 keep-alive, -1 close, 0 unsaid */
  int extra;          /* bytes came after the end */
  unsigned fields;    /* so far */
  unsigned interims;  /* so far */
  size_t allowance;   /* line bytes still allowed */
  uint64_t length;    /* of the body by Content-Length */
  uint64_t remaining; /* of the body or the chunk */
  enum tw_http1_error error;
  const char *message; /* what went wrong, static */
  tw_buf line;         /* from here on kept: an unfinished line */
  tw_buf head;         /* name NUL value NUL, names in lower case */
  tw_buf body;
} tw_http1;

/* Readies a reader, zeroed or used, for the response to a request of this method. Allocates nothing; what a used one
** has of small buffers it keeps. */
void tw_http1_open (tw_http1 *r, const char *method, size_t method_len);
/* Takes bytes: 1 when the response is complete, 0 when more are needed, -1 when it failed (for
 * good). */
int tw_http1_feed (tw_http1 *r, const char *bytes, size_t n);
/* The stream ended: 1 when the response is complete, -1 when it failed. */
int tw_http1_finish (tw_http1 *r);
/* Goes on from this field (its name NULL: the start) to the next, its name in lower case, a NUL behind name and value:
** 1, or 0 where there is none. Its bytes are the reader's. */
int tw_http1_next (const tw_http1 *r, tw_field *f);
/* 1 when another request may follow on this connection. */
int tw_http1_keepalive (const tw_http1 *r);
/* Frees and zeroes. */
void tw_http1_close (tw_http1 *r);

#endif
