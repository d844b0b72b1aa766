/* buf: growable bytes with a hard maximum from birth and a sticky error. Knows nothing else. */
#ifndef TW_BUF_H
#define TW_BUF_H

#include <stddef.h>

enum tw_buf_error { TW_BUF_OK, TW_BUF_NOMEM, TW_BUF_LIMIT };

typedef struct tw_buf {
  char *data; /* NULL while empty; never NUL-terminated */
  size_t len, cap, max;
  enum tw_buf_error error; /* once set, every add is refused and the bytes so far are kept */
} tw_buf;

/* A buffer that never holds more than max bytes. Allocates nothing. */
void tw_buf_init (tw_buf *b, size_t max);
/* A full-grown buffer over somebody else's memory: nothing to free. */
void tw_buf_over (tw_buf *b, char *memory, size_t size);
/* Appends n bytes, or none of them: 0 when they were added, -1 with b->error set. */
int tw_buf_add (tw_buf *b, const void *bytes, size_t n);
/* The same for n bytes that the caller writes: where, or NULL. */
char *tw_buf_extend (tw_buf *b, size_t n);
/* Makes room for n bytes in all, or for as many as it may hold: 0, or -1 with b->error set. */
int tw_buf_reserve (tw_buf *b, size_t n);
/* The same as tw_buf_add for a C string and for one byte. */
int tw_buf_puts (tw_buf *b, const char *s);
int tw_buf_putc (tw_buf *b, char c);
/* Forgets the bytes and the error, keeps the memory. */
void tw_buf_reset (tw_buf *b);
/* Wipes and frees; the buffer is empty and usable again. */
void tw_buf_free (tw_buf *b);

/* Overwrites memory in a way that a compiler may not remove. */
void tw_wipe (void *p, size_t n);

#endif
