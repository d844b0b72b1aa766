/* preload: makes `require` find what libtwilio.a holds. */
#include "twilio.h"
#include "../bind/compat.h"
#include "bundle.h"

int luaopen_twilio_core (lua_State *L);
int luaopen_twilio_curl (lua_State *L);

/* The loader of the Lua file whose place in tw_modules is its upvalue: runs it, as require does with a file. */
static int run_file (lua_State *L) {
  const tw_module *m = &tw_modules[lua_tointeger(L, lua_upvalueindex(1))];
  lua_settop(L, 1);
  if (luaL_loadbuffer(L, (const char *)m->bytes, m->size, m->chunk) != 0) return lua_error(L);
  lua_insert(L, 1);
  lua_call(L, 1, 1);
  return 1;
}

TW_EXPORT void twilio_preload (lua_State *L) {
  luaL_checkstack(L, 4, "twilio");
  lua_getglobal(L, "package");
  if (lua_istable(L, -1)) lua_getfield(L, -1, "preload");
  if (!lua_istable(L, -1)) luaL_error(L, "twilio_preload: open the package library first");
  for (int i = 0; tw_modules[i].name != NULL; i++) {
    lua_pushinteger(L, i);
    lua_pushcclosure(L, run_file, 1);
    lua_setfield(L, -2, tw_modules[i].name);
  }
  lua_pushcfunction(L, luaopen_twilio_core);
  lua_setfield(L, -2, "twilio.core");
  lua_pushcfunction(L, luaopen_twilio_curl);
  lua_setfield(L, -2, "twilio.curl");
  lua_pop(L, 2);
}
