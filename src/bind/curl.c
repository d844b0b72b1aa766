/* curl: `twilio.curl` for Lua: pools of libcurl connections and the exchanges on them.
**
**   curl.pool{ ca_file, ca_path, proxy, connect_timeout } -> pool | nil, failure
**   curl.takes_proxy(url) -> boolean                        does libcurl take it as it stands?
**   pool:perform(request) -> response | nil, failure        waits
**   pool:start(request) -> exchange | nil, failure          under way; the next call on the pool moves the first byte
**   pool:step(seconds) -> value | nil [, failure]           what exchange:notify gave for one that is done now
**   pool:forked() -> boolean                                is it another process's?
**   pool:close()
**   exchange:done() -> boolean
**   exchange:allow([seconds]) -> boolean                    so long it may take from now on; without: its time stands still
**   exchange:notify(value)                                  pool:step answers value, once, when this one is done
**   exchange:take() -> response | nil, failure              waits for it if need be
**   exchange:close()                                        abandons it
**
** The pool owns all; an exchange's userdata points in and keeps the pool's alive. Nothing points from C to a userdata:
** Lua frees one also where its finalizer could not run. libcurl's callbacks reach no lua_State.
** Nearly every call of Lua's may collect garbage, and a finalizer may close what we are at: what an exchange holds stays
** until it is let go or the pool's userdata is collected, and whether it may still be used is asked behind such calls. */
#include "message.h"
#include "pool.h"
#include "proxy.h"

#include <math.h>
#include <string.h>

#define POOL_META "twilio.curl.pool"
#define EXCHANGE_META "twilio.curl.exchange"

typedef struct pool_box {
  tw_pool *pool; /* NULL: collected, or never was */
  int closed;
} pool_box;

typedef struct exchange_box {
  pool_box *pool; /* alive as long as this box: the uservalue holds it */
  tw_exchange *x; /* NULL: let go; of no use without the pool */
  int taken;      /* its response is being read: nobody else may let it go */
  int sent;       /* how often it had gone out by then */
} exchange_box;

/* What a box's uservalue holds. The pool's is a weak table: an exchange's slot -> its userdata. */
enum { UV_POOL = 1, UV_VALUE = 2 };

/* sent: how often the request in question went out, for a request that was under way is not one that never was. */
static int push_closed (lua_State *L, int sent) {
  tw_failure f = tw_failure_make("closed", "the client is closed", sent);
  return tw_message_pushfailure(L, &f);
}

/* 1 when the pool may be used; else pushes nil and the reason. */
static int usable (lua_State *L, const pool_box *box, int sent) {
  if (box->closed) return push_closed(L, sent), 0;
  if (!tw_pool_forked(box->pool)) return 1;
  tw_failure f = tw_failure_make(
      "forked", "the client belongs to the process that made it: make one after the fork", sent);
  return tw_message_pushfailure(L, &f), 0;
}

/* -- exchange -- */

static exchange_box *check_exchange (lua_State *L) {
  return luaL_checkudata(L, 1, EXCHANGE_META);
}

/* The exchange, where it may be used: NULL once it was taken or closed, or its pool was. */
static tw_exchange *exchange_of (const exchange_box *box) {
  return box->pool->closed || box->taken ? NULL : box->x;
}

static int sent_of (const exchange_box *box) {
  return box->x != NULL && box->pool->pool != NULL ? box->x->sent : box->sent;
}

static void let_go (exchange_box *box) {
  box->sent = sent_of(box);
  if (box->x != NULL && box->pool->pool != NULL) tw_pool_release(box->pool->pool, box->x);
  box->x = NULL;
}

static int exchange_done (lua_State *L) {
  const exchange_box *box = check_exchange(L);
  const tw_exchange *x = exchange_of(box);
  /* In a forked child it never comes to more: who waits is to take the failure. */
  lua_pushboolean(L, x == NULL || x->state != TW_RUNNING || tw_pool_forked(box->pool->pool));
  return 1;
}

static int exchange_allow (lua_State *L) {
  const exchange_box *box = check_exchange(L);
  double seconds = lua_isnoneornil(L, 2) ? INFINITY : (double)luaL_checknumber(L, 2);
  tw_exchange *x = exchange_of(box);
  lua_pushboolean(L, x == NULL || tw_pool_allow(box->pool->pool, x, seconds));
  return 1;
}

static int exchange_notify (lua_State *L) {
  exchange_box *box = check_exchange(L);
  luaL_checkany(L, 2);
  lua_settop(L, 2);
  tw_exchange *x = exchange_of(box);
  if (x == NULL) return push_closed(L, sent_of(box));
  lua_getiuservalue(L, 1, 1);
  lua_rawgeti(L, -1, UV_POOL);
  lua_getiuservalue(L, -1, 1);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, x->slot);
  lua_pop(L, 2);
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, UV_VALUE);
  if (exchange_of(box) == NULL) return push_closed(L, sent_of(box));
  tw_pool_notify(box->pool->pool, x);
  lua_pushboolean(L, 1);
  return 1;
}

static int exchange_take (lua_State *L) {
  exchange_box *box = check_exchange(L);
  if (!usable(L, box->pool, sent_of(box))) return 2;
  if (exchange_of(box) == NULL) return push_closed(L, sent_of(box));
  tw_pool_wait(box->pool->pool, box->x);
  box->taken = 1;
  int n = tw_message_pushresult(L, box->x); /* may raise: then the finalizer lets go */
  let_go(box);
  return n;
}

static int exchange_close (lua_State *L) {
  exchange_box *box = check_exchange(L);
  if (!box->taken) let_go(box);
  return 0;
}

static int exchange_gc (lua_State *L) {
  let_go(check_exchange(L));
  return 0;
}

static const luaL_Reg exchange_methods[] = {
  { "done", exchange_done }, { "allow", exchange_allow }, { "notify", exchange_notify },
  { "take", exchange_take }, { "close", exchange_close }, { NULL, NULL },
};

/* -- pool -- */

static pool_box *check_pool (lua_State *L) {
  return luaL_checkudata(L, 1, POOL_META);
}

static int pool_start (lua_State *L) {
  pool_box *pool = check_pool(L);
  tw_request request;
  lua_settop(L, 2);
  exchange_box *box = lua_newuserdatauv(L, sizeof *box, 1);
  *box = (exchange_box){ pool, NULL, 0, 0 };
  luaL_getmetatable(L, EXCHANGE_META);
  lua_setmetatable(L, -2);
  lua_createtable(L, 2, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, UV_POOL);
  lua_setiuservalue(L, -2, 1);
  tw_message_check(L, 2, &request);
  /* From here to the start Lua allocates nothing. */
  if (!usable(L, pool, 0)) return 2;
  box->x = tw_pool_acquire(pool->pool);
  tw_failure f = tw_failure_of(CURLE_OUT_OF_MEMORY, 0);
  const char *wrong = box->x != NULL ? tw_message_addheaders(L, box->x) : NULL;
  if (wrong != NULL)
    f = tw_failure_make("invalid", wrong, 0);
  else if (box->x != NULL && tw_pool_start(pool->pool, box->x, &request, &f))
    return lua_settop(L, 3), 1;
  let_go(box);
  return tw_message_pushfailure(L, &f);
}

static int pool_perform (lua_State *L) {
  int n = pool_start(L);
  if (n != 1) return n;
  lua_replace(L, 1);
  lua_settop(L, 1);
  return exchange_take(L);
}

static int pool_step (lua_State *L) {
  pool_box *pool = check_pool(L);
  double seconds = (double)luaL_checknumber(L, 2);
  if (!usable(L, pool, 0)) return 2;
  lua_getiuservalue(L, 1, 1);
  for (tw_exchange *x; (x = tw_pool_next(pool->pool, seconds)) != NULL;) {
    lua_rawgeti(L, -1, x->slot);
    if (!lua_isnil(L, -1)) {
      lua_getiuservalue(L, -1, 1);
      lua_rawgeti(L, -1, UV_VALUE);
      return 1;
    }
    lua_pop(L, 1); /* its userdata is garbage: nobody waits */
  }
  return 0;
}

static int pool_forked (lua_State *L) {
  const pool_box *box = check_pool(L);
  lua_pushboolean(L, !box->closed && tw_pool_forked(box->pool));
  return 1;
}

static int pool_close (lua_State *L) {
  pool_box *box = check_pool(L);
  if (!box->closed) tw_pool_close(box->pool);
  box->closed = 1;
  return 0;
}

static int pool_gc (lua_State *L) {
  pool_box *box = check_pool(L);
  if (box->pool != NULL) tw_pool_free(box->pool);
  *box = (pool_box){ NULL, 1 };
  return 0;
}

static const luaL_Reg pool_methods[] = {
  { "perform", pool_perform }, { "start", pool_start }, { "step", pool_step },
  { "forked", pool_forked },   { "close", pool_close }, { NULL, NULL },
};

/* -- twilio.curl -- */

static const char *opt_string (lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  if (lua_isnil(L, -1)) return NULL;
  if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "%s: not a string", name);
  return lua_tostring(L, -1);
}

static int curl_pool (lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  tw_settings s = { opt_string(L, "ca_file"), opt_string(L, "ca_path"), opt_string(L, "proxy"),
                    10 };
  lua_getfield(L, 1, "connect_timeout");
  if (!lua_isnil(L, -1)) s.connect_timeout = (double)luaL_checknumber(L, -1);
  pool_box *box = lua_newuserdatauv(L, sizeof *box, 1);
  *box = (pool_box){ NULL, 1 };
  luaL_getmetatable(L, POOL_META);
  lua_setmetatable(L, -2);
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setiuservalue(L, -2, 1);
  tw_failure f;
  box->pool = tw_pool_open(&s, &f);
  box->closed = box->pool == NULL;
  return box->closed ? tw_message_pushfailure(L, &f) : 1;
}

static int curl_takes_proxy (lua_State *L) {
  size_t len;
  const char *url = luaL_checklstring(L, 1, &len);
  lua_pushboolean(L, strlen(url) == len && tw_proxy_taken(url));
  return 1;
}

/* The methods are the metatable's __index; the metatable itself is out of reach. */
static void new_metatable (lua_State *L, const char *name, const luaL_Reg *methods,
                           lua_CFunction gc) {
  luaL_newmetatable(L, name);
  lua_pushcfunction(L, gc);
  lua_setfield(L, -2, "__gc");
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}

TW_EXPORT int luaopen_twilio_curl (lua_State *L);
int luaopen_twilio_curl (lua_State *L) {
  static const luaL_Reg functions[] = { { "pool", curl_pool },
                                        { "takes_proxy", curl_takes_proxy },
                                        { NULL, NULL } };
  new_metatable(L, EXCHANGE_META, exchange_methods, exchange_gc);
  new_metatable(L, POOL_META, pool_methods, pool_gc);
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  return 1;
}
