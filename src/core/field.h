/* field: one header field of HTTP/1.1 (RFC 9110, 5.1 and 5.5), of a request or a response. */
#ifndef TW_FIELD_H
#define TW_FIELD_H

#include "text.h"

#include <stddef.h>
#include <stdint.h>

/* A name and a value, which are somebody else's bytes. */
typedef struct tw_field {
  const char *name, *value;
  size_t name_len, value_len;
} tw_field;

int tw_field_token (const char *s, size_t n);
/* Is it free of control characters? A tab is none. */
int tw_field_text (const char *s, size_t n);
/* Drops blanks at both ends. */
void tw_field_trim (const char **s, size_t *n);
/* Takes a line without its end apart, the value trimmed: 1, or 0 where it is not `name: value`. */
int tw_field_read (tw_field *f, const char *line, size_t n);
/* A Content-Length: 1, or 0 where the value is none. */
int tw_field_length (const tw_field *f, uint64_t *length);
/* May a request have it besides what is written for every one? NULL, or what is wrong in static words: bytes that could
** end it, or that it proves or frames the request, or asks for a response that we do not read. */
const char *tw_field_wrong (const tw_field *f);

/* Is s the word, a literal, in any case? */
#define tw_field_is(s, n, word) tw_text_alike(s, n, word, sizeof(word) - 1)

#endif
