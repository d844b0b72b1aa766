/* preload: twilio_preload as it is, without the modules that it tells of. Tests only. */
#include "../../src/static/preload.c"

const tw_module tw_modules[] = { { NULL, NULL, NULL, 0 } };

int luaopen_twilio_core (lua_State *L) {
  return luaL_error(L, "none of it here");
}

int luaopen_twilio_curl (lua_State *L) {
  return luaL_error(L, "none of it here");
}

static int run (lua_State *L) {
  twilio_preload(L);
  return 0;
}

/* preload.bare() -> what twilio_preload raises in a state without any library; nil where it raises nothing. */
static int preload_bare (lua_State *L) {
  lua_State *bare = luaL_newstate();
  if (bare == NULL) return luaL_error(L, "no state");
  lua_pushcfunction(bare, run);
  lua_pushstring(L, lua_pcall(bare, 0, 0, 0) == 0 ? NULL : lua_tostring(bare, -1));
  lua_close(bare);
  return 1;
}

TW_EXPORT int luaopen_preload (lua_State *L);

int luaopen_preload (lua_State *L) {
  static const luaL_Reg functions[] = { { "bare", preload_bare }, { NULL, NULL } };
  luaL_newlib(L, functions);
  return 1;
}
