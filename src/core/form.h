/* form: percent-encoding, bytewise; only RFC 3986's unreserved characters stay as they are. */
#ifndef TW_FORM_H
#define TW_FORM_H

#include <stddef.h>

/* How many bytes the encoding of these takes. */
size_t tw_form_length (const char *s, size_t n);
/* Writes that encoding; answers where it ends. */
char *tw_form_escape (char *to, const char *s, size_t n);

#endif
