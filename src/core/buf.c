#include "buf.h"

#include <stdlib.h>
#include <string.h>

void tw_wipe (void *p, size_t n) {
#if defined(__GNUC__)
  if (n > 0) memset(p, 0, n);
  __asm__ __volatile__("" : : "r"(p) : "memory"); /* somebody may read it: the memset must stay */
#else
  volatile unsigned char *bytes = p;
  while (n > 0) bytes[--n] = 0;
#endif
}

void tw_buf_init (tw_buf *b, size_t max) {
  b->data = NULL;
  b->len = b->cap = 0;
  b->max = max;
  b->error = TW_BUF_OK;
}

void tw_buf_over (tw_buf *b, char *memory, size_t size) {
  tw_buf_init(b, size);
  b->data = memory;
  b->cap = size;
}

/* Grows by moving, never by realloc: a buffer may hold a secret, and realloc leaves copies behind. */
static int buf_move (tw_buf *b, size_t cap) {
  char *data = malloc(cap);
  if (data == NULL) {
    b->error = TW_BUF_NOMEM;
    return -1;
  }
  if (b->len > 0) {
    memcpy(data, b->data, b->len);
    tw_wipe(b->data, b->len);
  }
  free(b->data);
  b->data = data;
  b->cap = cap;
  return 0;
}

/* By doubling; but what is large takes all it may have, since pages that are never touched cost nothing, and moving
** up in steps leaves an allocator with as much again in holes. */
static int buf_grow (tw_buf *b, size_t need) {
  size_t cap = b->cap ? b->cap : b->max < 256 ? b->max : 256;
  size_t large = b->max / 2 < 512 * 1024 ? b->max / 2 : 512 * 1024;
  while (cap < need) cap = cap > large ? b->max : cap * 2;
  return buf_move(b, cap);
}

int tw_buf_reserve (tw_buf *b, size_t n) {
  if (b->error) return -1;
  if (n > b->max) n = b->max;
  return n > b->cap ? buf_move(b, n) : 0;
}

char *tw_buf_extend (tw_buf *b, size_t n) {
  if (b->error) return NULL;
  if (n > b->max - b->len) {
    b->error = TW_BUF_LIMIT;
    return NULL;
  }
  if (b->len + n > b->cap && buf_grow(b, b->len + n) != 0) return NULL;
  b->len += n;
  return b->data + b->len - n;
}

int tw_buf_add (tw_buf *b, const void *bytes, size_t n) {
  if (n == 0) return b->error ? -1 : 0;
  char *to = tw_buf_extend(b, n);
  if (to == NULL) return -1;
  memcpy(to, bytes, n);
  return 0;
}

int tw_buf_puts (tw_buf *b, const char *s) {
  return tw_buf_add(b, s, strlen(s));
}

int tw_buf_putc (tw_buf *b, char c) {
  return tw_buf_add(b, &c, 1);
}

/* What lies beyond len was never written, or is wiped. */
void tw_buf_reset (tw_buf *b) {
  if (b->len > 0) tw_wipe(b->data, b->len);
  b->len = 0;
  b->error = TW_BUF_OK;
}

void tw_buf_free (tw_buf *b) {
  size_t max = b->max;
  if (b->len > 0) tw_wipe(b->data, b->len);
  free(b->data);
  tw_buf_init(b, max);
}
