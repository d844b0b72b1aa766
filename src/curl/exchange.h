/* exchange: one HTTP exchange on a libcurl easy handle. Knows libcurl and the account; knows no Lua and no
** other exchange. Its callbacks append to bounded buffers and count, nothing else. */
#ifndef TW_EXCHANGE_H
#define TW_EXCHANGE_H

#include "account.h"
#include "buf.h"
#include "failure.h"
#include "field.h"

enum {
  TW_HEAD_MAX = 64 * 1024, /* bytes of all header lines of one exchange, 1xx blocks included */
  TW_HEAD_COUNT = 256,     /* lines of the same */
  TW_SENT_MAX = 16,        /* headers of a request, Authorization among them */
  TW_BODY_MAX = 8 * 1024 * 1024, /* decoded bytes */
};

/* What every exchange of a pool has in common. The strings may be NULL, and outlive the exchanges. */
typedef struct tw_settings {
  const char *ca_file, *ca_path; /* as given to libcurl: NULL turns that source off */
  const char *proxy;             /* NULL: the environment decides; "": none */
  double connect_timeout;        /* seconds */
} tw_settings;

/* What goes out. Nothing of it is kept: libcurl copies. */
typedef struct tw_request {
  const tw_account *account;
  const char *method; /* GET, POST or DELETE */
  const char *url;
  size_t url_len;
  const char *body; /* or NULL */
  size_t body_len;
  double timeout; /* seconds */
  int fresh;      /* on a new connection */
  int guard;      /* never send twice */
} tw_request;

typedef struct tw_exchange {
  CURL *easy;
  tw_buf lines; /* the headers that go out, with a NUL behind each: holds the credential */
  struct curl_slist headers[TW_SENT_MAX]; /* the list that libcurl reads them by */
  size_t starts[TW_SENT_MAX], header_count;
  tw_buf head; /* the lines of the block that is being read */
  tw_buf body;
  size_t head_bytes; /* of all blocks */
  int head_count;
  int final;         /* the block is not one of 1xx */
  int head_complete; /* its empty line was seen */
  int sized;         /* it gave the body's length */
  uint64_t length;
  int chunked;   /* it said that the body is in chunks */
  int malformed; /* it is no HTTP/1.x, though libcurl would take it */
  int sent;      /* how often the request went out */
  int guard;     /* which must be once */
  int held;      /* no rule about time holds */
  CURLcode code; /* how it ended */
  char error[CURL_ERROR_SIZE];

  /* The pool's: */
  enum { TW_IDLE, TW_RUNNING, TW_DONE } state;
  int slot;     /* a number of its own within the pool */
  double began; /* when it was put under way, by the pool's clock */
  double ends;  /* when its time is over, if that was changed since; else 0 */
  int notify;   /* to be told by tw_pool_next */
  struct tw_exchange *next, *prev, *next_done;
} tw_exchange;

/* A zeroed exchange becomes one with an easy handle: 0, or -1 without memory. */
int tw_exchange_open (tw_exchange *x);
/* Appends a header to send: NULL, or what is wrong in static words. Whether there is memory and room for all of them,
** tw_exchange_prepare says. */
const char *tw_exchange_add (tw_exchange *x, const tw_field *f);
/* Sets every option for this request: 1, or 0 with the reason in *f. */
int tw_exchange_prepare (tw_exchange *x, const tw_request *r, const tw_settings *s, tw_failure *f);
/* It began `past` seconds ago: how many more it may take, and of the settings' to connect if it has not yet. INFINITY: no
** rule about time holds until the next call. 1, or 0 where libcurl does not want it. */
int tw_exchange_limit (tw_exchange *x, const tw_settings *s, double past, double seconds);
/* The transfer ended so; the easy handle is out of the multi handle. Wipes what held the credential. */
void tw_exchange_finish (tw_exchange *x, CURLcode code);
/* 1 with a response to read, 0 with the reason in *f. */
int tw_exchange_result (tw_exchange *x, tw_failure *f);
long tw_exchange_status (tw_exchange *x);
/* Steps through the response's headers: *at is 0 at first. 1 while there is one. */
int tw_exchange_header (const tw_exchange *x, size_t *at, tw_field *f);
/* Ready for the next request. Keeps the easy handle and small buffers. */
void tw_exchange_reset (tw_exchange *x);
void tw_exchange_close (tw_exchange *x);

#endif
