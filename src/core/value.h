/* value: is this text what the parameter takes, and how does Twilio spell it? Knows nothing of Lua. */
#ifndef TW_VALUE_H
#define TW_VALUE_H

#include "op.h"

enum { TW_VALUE_OWN = 48 };

/* A checked value. s points to the caller's bytes, to constant ones or into own: never copy one. */
typedef struct tw_value {
  const char *s; /* NULL: not given */
  size_t n;
  char own[TW_VALUE_OWN];
} tw_value;

/* 1 and *v filled in when these bytes are a value of this parameter, else 0. */
int tw_value_check (const tw_param *p, const char *s, size_t n, tw_value *v);

#endif
