/* names: the strings that every call needs, each made once a state (LuaJIT hashes whatever C hands it, every time). A
** function that takes or sets them by number has their table as its first upvalue. */
#ifndef TW_BIND_NAMES_H
#define TW_BIND_NAMES_H

#include "compat.h"

#define TW_NAMES(X)                                                                                \
  X(ACCEPT, "Accept")                                                                              \
  X(ACCOUNT, "account")                                                                            \
  X(BODY, "body")                                                                                  \
  X(CLASS, "class")                                                                                \
  X(CONTENT_TYPE, "Content-Type")                                                                  \
  X(DATE, "date")                                                                                  \
  X(FORM, "application/x-www-form-urlencoded")                                                     \
  X(HEADERS, "headers")                                                                            \
  X(IN_FLIGHT, "twilio-concurrent-requests")                                                       \
  X(JSON, "application/json")                                                                      \
  X(METHOD, "method")                                                                              \
  X(OPERATION, "operation")                                                                        \
  X(REQUEST_ID, "request_id")                                                                      \
  X(SID, "sid")                                                                                    \
  X(STATUS, "status")                                                                              \
  X(TWILIO_REQUEST_ID, "twilio-request-id")                                                        \
  X(URL, "url")

#define TW_NAME(id, name) TW_NAME_##id,
enum tw_name { TW_NAME_NONE, TW_NAMES(TW_NAME) };
#undef TW_NAME

/* Pushes the table of names. */
static inline void tw_names_table (lua_State *L) {
#define TW_NAME(id, name) name,
  static const char *const names[] = { NULL, TW_NAMES(TW_NAME) };
#undef TW_NAME
  int count = (int)(sizeof names / sizeof *names);
  lua_createtable(L, count, 0);
  for (int i = 1; i < count; i++) {
    lua_pushstring(L, names[i]);
    lua_rawseti(L, -2, i);
  }
}

static inline void tw_names_push (lua_State *L, enum tw_name name) {
  lua_rawgeti(L, lua_upvalueindex(1), (int)name);
}

/* Pushes t[name] and answers its type; t is an absolute index. */
static inline int tw_names_get (lua_State *L, int t, enum tw_name name) {
  tw_names_push(L, name);
  lua_rawget(L, t);
  return lua_type(L, -1);
}

/* As above, but a string: its bytes, which live as long as the value on the stack, or NULL. */
static inline const char *tw_names_string (lua_State *L, int t, enum tw_name name, size_t *len) {
  return tw_names_get(L, t, name) == LUA_TSTRING ? lua_tolstring(L, -1, len) : NULL;
}

/* Sets a field of the table below the value on top, which it pops. */
static inline void tw_names_set (lua_State *L, enum tw_name name) {
  tw_names_push(L, name);
  lua_insert(L, -2);
  lua_rawset(L, -3);
}

#endif
