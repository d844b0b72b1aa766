#include "exchange.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TW_SLOW_BYTES = 10, TW_SLOW_SECONDS = 15, TW_KEPT_BODY = 256 * 1024 };

/* -- Callbacks: no Lua, no allocation without a bound -- */

static size_t on_body (char *bytes, size_t size, size_t n, void *p) {
  tw_exchange *x = p;
  curl_off_t length = 0;
  if (x->body.len == 0 &&
      curl_easy_getinfo(x->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) == CURLE_OK &&
      length > 0 &&
      tw_buf_reserve(&x->body, length < TW_BODY_MAX ? (size_t)length : TW_BODY_MAX) != 0)
    return 0;
  return tw_buf_add(&x->body, bytes, size * n) == 0 ? size * n : 0;
}

/* How much of a line stands before its end. */
static size_t text_of (const char *line, size_t len) {
  if (len > 0 && line[len - 1] == '\n') len--;
  if (len > 0 && line[len - 1] == '\r') len--;
  return len;
}

/* Up to its final status line the server may think as long as the attempt's timeout allows; from there on it must not
** drip. */
static CURLcode set_patience (tw_exchange *x) {
  long seconds = x->final && !x->held ? TW_SLOW_SECONDS : 0;
  return curl_easy_setopt(x->easy, CURLOPT_LOW_SPEED_TIME, seconds);
}

/* A status line: "HTTP/1.1 2…" is a final one. */
static CURLcode begin_block (tw_exchange *x, const char *line, size_t len) {
  x->sized = x->chunked = 0;
  x->final = len > 9 && line[9] != '1';
  return set_patience(x);
}

/* 1 where a field lets a body end where libcurl and any other reader see its end: libcurl believes the last of two
** lengths and the digits at a length's beginning, knows several codings, and chunks in HTTP/1.0. */
static int frames_well (tw_exchange *x, const tw_field *f) {
  if (tw_field_is(f->name, f->name_len, "content-length")) {
    uint64_t before = x->length;
    if (!tw_field_length(f, &x->length) || (x->sized && x->length != before)) return 0;
    x->sized = 1;
  } else if (tw_field_is(f->name, f->name_len, "transfer-encoding")) {
    static const char old[] = "HTTP/1.0";
    if (x->chunked || !tw_field_is(f->value, f->value_len, "chunked")) return 0;
    if (x->head.len >= sizeof old - 1 && memcmp(x->head.data, old, sizeof old - 1) == 0) return 0;
    x->chunked = 1;
  }
  return 1;
}

/* Header lines of every block come here: 1xx, the final one, and trailers behind the body. The final block is the
** response. */
static size_t on_header (char *line, size_t size, size_t n, void *p) {
  tw_exchange *x = p;
  tw_field f;
  size_t len = size * n, text = text_of(line, len);
  x->head_bytes += len;
  if (x->head_bytes > TW_HEAD_MAX || ++x->head_count > TW_HEAD_COUNT) return 0;
  if (text == 0) {
    x->head_complete = x->final;
    if (!x->final) tw_buf_reset(&x->head);
    return len;
  }
  if (x->head.len == 0) {
    if (begin_block(x, line, text) != CURLE_OK) return 0;
  } else if (!tw_field_read(&f, line, text) || (!x->head_complete && !frames_well(x, &f))) {
    x->malformed = 1;
    return 0;
  }
  return x->head_complete || tw_buf_add(&x->head, line, len) == 0 ? len : 0;
}

/* Called when a connection stands and the request is about to go out: the one proof of what was sent. On a kept
** connection that dies in silence libcurl sends again by itself, whatever the method; a guarded request stops here. */
static int on_request (void *p, char *ip, char *local_ip, int port, int local_port) {
  tw_exchange *x = p;
  (void)ip, (void)local_ip, (void)port, (void)local_port;
  if (x->guard && x->sent > 0) return CURL_PREREQFUNC_ABORT;
  x->sent++;
  return CURL_PREREQFUNC_OK;
}

/* A socket that no child inherits, and never in the place of a closed stdin, stdout or stderr: a stray write must not
** enter a TLS stream. */
static curl_socket_t on_socket (void *p, curlsocktype purpose, struct curl_sockaddr *a) {
  (void)p, (void)purpose;
#ifdef SOCK_CLOEXEC
  int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
#else
  int fd = socket(a->family, a->socktype, a->protocol);
  if (fd >= 0) (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
  if (fd < 0) return CURL_SOCKET_BAD;
  if (fd > STDERR_FILENO) return fd;
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  (void)close(fd);
  return moved < 0 ? CURL_SOCKET_BAD : moved;
}

/* -- Options -- */

/* The same for every request. Also what is libcurl's default today is said, so that it stays. */
static const struct {
  CURLoption option;
  long value;
} profile[] = {
  { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
  { CURLOPT_HTTP09_ALLOWED, 0 },
  { CURLOPT_FOLLOWLOCATION, 0 },
  { CURLOPT_MAXREDIRS, 0 },
  { CURLOPT_AUTOREFERER, 0 },
  { CURLOPT_UNRESTRICTED_AUTH, 0 },
  { CURLOPT_HTTPAUTH, CURLAUTH_BASIC },
  { CURLOPT_NETRC, CURL_NETRC_IGNORED },
  { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
  { CURLOPT_SSL_VERIFYPEER, 1 },
  { CURLOPT_SSL_VERIFYHOST, 2 },
  { CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
  { CURLOPT_PROXY_SSL_VERIFYPEER, 1 },
  { CURLOPT_PROXY_SSL_VERIFYHOST, 2 },
  { CURLOPT_HEADEROPT,
    CURLHEADER_SEPARATE }, /* a proxy's CONNECT carries no Authorization of ours */
  { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
  { CURLOPT_TCP_FASTOPEN, 0 },
  { CURLOPT_NOSIGNAL, 1 },
  { CURLOPT_NOPROGRESS, 1 },
  { CURLOPT_VERBOSE, 0 },
  { CURLOPT_QUICK_EXIT, 1 }, /* a resolver that hangs does not hold a deadline */
  { CURLOPT_MAXAGE_CONN, 55 },
  { CURLOPT_MAXLIFETIME_CONN, 600 },
  { CURLOPT_LOW_SPEED_LIMIT, TW_SLOW_BYTES },
};

/* libcurl takes milliseconds, and 0 for "for ever": here that is a millisecond. */
static long milliseconds (double seconds) {
  double ms = ceil(seconds * 1000);
  return ms < 86400000.0 ? (ms > 1 ? (long)ms : 1) : 86400000L;
}

#define SET(option, value)                                                                         \
  do {                                                                                             \
    CURLcode code_ = curl_easy_setopt(x->easy, (option), (value));                                 \
    if (code_ != CURLE_OK) return code_;                                                           \
  } while (0)

static CURLcode set_profile (tw_exchange *x) {
  for (size_t i = 0; i < sizeof profile / sizeof *profile; i++)
    SET(profile[i].option, profile[i].value);
  SET(CURLOPT_ACCEPT_ENCODING, "gzip");
  SET(CURLOPT_ERRORBUFFER, x->error);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, x);
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_HEADERDATA, x);
  SET(CURLOPT_PREREQFUNCTION, on_request);
  SET(CURLOPT_PREREQDATA, x);
  SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
  SET(CURLOPT_PRIVATE, x);
  return CURLE_OK;
}

static CURLcode set_settings (tw_exchange *x, const tw_settings *s, int plain) {
  SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(s->connect_timeout));
  SET(CURLOPT_CAINFO, s->ca_file);
  SET(CURLOPT_CAPATH, s->ca_path);
  SET(CURLOPT_PROXY_CAINFO, s->ca_file);
  SET(CURLOPT_PROXY_CAPATH, s->ca_path);
  /* Plain http is for loopback alone: no proxy has a part in it, and none is to read the credential. */
  if (plain)
    SET(CURLOPT_PROXY, "");
  else if (s->proxy != NULL)
    SET(CURLOPT_PROXY, s->proxy);
  return CURLE_OK;
}

static struct curl_slist *link_headers (tw_exchange *x) {
  for (size_t i = 0; i < x->header_count; i++) {
    x->headers[i].data = x->lines.data + x->starts[i];
    x->headers[i].next = i + 1 < x->header_count ? &x->headers[i + 1] : NULL;
  }
  return x->headers;
}

static CURLcode set_request (tw_exchange *x, const tw_request *r, int plain) {
  SET(CURLOPT_URL, r->url);
  SET(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
  SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
  SET(CURLOPT_HTTPHEADER, link_headers(x));
  SET(CURLOPT_TIMEOUT_MS, milliseconds(r->timeout));
  SET(CURLOPT_FRESH_CONNECT, r->fresh ? 1L : 0L);
  if (strcmp(r->method, "POST") == 0) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(r->body ? r->body_len : 0));
    SET(CURLOPT_COPYPOSTFIELDS, r->body ? r->body : "");
  } else {
    SET(CURLOPT_HTTPGET, 1L);
    if (strcmp(r->method, "GET") != 0) SET(CURLOPT_CUSTOMREQUEST, r->method);
  }
  return CURLE_OK;
}

static void add_line (tw_exchange *x, const tw_field *f) {
  x->starts[x->header_count++] = x->lines.len;
  (void)tw_buf_add(&x->lines, f->name, f->name_len);
  /* libcurl's way to write an empty one */
  (void)tw_buf_puts(&x->lines, f->value_len > 0 ? ": " : ";");
  (void)tw_buf_add(&x->lines, f->value, f->value_len);
  (void)tw_buf_putc(&x->lines, '\0');
}

const char *tw_exchange_add (tw_exchange *x, const tw_field *f) {
  const char *wrong = tw_field_wrong(f);
  if (wrong != NULL) return wrong;
  if (x->header_count + 1 == TW_SENT_MAX) return "the request has too many headers";
  add_line(x, f);
  return NULL;
}

int tw_exchange_prepare (tw_exchange *x, const tw_request *r, const tw_settings *s, tw_failure *f) {
  const char *credential = tw_account_authorization(r->account, r->url, r->url_len);
  if (credential == NULL) {
    *f = r->account->open ? tw_failure_make("config", "the URL is not of the account's origin", 0)
                          : tw_failure_make("closed", "the account is closed", 0);
    return 0;
  }
  if (!(r->timeout > 0)) {
    *f = tw_failure_of(CURLE_OPERATION_TIMEDOUT, 0);
    return 0;
  }
  static const char name[] = "Authorization";
  add_line(x, &(tw_field){ name, credential, sizeof name - 1, strlen(credential) });
  if (x->lines.error) {
    *f = x->lines.error == TW_BUF_LIMIT
             ? tw_failure_make("invalid", "the request's headers are too long", 0)
             : tw_failure_of(CURLE_OUT_OF_MEMORY, 0);
    return 0;
  }
  int plain = r->url_len > 5 && tw_field_is(r->url, 5, "http:");
  x->guard = r->guard;
  CURLcode code = set_profile(x);
  if (code == CURLE_OK) code = set_settings(x, s, plain);
  if (code == CURLE_OK) code = set_request(x, r, plain);
  if (code == CURLE_OK) return 1;
  *f = tw_failure_of(code, 0);
  return 0;
}

static CURLcode set_limits (tw_exchange *x, double connect, double all) {
  SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect));
  SET(CURLOPT_TIMEOUT_MS, milliseconds(all));
  return set_patience(x);
}

int tw_exchange_limit (tw_exchange *x, const tw_settings *s, double past, double seconds) {
  x->held = isinf(seconds);
  double connect = x->held ? seconds : s->connect_timeout;
  return set_limits(x, past + connect, past + seconds) == CURLE_OK;
}

/* -- Life -- */

int tw_exchange_open (tw_exchange *x) {
  tw_buf_init(&x->lines, TW_HEAD_MAX);
  tw_buf_init(&x->head, TW_HEAD_MAX);
  tw_buf_init(&x->body, TW_BODY_MAX);
  x->easy = curl_easy_init();
  return x->easy != NULL ? 0 : -1;
}

static void wipe_headers (tw_exchange *x) {
  tw_buf_reset(&x->lines);
  x->header_count = 0;
}

void tw_exchange_finish (tw_exchange *x, CURLcode code) {
  x->code = x->malformed ? CURLE_WEIRD_SERVER_REPLY : code;
  x->state = TW_DONE;
  wipe_headers(x);
}

void tw_exchange_reset (tw_exchange *x) {
  curl_easy_reset(x->easy);
  wipe_headers(x);
  tw_buf_reset(&x->head);
  tw_buf_reset(&x->body);
  if (x->body.cap > TW_KEPT_BODY) tw_buf_free(&x->body);
  x->head_bytes = 0;
  x->head_count = x->final = x->head_complete = 0;
  x->held = x->sent = x->guard = x->malformed = 0;
  x->code = CURLE_OK;
  x->error[0] = '\0';
  x->state = TW_IDLE;
}

void tw_exchange_close (tw_exchange *x) {
  if (x->easy != NULL) curl_easy_cleanup(x->easy);
  x->easy = NULL;
  tw_buf_free(&x->lines);
  tw_buf_free(&x->head);
  tw_buf_free(&x->body);
}

/* -- What came of it -- */

long tw_exchange_status (tw_exchange *x) {
  long status = 0;
  (void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

int tw_exchange_result (tw_exchange *x, tw_failure *f) {
  if (x->head.error == TW_BUF_NOMEM || x->body.error == TW_BUF_NOMEM) {
    *f = tw_failure_make("limit", "no memory for the response", x->sent);
    return 0;
  }
  if (x->code != CURLE_OK) {
    *f = tw_failure_of(x->code, x->sent);
    tw_failure_locate(f, x->code, x->easy, x->error);
    return 0;
  }
  long status = tw_exchange_status(x);
  /* libcurl is content with a response that ends inside its header block: this is not one. Nor is a 101 that ends it. */
  if (!x->head_complete && status != 101) {
    *f = tw_failure_make("network", "the connection ended inside the response's headers", x->sent);
    f->transient = 1;
    return 0;
  }
  if (status < 200 || status > 599) {
    *f = tw_failure_make("protocol", "the response has no status that HTTP knows", x->sent);
    f->transient = 1;
    return 0;
  }
  return 1;
}

static size_t line_end (const tw_buf *b, size_t at) {
  const char *newline = memchr(b->data + at, '\n', b->len - at);
  return newline != NULL ? (size_t)(newline - b->data) + 1 : b->len;
}

int tw_exchange_header (const tw_exchange *x, size_t *at, tw_field *f) {
  const tw_buf *b = &x->head;
  if (*at == 0 && b->len > 0) *at = line_end(b, 0); /* the status line */
  if (*at == b->len) return 0;
  const char *line = b->data + *at;
  size_t end = line_end(b, *at), len = end - *at;
  *at = end;
  return tw_field_read(f, line, text_of(line, len));
}
