/* compat: the only file that names a Lua version. 5.4 is the language; this makes 5.1 (and LuaJIT) look like it. */
#ifndef TW_COMPAT_H
#define TW_COMPAT_H

#include <lua.h>
#include <lauxlib.h>

#if defined(__GNUC__)
#define TW_EXPORT __attribute__((visibility("default")))
#else
#define TW_EXPORT
#endif

#if LUA_VERSION_NUM < 502

#define lua_rawlen lua_objlen
#undef luaL_newlib /* LuaJIT's headers have some of 5.2's */
#define luaL_newlib(L, l)                                                                          \
  (lua_createtable(L, 0, (int)(sizeof(l) / sizeof((l)[0])) - 1), luaL_setfuncs(L, l, 0))

/* As 5.2's: the functions share the n upvalues on top, which it pops. */
static inline void tw_setfuncs (lua_State *L, const luaL_Reg *l, int n) {
  for (; l->name != NULL; l++) {
    for (int i = 0; i < n; i++) lua_pushvalue(L, -n);
    lua_pushcclosure(L, l->func, n);
    lua_setfield(L, -n - 2, l->name);
  }
  lua_pop(L, n);
}
#undef luaL_setfuncs
#define luaL_setfuncs tw_setfuncs

/* An environment is 5.1's uservalue: always a table. */
#define lua_setiuservalue(L, i, n) lua_setfenv(L, i)
#define lua_getiuservalue(L, i, n) lua_getfenv(L, i)
#define lua_newuserdatauv(L, size, n) lua_newuserdata(L, size)

static inline void *tw_testudata (lua_State *L, int i, const char *name) {
  void *p = lua_touserdata(L, i);
  if (p == NULL || !lua_getmetatable(L, i)) return NULL;
  lua_getfield(L, LUA_REGISTRYINDEX, name);
  if (!lua_rawequal(L, -1, -2)) p = NULL;
  lua_pop(L, 2);
  return p;
}
#define luaL_testudata tw_testudata

#endif

/* Whether numbers have an integer subtype. */
#if LUA_VERSION_NUM >= 503
#define TW_INTEGERS 1
#else
#define TW_INTEGERS 0
#endif

/* Pushes a number: an integer where the language has them and the value is whole. */
static inline void tw_pushwhole (lua_State *L, double n) {
#if TW_INTEGERS
  if (n >= -9007199254740992.0 && n <= 9007199254740992.0 && (double)(lua_Integer)n == n) {
    lua_pushinteger(L, (lua_Integer)n);
    return;
  }
#endif
  lua_pushnumber(L, (lua_Number)n);
}

#endif
