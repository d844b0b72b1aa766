/* raw: reading and filling plain tables without running anybody's metamethod. */
#ifndef TW_BIND_RAW_H
#define TW_BIND_RAW_H

#include "compat.h"
#include "field.h"

/* Pushes t[name] and answers its type; t is an absolute index. */
static inline int tw_raw_get (lua_State *L, int t, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, t);
  return lua_type(L, -1);
}

/* As above, but a string: its bytes, which live as long as the value on the stack, or NULL. */
static inline const char *tw_raw_string (lua_State *L, int t, const char *name, size_t *len) {
  return tw_raw_get(L, t, name) == LUA_TSTRING ? lua_tolstring(L, -1, len) : NULL;
}

/* Sets a field of the table on top of the stack, which is ours and has no metatable. */
static inline void tw_raw_set (lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* Sets the field whose name is on top, which it pops, of the table below it; a repeat is joined to what is there. */
static inline void tw_raw_join (lua_State *L, const char *value, size_t len) {
  lua_pushvalue(L, -1);
  lua_rawget(L, -3);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushlstring(L, value, len);
  } else {
    lua_pushliteral(L, ", ");
    lua_pushlstring(L, value, len);
    lua_concat(L, 3);
  }
  lua_rawset(L, -3);
}

/* The header whose name and value are on top, as lua_next leaves them: NULL, or what is wrong. */
static inline const char *tw_raw_field (lua_State *L, tw_field *f) {
  if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
    return "a header is not a string";
  f->name = lua_tolstring(L, -2, &f->name_len);
  f->value = lua_tolstring(L, -1, &f->value_len);
  return NULL;
}

#endif
