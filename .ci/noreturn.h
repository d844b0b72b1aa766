/* For clang-tidy alone: Lua's headers do not say that these never return. */
#include <lua.h>
#include <lauxlib.h>

#define NORETURN __attribute__((noreturn))

NORETURN int lua_error (lua_State *L);
NORETURN int luaL_error (lua_State *L, const char *fmt, ...);
NORETURN int luaL_argerror (lua_State *L, int arg, const char *extramsg);
