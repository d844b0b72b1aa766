/* params: a caller's table as checked values of an operation's parameters. */
#ifndef TW_BIND_PARAMS_H
#define TW_BIND_PARAMS_H

#include "compat.h"
#include "value.h"

typedef struct tw_params {
  const tw_op *op;
  int count;
  const tw_param *params[TW_PARAMS + 1]; /* the account's SID first, the API's version last */
  tw_value values[TW_PARAMS + 1];        /* of each; s is NULL where it is not given */
} tw_params;

/* Reads the table at index (or nil) once, raw, and checks all of it: 0, with the values' bytes anchored in
** slots pushed onto the stack; or 2, with `nil, message` (a mistake in the code) or `nil, error` (a bad
** value) on top. connector: the operation was called by its connector's name. */
int tw_params_read (lua_State *L, int index, const tw_op *op, int connector, tw_params *ps);
/* Pushes nil and the error { kind = "invalid", operation, parameter, message }, whose message is
** the parameter's name and why; answers 2. */
int tw_params_invalid (lua_State *L, const tw_op *op, const tw_param *p, const char *why);
/* Pushes nil and "there is no …", with the nearest operation's name; answers 2. */
int tw_params_no_operation (lua_State *L, const char *name, size_t len);

#endif
