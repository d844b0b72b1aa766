/* account: core.account and its userdata, which holds the secret where Lua cannot see it. */
#include "account.h"
#include "core.h"
#include "raw.h"

#include <string.h>

/* Pushes nil and an error; answers 2. */
static int refuse (lua_State *L, const char *kind, const char *message) {
  lua_pushnil(L);
  lua_createtable(L, 0, 2);
  tw_raw_set(L, "kind", kind);
  tw_raw_set(L, "message", message);
  return 2;
}

static int closed (lua_State *L) {
  return refuse(L, "closed", "the account is closed");
}

/* core.account { account_sid, user, secret, api_url, api_version } → account; or nil, err of kind config.
** user is the account's SID or an API key's, the former where it is absent. */
int tw_account_new (lua_State *L) {
  static const char *const names[] = { "account_sid", "user", "secret", "api_url", "api_version" };
  const char *s[5];
  size_t n[5] = { 0, 0, 0, 0, 0 };
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  tw_account *account = lua_newuserdatauv(L, sizeof *account, 0);
  memset(account, 0, sizeof *account);
  luaL_getmetatable(L, TW_ACCOUNT_META);
  lua_setmetatable(L, -2);
  for (int i = 0; i < 5; i++) {
    s[i] = tw_raw_string(L, 1, names[i], &n[i]);
    if (s[i] == NULL && !lua_isnil(L, -1)) {
      lua_pushfstring(L, "%s: must be a string, not a %s", names[i], luaL_typename(L, -1));
      return refuse(L, "config", lua_tostring(L, -1));
    }
  }
  if (s[0] == NULL) return refuse(L, "config", "account_sid: is missing");
  if (s[2] == NULL) return refuse(L, "config", "secret: is missing");
  if (s[1] == NULL) s[1] = s[0], n[1] = n[0];
  const char *problem =
      tw_account_open(account, s[0], n[0], s[1], n[1], s[2], n[2], s[3], n[3], s[4], n[4]);
  if (problem != NULL) return refuse(L, "config", problem);
  lua_settop(L, 2);
  return 1;
}

static tw_account *checkaccount (lua_State *L) {
  return luaL_checkudata(L, 1, TW_ACCOUNT_META);
}

static int account_sid (lua_State *L) {
  const tw_account *account = checkaccount(L);
  if (!account->open) return closed(L);
  lua_pushstring(L, account->sid);
  return 1;
}

static int account_origin (lua_State *L) {
  const tw_account *account = checkaccount(L);
  if (!account->open) return closed(L);
  lua_pushstring(L, account->origin);
  return 1;
}

static int account_matches (lua_State *L) {
  const tw_account *account = checkaccount(L);
  size_t user_len, secret_len;
  const char *user = luaL_checklstring(L, 2, &user_len);
  const char *secret = luaL_checklstring(L, 3, &secret_len);
  lua_pushboolean(L, tw_account_matches(account, user, user_len, secret, secret_len));
  return 1;
}

static int account_close (lua_State *L) {
  tw_account_close(checkaccount(L));
  return 0;
}

static int account_tostring (lua_State *L) {
  const tw_account *account = checkaccount(L);
  if (account->open)
    lua_pushfstring(L, "twilio.account(AC...%s)", account->sid + TW_SID_LEN - 4);
  else
    lua_pushliteral(L, "twilio.account(closed)");
  return 1;
}

void tw_account_register (lua_State *L) {
  static const luaL_Reg methods[] = {
    { "sid", account_sid },
    { "origin", account_origin },
    { "matches", account_matches },
    { "close", account_close },
    { NULL, NULL },
  };
  static const luaL_Reg meta[] = {
    { "__gc", account_close },
    { "__close", account_close },
    { "__tostring", account_tostring },
    { NULL, NULL },
  };
  luaL_newmetatable(L, TW_ACCOUNT_META);
  luaL_setfuncs(L, meta, 0);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}
