/* http1: core.encode and core.reader. */
#ifndef TW_BIND_HTTP1_H
#define TW_BIND_HTTP1_H

#include "compat.h"

/* Sets `encode` and `reader` in the table on top of the stack, and leaves it there. */
void tw_http1_register (lua_State *L);

#endif
