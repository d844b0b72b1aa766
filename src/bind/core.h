/* core: what the files of src/bind give to luaopen_twilio_core. */
#ifndef TW_BIND_CORE_H
#define TW_BIND_CORE_H

#include "compat.h"

/* account.c: makes the account's metatable, or fills it again: memory may have failed half way. core.account. */
void tw_account_register (lua_State *L);
int tw_account_new (lua_State *L);

/* request.c: core.request, core.follow. */
int tw_request_build (lua_State *L);
int tw_request_follow (lua_State *L);

/* result.c: pushes core.result, with a JSON decoder of its own. Raises where lua-cjson is missing. */
void tw_result_push (lua_State *L);

#endif
