#include "http1.h"

#include "text.h"

/* What a URL is made of. */
static int is_url (const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (s[i] <= ' ' || s[i] > '~' || s[i] == '#') return 0;
  return 1;
}

/* {=== The writer ===} */

const char *tw_http1_begin (tw_buf *out, const tw_account *account, const char *method,
                            size_t method_len, const char *url, size_t url_len) {
  const char *authorization = tw_account_authorization(account, url, url_len);
  if (!account->open) return "the account is closed";
  if (authorization == NULL) return "the URL is not of the account's origin";
  if (!tw_field_token(method, method_len)) return "the method is not a token";
  if (!is_url(url, url_len)) return "the URL holds a byte that no URL has";
  /* The origin is scheme://host[:port], and what follows it in the URL begins with '/' or '?'. */
  size_t host = strcspn(account->origin, ":") + strlen("://"), path = strlen(account->origin);
  tw_buf_add(out, method, method_len);
  tw_buf_putc(out, ' ');
  if (url[path] == '?') tw_buf_putc(out, '/');
  tw_buf_add(out, url + path, url_len - path);
  tw_buf_puts(out, " HTTP/1.1\r\nHost: ");
  tw_buf_puts(out, account->origin + host);
  tw_buf_puts(out, "\r\nAuthorization: ");
  tw_buf_puts(out, authorization);
  tw_buf_puts(out, "\r\nAccept-Encoding: identity\r\n");
  return NULL;
}

const char *tw_http1_field (tw_buf *out, const tw_field *f) {
  const char *wrong = tw_field_wrong(f);
  if (wrong != NULL) return wrong;
  tw_buf_add(out, f->name, f->name_len);
  tw_buf_puts(out, ": ");
  tw_buf_add(out, f->value, f->value_len);
  tw_buf_puts(out, "\r\n");
  return NULL;
}

void tw_http1_end (tw_buf *out, const char *body, size_t body_len) {
  if (body != NULL) {
    char digits[24];
    size_t i = sizeof(digits), n = body_len;
    do digits[--i] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    tw_buf_puts(out, "Content-Length: ");
    tw_buf_add(out, digits + i, sizeof(digits) - i);
    tw_buf_puts(out, "\r\n");
  }
  tw_buf_puts(out, "\r\n");
  if (body != NULL) tw_buf_add(out, body, body_len);
}

/* {=== The reader ===} */

/* What the next bytes are. */
enum { CLOSED, STATUS, FIELD, SIZED, ENDLESS, SIZE, CHUNK, CHUNK_END, TRAILER, DONE, FAILED };

static int fail (tw_http1 *r, enum tw_http1_error error, const char *message) {
  r->state = FAILED;
  r->error = error;
  r->message = message;
  return -1;
}

static int full (tw_http1 *r, const tw_buf *b) {
  return fail(r, TW_HTTP1_LIMIT,
              b->error == TW_BUF_NOMEM ? "no memory for the response" : "the response is too long");
}

static int append (tw_http1 *r, tw_buf *b, const char *bytes, size_t n) {
  return tw_buf_add(b, bytes, n) == 0 ? 0 : full(r, b);
}

/* Empties a buffer, zeroed or used; a large one goes. */
static void ready (tw_buf *b, size_t max) {
  if (b->cap > TW_HTTP1_KEPT) tw_buf_free(b);
  tw_buf_reset(b);
  b->max = max;
}

void tw_http1_open (tw_http1 *r, const char *method, size_t method_len) {
  memset(r, 0, offsetof(tw_http1, line));
  r->state = STATUS;
  r->bodiless =
      tw_field_is(method, method_len, "head") || tw_field_is(method, method_len, "connect");
  r->allowance = TW_HTTP1_HEAD_MAX;
  ready(&r->line, TW_HTTP1_HEAD_MAX);
  ready(&r->head, TW_HTTP1_HEAD_MAX);
  ready(&r->body, TW_HTTP1_BODY_MAX);
}

void tw_http1_close (tw_http1 *r) {
  tw_buf_free(&r->line);
  tw_buf_free(&r->head);
  tw_buf_free(&r->body);
  memset(r, 0, sizeof(*r));
}

/* HTTP/1.x SP 3DIGIT [SP reason] */
static int status_line (tw_http1 *r, const char *s, size_t n) {
  static const size_t code = sizeof("HTTP/1.x ") - 1;
  if (n < code + 3 || !tw_text_digit(s[code - 2]) || s[code - 1] != ' ' ||
      (n > code + 3 && s[code + 3] != ' ') || !tw_field_text(s, n))
    return fail(r, TW_HTTP1_PROTOCOL, "the status line is not HTTP/1.x");
  r->status = 0;
  for (size_t i = code; i < code + 3; i++) {
    if (!tw_text_digit(s[i])) return fail(r, TW_HTTP1_PROTOCOL, "the status is not a number");
    r->status = r->status * 10 + (s[i] - '0');
  }
  if (r->status < 100 || r->status > 599)
    return fail(r, TW_HTTP1_PROTOCOL, "the status is outside 100..599");
  if (r->status == 101) return fail(r, TW_HTTP1_PROTOCOL, "the server switched protocols unasked");
  r->minor = s[code - 2] - '0';
  r->state = FIELD;
  return 0;
}

/* Content-Length: the same each time. */
static int content_length (tw_http1 *r, const tw_field *f) {
  uint64_t length;
  if (!tw_field_length(f, &length))
    return fail(r, TW_HTTP1_PROTOCOL, "Content-Length is not a length");
  if (r->sized && length != r->length)
    return fail(r, TW_HTTP1_PROTOCOL, "Content-Length was given twice, and differs");
  r->sized = 1;
  r->length = length;
  return 0;
}

/* Connection: a list, in which close beats keep-alive. */
static void connection (tw_http1 *r, const char *s, size_t n) {
  while (n > 0) {
    const char *comma = memchr(s, ',', n), *word = s;
    size_t len = comma ? (size_t)(comma - s) : n, skip = comma ? len + 1 : len;
    tw_field_trim(&word, &len);
    if (tw_field_is(word, len, "close")) r->persistent = -1;
    if (tw_field_is(word, len, "keep-alive") && r->persistent == 0) r->persistent = 1;
    s += skip;
    n -= skip;
  }
}

/* What a field says about the response itself. */
static int framing (tw_http1 *r, const tw_field *f) {
  const char *name = f->name, *value = f->value;
  size_t len = f->name_len, n = f->value_len;
  if (tw_field_is(name, len, "content-length")) return content_length(r, f);
  if (tw_field_is(name, len, "transfer-encoding")) {
    if (r->chunked || r->minor == 0 || !tw_field_is(value, n, "chunked"))
      return fail(r, TW_HTTP1_PROTOCOL, "the Transfer-Encoding is not chunked alone");
    r->chunked = 1;
  }
  if (tw_field_is(name, len, "content-encoding") && !tw_field_is(value, n, "identity"))
    r->encoded = 1;
  if (tw_field_is(name, len, "connection")) connection(r, value, n);
  return 0;
}

/* A trailer's is checked and dropped. */
static int field_line (tw_http1 *r, const char *s, size_t n) {
  tw_field f;
  if (!tw_field_read(&f, s, n))
    return fail(r, TW_HTTP1_PROTOCOL, "a header line is not name: value");
  if (++r->fields > TW_HTTP1_FIELD_MAX)
    return fail(r, TW_HTTP1_LIMIT, "the response has too many headers");
  if (r->state == TRAILER) return 0;
  char *name = tw_buf_extend(&r->head, f.name_len + 1 + f.value_len + 1);
  if (name == NULL) return full(r, &r->head);
  for (size_t i = 0; i < f.name_len; i++) name[i] = tw_text_lower(f.name[i]);
  name[f.name_len] = '\0';
  memcpy(name + f.name_len + 1, f.value, f.value_len);
  name[f.name_len + 1 + f.value_len] = '\0';
  return framing(r, &f);
}

/* The head is complete: what follows it? */
static int head_end (tw_http1 *r) {
  if (r->status < 200) {
    if (++r->interims > TW_HTTP1_INTERIM_MAX)
      return fail(r, TW_HTTP1_LIMIT, "the response has too many 1xx heads");
    r->chunked = r->sized = r->encoded = r->persistent = 0;
    r->length = 0;
    tw_buf_reset(&r->head);
    r->state = STATUS;
  } else if (r->bodiless || r->status == 204 || r->status == 304) {
    r->state = DONE;
  } else if (r->encoded) {
    return fail(r, TW_HTTP1_PROTOCOL, "the body has a Content-Encoding that was not asked for");
  } else if (r->chunked) {
    r->state = SIZE;
  } else if (r->sized && r->length > TW_HTTP1_BODY_MAX) {
    return fail(r, TW_HTTP1_LIMIT, "the body is too long");
  } else {
    r->remaining = r->length;
    r->state = !r->sized ? ENDLESS : r->length > 0 ? SIZED : DONE;
  }
  return 0;
}

/* 1*HEXDIG [";" extensions] */
static int size_line (tw_http1 *r, const char *s, size_t n) {
  uint64_t size = 0;
  size_t digits = 0;
  for (; digits < n; digits++) {
    char c = tw_text_lower(s[digits]);
    if (tw_text_digit(c))
      size = size * 16 + (uint64_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
      size = size * 16 + 10 + (uint64_t)(c - 'a');
    else
      break;
    if (digits == 15) return fail(r, TW_HTTP1_PROTOCOL, "a chunk's size is not a size");
  }
  s += digits;
  n -= digits;
  tw_field_trim(&s, &n);
  if (digits == 0 || (n > 0 && *s != ';') || !tw_field_text(s, n))
    return fail(r, TW_HTTP1_PROTOCOL, "a chunk's size is not a size");
  if (size > TW_HTTP1_BODY_MAX - r->body.len)
    return fail(r, TW_HTTP1_LIMIT, "the body is too long");
  r->remaining = size;
  r->state = size > 0 ? CHUNK : TRAILER;
  return 0;
}

/* One line, without its end. */
static int take_line (tw_http1 *r, const char *s, size_t n) {
  if (n > 0 && s[n - 1] == '\r') n--;
  switch (r->state) {
  case STATUS: return status_line(r, s, n);
  case FIELD: return n > 0 ? field_line(r, s, n) : head_end(r);
  case SIZE: return size_line(r, s, n);
  case CHUNK_END:
    if (n > 0) return fail(r, TW_HTTP1_PROTOCOL, "a chunk is longer than its size");
    r->state = SIZE;
    return 0;
  default: /* TRAILER */
    if (n > 0) return field_line(r, s, n);
    r->state = DONE;
    return 0;
  }
}

/* Does a status line that begins so still speak HTTP/1.x? Asked of each byte, so that a server of another
** protocol is not waited for. */
static int is_http1 (const tw_http1 *r, const char *s, size_t n) {
  static const char prefix[] = "HTTP/1.";
  size_t had = r->line.len, want = sizeof(prefix) - 1;
  if (had >= want) return 1;
  return memcmp(prefix + had, s, n < want - had ? n : want - had) == 0;
}

/* Gathers one line; how many bytes that took. What counts is each byte's place, never the slicing.
 */
static size_t feed_line (tw_http1 *r, const char *s, size_t n) {
  enum { PLAIN = 20 }; /* so much of a chunk's line is free: a body may have a million of them */
  const char *end = memchr(s, '\n', n);
  size_t took = end ? (size_t)(end - s) + 1 : n, len = took;
  if (r->state == STATUS && !is_http1(r, s, took < r->allowance ? took : r->allowance)) {
    fail(r, TW_HTTP1_PROTOCOL, "the answer is not HTTP/1.x");
    return took;
  }
  if (took > r->allowance) {
    fail(r, TW_HTTP1_LIMIT, "the response's headers are too long");
    return took;
  }
  r->allowance -= took;
  if (end == NULL || r->line.len > 0) { /* else it came whole, and needs no copy */
    if (append(r, &r->line, s, took) != 0 || end == NULL) return took;
    s = r->line.data;
    len = r->line.len;
  }
  if (r->state == SIZE || r->state == CHUNK_END) r->allowance += len < PLAIN ? len : PLAIN;
  take_line(r, s, len - 1);
  tw_buf_reset(&r->line);
  return took;
}

static size_t feed_body (tw_http1 *r, const char *s, size_t n) {
  if (r->state == ENDLESS) {
    append(r, &r->body, s, n);
    return n;
  }
  if (n > r->remaining) n = (size_t)r->remaining;
  if (append(r, &r->body, s, n) != 0) return n;
  r->remaining -= n;
  if (r->remaining == 0) r->state = r->state == SIZED ? DONE : CHUNK_END;
  return n;
}

int tw_http1_feed (tw_http1 *r, const char *bytes, size_t n) {
  while (n > 0 && r->state > CLOSED && r->state < DONE) {
    int body = r->state == SIZED || r->state == ENDLESS || r->state == CHUNK;
    size_t took = body ? feed_body(r, bytes, n) : feed_line(r, bytes, n);
    bytes += took;
    n -= took;
  }
  if (r->state == CLOSED) return fail(r, TW_HTTP1_PROTOCOL, "the reader is closed");
  if (r->state == FAILED) return -1;
  if (n > 0) r->extra = 1; /* never read as the next response */
  return r->state == DONE;
}

int tw_http1_finish (tw_http1 *r) {
  if (r->state == ENDLESS) r->state = DONE;
  if (r->state == DONE) return 1;
  if (r->state == FAILED) return -1;
  return fail(r, TW_HTTP1_NETWORK,
              r->state == STATUS && r->line.len == 0
                  ? "the connection closed without a response"
                  : "the connection closed in the middle of the response");
}

int tw_http1_next (const tw_http1 *r, tw_field *f) {
  const char *next = f->name == NULL ? r->head.data : f->value + f->value_len + 1;
  if (r->head.len == 0 || next == r->head.data + r->head.len) return 0;
  f->name = next;
  f->name_len = strlen(next);
  f->value = next + f->name_len + 1;
  f->value_len = strlen(f->value);
  return 1;
}

int tw_http1_keepalive (const tw_http1 *r) {
  if (r->state != DONE || r->extra) return 0;
  if (r->minor == 0 ? r->persistent != 1 : r->persistent == -1) return 0;
  if (r->bodiless || r->status == 304) return 1;
  if (r->status == 204) return !r->chunked && r->length == 0;
  return r->chunked !=
         r->sized; /* one framing and one alone: with neither, the end was the body's */
}
