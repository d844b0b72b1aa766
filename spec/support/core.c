/* core: the parts of src/core that Lua cannot reach, or only through others, as they are. Tests only. */
#include "compat.h"

#include "../../src/core/account.c"
#include "../../src/core/buf.c"
#include "../../src/core/form.c"
#include "../../src/core/reply.c"

/* core.fill(max, pieces) -> the bytes, the capacity, the error's number, how often an add was refused. */
static int core_fill (lua_State *L) {
  tw_buf b;
  int refused = 0;
  tw_buf_init(&b, (size_t)luaL_checkinteger(L, 1));
  luaL_checktype(L, 2, LUA_TTABLE);
  for (int i = 1; i <= (int)lua_rawlen(L, 2); i++) {
    size_t n;
    lua_rawgeti(L, 2, i);
    const char *s = lua_tolstring(L, -1, &n);
    refused += tw_buf_add(&b, s, n) != 0;
    lua_pop(L, 1);
  }
  lua_pushlstring(L, b.len ? b.data : "", b.len);
  lua_pushinteger(L, (lua_Integer)b.cap);
  lua_pushinteger(L, b.error);
  lua_pushinteger(L, refused);
  tw_buf_reset(&b);
  lua_pushboolean(L, b.len == 0 && b.error == TW_BUF_OK && tw_buf_putc(&b, 'x') == 0 &&
                         b.data[0] == 'x');
  tw_buf_free(&b);
  lua_pushboolean(L, b.data == NULL && b.cap == 0 && tw_buf_puts(&b, "y") == (b.max > 0 ? 0 : -1));
  tw_buf_free(&b);
  return 6;
}

/* core.wiped(s) -> the same memory after tw_wipe. */
static int core_wiped (lua_State *L) {
  char copy[64];
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  memcpy(copy, s, n);
  tw_wipe(copy, n);
  lua_pushlstring(L, copy, n);
  return 1;
}

/* core.escape(s) -> its percent-encoding, and the length foretold. */
static int core_escape (lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  size_t length = tw_form_length(s, n);
  char *to = lua_newuserdatauv(L, length + 1, 0);
  lua_pushlstring(L, to, (size_t)(tw_form_escape(to, s, n) - to));
  lua_pushinteger(L, (lua_Integer)length);
  return 2;
}

/* core.date(s) -> epoch seconds, or nil. */
static int core_date (lua_State *L) {
  size_t n;
  double seconds;
  const char *s = luaL_checklstring(L, 1, &n);
  if (!tw_reply_date(s, n, &seconds)) return 0;
  lua_pushnumber(L, seconds);
  return 1;
}

/* core.retry_after(s, now) -> seconds, or -1. */
static int core_retry_after (lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  lua_pushnumber(L, tw_reply_retry_after(s, n, luaL_checknumber(L, 2)));
  return 1;
}

/* core.clean(s, max) -> the text as a message shows it. */
static int core_clean (lua_State *L) {
  char to[64];
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  lua_pushlstring(L, to, tw_reply_clean(to, (size_t)luaL_checkinteger(L, 2), s, n));
  return 1;
}

/* core.authorization(sid, secret, api_url, url) -> the header's value, or nil; and whether closing left no byte. */
static int core_authorization (lua_State *L) {
  tw_account a;
  size_t n[4];
  const char *s[4];
  for (int i = 0; i < 4; i++) s[i] = luaL_checklstring(L, i + 1, &n[i]);
  memset(&a, 0, sizeof a);
  const char *problem =
      tw_account_open(&a, s[0], n[0], s[0], n[0], s[1], n[1], s[2], n[2], NULL, 0);
  if (problem != NULL) return luaL_error(L, "%s", problem);
  lua_pushstring(L, tw_account_authorization(&a, s[3], n[3]));
  tw_account_close(&a);
  size_t left = 0;
  for (size_t i = 0; i < sizeof a; i++) left += ((const unsigned char *)&a)[i] != 0;
  lua_pushboolean(L, left == 0 && tw_account_authorization(&a, s[3], n[3]) == NULL);
  return 2;
}

TW_EXPORT int luaopen_core (lua_State *L);

int luaopen_core (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "fill", core_fill },
    { "wiped", core_wiped },
    { "escape", core_escape },
    { "date", core_date },
    { "retry_after", core_retry_after },
    { "clean", core_clean },
    { "authorization", core_authorization },
    { NULL, NULL },
  };
  luaL_newlib(L, functions);
  return 1;
}
