/* Fuzzes the response reader: bytes in any slicing give the same answer, and no slicing makes it hold more
** than its limits. The first byte of an input chooses the method, the second seeds the slicing, the rest is
** the stream. `make fuzz` runs it. */
#include "http1.h"

#include <stdlib.h>
#include <string.h>

static const char *const METHODS[] = { "GET", "HEAD", "POST", "CONNECT" };

#define must(condition)                                                                            \
  if (!(condition)) __builtin_trap()

/* Each slice is a block of its own, so that a read beyond it is seen. */
static int feed (tw_http1 *r, const char *bytes, size_t n) {
  char *slice = malloc(n ? n : 1);
  memcpy(slice, bytes, n);
  int progress = tw_http1_feed(r, slice, n);
  free(slice);
  must(r->line.cap <= TW_HTTP1_HEAD_MAX && r->head.cap <= TW_HTTP1_HEAD_MAX);
  must(r->body.cap <= TW_HTTP1_BODY_MAX && r->fields <= TW_HTTP1_FIELD_MAX + 1);
  return progress;
}

/* Reads the whole stream: step 0 in one piece, 1 byte by byte, else in pieces that the seed chooses. */
static int run (tw_http1 *r, const char *method, const char *bytes, size_t n, unsigned step,
                unsigned seed) {
  memset(r, 0, sizeof(*r));
  tw_http1_open(r, method, strlen(method));
  while (n > 0) {
    seed = seed * 1103515245u + 12345u;
    size_t piece = step == 0 ? n : step == 1 ? 1 : 1 + (seed >> 16) % 37;
    if (piece > n) piece = n;
    feed(r, bytes, piece);
    bytes += piece;
    n -= piece;
  }
  return tw_http1_finish(r);
}

static int same_bytes (const tw_buf *a, const tw_buf *b) {
  return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void same (const tw_http1 *a, const tw_http1 *b, int progress_a, int progress_b) {
  must(progress_a == progress_b);
  must(a->error == b->error &&
       a->message == b->message); /* messages are static: one address each */
  if (progress_a != 1) return;
  must(a->status == b->status && same_bytes(&a->head, &b->head) && same_bytes(&a->body, &b->body));
  must(tw_http1_keepalive(a) == tw_http1_keepalive(b));
  must(a->status >= 200 && a->status <= 599);
}

/* The fields that the reader hands out are the head that it kept, whole. */
static void walk (const tw_http1 *r) {
  size_t bytes = 0;
  for (tw_field h = { NULL, NULL, 0, 0 }; tw_http1_next(r, &h);)
    bytes += h.name_len + h.value_len + 2;
  must(bytes == r->head.len);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  tw_http1 whole, bytewise, pieces;
  if (size < 2) return 0;
  const char *method = METHODS[data[0] % 4], *bytes = (const char *)data + 2;
  size_t n = size - 2;
  int a = run(&whole, method, bytes, n, 0, 0);
  int b = run(&bytewise, method, bytes, n, 1, 0);
  int c = run(&pieces, method, bytes, n, 2, data[1]);
  same(&whole, &bytewise, a, b);
  same(&whole, &pieces, a, c);
  if (a == 1) walk(&whole);
  tw_http1_close(&whole);
  tw_http1_close(&bytewise);
  tw_http1_close(&pieces);
  return 0;
}
