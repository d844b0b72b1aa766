#include "message.h"
#include "raw.h"

#include <string.h>

/* -- The request -- */

static int is_method (const char *s) {
  return strcmp(s, "GET") == 0 || strcmp(s, "POST") == 0 || strcmp(s, "DELETE") == 0;
}

/* Pushes a field, which must be a string; or absent where that is allowed (then NULL). */
static const char *check_string (lua_State *L, int arg, const char *name, int needed, size_t *len) {
  const char *s = tw_raw_string(L, arg, name, len);
  if (s == NULL && (needed || !lua_isnil(L, -1))) luaL_error(L, "request.%s: not a string", name);
  return s;
}

static int get_flag (lua_State *L, int arg, const char *name) {
  (void)tw_raw_get(L, arg, name);
  return lua_toboolean(L, -1);
}

void tw_message_check (lua_State *L, int arg, tw_request *r) {
  luaL_checktype(L, arg, LUA_TTABLE);
  luaL_checkstack(L, 16, "request");
  memset(r, 0, sizeof *r);
  r->method = check_string(L, arg, "method", 1, NULL);
  if (!is_method(r->method)) luaL_error(L, "request.method: not GET, POST or DELETE");
  r->url = check_string(L, arg, "url", 1, &r->url_len);
  if (strlen(r->url) != r->url_len) luaL_error(L, "request.url: a NUL");
  r->body = check_string(L, arg, "body", 0, &r->body_len);
  (void)tw_raw_get(L, arg, "account");
  r->account = luaL_testudata(L, -1, TW_ACCOUNT_META);
  if (r->account == NULL) luaL_error(L, "request.account: not an account");
  if (tw_raw_get(L, arg, "timeout") != LUA_TNUMBER)
    luaL_error(L, "request.timeout: not a number of seconds");
  r->timeout = (double)lua_tonumber(L, -1);
  r->fresh = get_flag(L, arg, "fresh");
  r->guard = get_flag(L, arg, "guard");
  if (tw_raw_get(L, arg, "headers") != LUA_TNIL)
    luaL_argcheck(L, lua_istable(L, -1), arg, "request.headers: not a table");
}

const char *tw_message_addheaders (lua_State *L, tw_exchange *x) {
  if (lua_isnil(L, -1)) return NULL;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    tw_field f;
    const char *wrong = tw_raw_field(L, &f);
    if (wrong == NULL) wrong = tw_exchange_add(x, &f);
    if (wrong != NULL) return wrong;
  }
  return NULL;
}

/* -- The response -- */

/* Pushes a header's name in lower case. A name longer than the room has no meaning for anyone here. */
static int push_lower (lua_State *L, const char *name, size_t len) {
  char room[128];
  if (len > sizeof room) return 0;
  for (size_t i = 0; i < len; i++) room[i] = tw_text_lower(name[i]);
  lua_pushlstring(L, room, len);
  return 1;
}

static void push_headers (lua_State *L, const tw_exchange *x) {
  lua_createtable(L, 0, 16);
  tw_field f;
  for (size_t at = 0; tw_exchange_header(x, &at, &f);)
    if (push_lower(L, f.name, f.name_len)) tw_raw_join(L, f.value, f.value_len);
}

int tw_message_pushresult (lua_State *L, tw_exchange *x) {
  luaL_checkstack(L, 8, "response");
  tw_failure f;
  if (!tw_exchange_result(x, &f)) return tw_message_pushfailure(L, &f);
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, (lua_Integer)tw_exchange_status(x));
  lua_setfield(L, -2, "status");
  lua_pushinteger(L, x->sent);
  lua_setfield(L, -2, "sent");
  push_headers(L, x);
  lua_setfield(L, -2, "headers");
  lua_pushlstring(L, x->body.len > 0 ? x->body.data : "", x->body.len);
  lua_setfield(L, -2, "body");
  return 1;
}

int tw_message_pushfailure (lua_State *L, const tw_failure *f) {
  luaL_checkstack(L, 8, "failure");
  lua_pushnil(L);
  lua_createtable(L, 0, 4);
  tw_raw_set(L, "kind", f->kind);
  lua_pushlstring(L, f->where != NULL ? f->where : "", f->where_len);
  lua_pushstring(L, f->where != NULL ? ": " : "");
  lua_pushstring(L, f->message);
  lua_concat(L, 3);
  lua_setfield(L, -2, "message");
  lua_pushinteger(L, f->sent);
  lua_setfield(L, -2, "sent");
  lua_pushboolean(L, f->transient);
  lua_setfield(L, -2, "transient");
  return 2;
}
