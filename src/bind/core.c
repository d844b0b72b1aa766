/* core: luaopen_twilio_core; the rows for Lua; the clock, sleep and chance. */
#include "core.h"
#include "http1.h"
#include "names.h"
#include "op.h"
#include "raw.h"
#include "reply.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* {=== core.operations () ===} */

static void pushparam (lua_State *L, const tw_param *p) {
  lua_createtable(L, 0, 8);
  tw_raw_set(L, "name", p->name);
  tw_raw_set(L, "wire", p->wire);
  tw_raw_set(L, "place", tw_place_names[p->place]);
  tw_raw_set(L, "type", tw_type_names[p->type]);
  if (p->alias != NULL) tw_raw_set(L, "alias", p->alias);
  lua_pushboolean(L, (p->flags & TW_REQUIRED) != 0);
  lua_setfield(L, -2, "required");
  if (p->flags & TW_IMPLIED) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "implied");
  }
  if (p->type == TW_INTEGER) {
    lua_pushinteger(L, (lua_Integer)p->min);
    lua_setfield(L, -2, "min");
  }
  if (p->max > 0) {
    lua_pushinteger(L, (lua_Integer)p->max);
    lua_setfield(L, -2, "max");
  }
  if (p->type == TW_SID) tw_raw_set(L, "prefix", p->detail);
  if (p->type == TW_ENUM) {
    int n = 0;
    lua_newtable(L);
    for (const char *s = p->detail; *s != '\0'; s += *s == ' ') {
      size_t len = strcspn(s, " ");
      lua_pushlstring(L, s, len);
      lua_rawseti(L, -2, ++n);
      s += len;
    }
    lua_setfield(L, -2, "values");
  }
}

/* The iterators of a listing have its name with another verb; only pages that name the next one have pages_. */
static void setiterators (lua_State *L, const tw_op *op) {
  const char *noun = strchr(op->name, '_');
  lua_pushfstring(L, "each%s", noun);
  lua_setfield(L, -2, "each");
  if (strncmp(op->name, "list_", 5) != 0) return;
  lua_pushfstring(L, "pages%s", noun);
  lua_setfield(L, -2, "pages");
}

static void pushoperation (lua_State *L, const tw_op *op) {
  const tw_param *params[TW_PARAMS];
  int count = tw_op_params(op, params);
  lua_createtable(L, 0, 12);
  tw_raw_set(L, "name", op->name);
  if (op->alias != NULL) tw_raw_set(L, "alias", op->alias);
  tw_raw_set(L, "operation_id", op->id);
  tw_raw_set(L, "method", tw_method_names[op->method]);
  lua_pushfstring(L, "/Accounts/{AccountSid}%s", op->path);
  lua_setfield(L, -2, "path");
  tw_raw_set(L, "class", tw_class_names[op->class]);
  if (op->list_key != NULL) {
    tw_raw_set(L, "list_key", op->list_key);
    setiterators(L, op);
  }
  lua_pushboolean(L, op->paged);
  lua_setfield(L, -2, "paged");
  lua_createtable(L, count, 0);
  for (int i = 0; i < count; i++) {
    pushparam(L, params[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "parameters");
}

/* A new array of all rows, the caller's to keep or change. */
static int core_operations (lua_State *L) {
  size_t count;
  const tw_op *rows = tw_op_rows(&count);
  luaL_checkstack(L, 12, "operations");
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    pushoperation(L, &rows[i]);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

/* How many edits lie between two names, case and underscores aside. */
static int core_distance (lua_State *L) {
  size_t an, bn;
  const char *a = luaL_checklstring(L, 1, &an), *b = luaL_checklstring(L, 2, &bn);
  lua_pushinteger(L, tw_op_distance(a, an, b, bn));
  return 1;
}

/* {=== Time and chance ===} */

/* Monotonic seconds, from an unspecified start. */
static int core_now (lua_State *L) {
  struct timespec t;
  if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) return luaL_error(L, "the clock cannot be read");
  lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
  return 1;
}

/* Epoch seconds of a date as Twilio (RFC 2822) or HTTP writes it; nil for anything else. */
static int core_date (lua_State *L) {
  size_t len;
  double seconds;
  const char *s = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &len) : NULL;
  if (s == NULL || !tw_reply_date(s, len, &seconds)) return lua_pushnil(L), 1;
  tw_pushwhole(L, seconds);
  return 1;
}

/* Blocks for so many seconds, however many signals come meanwhile. */
static int core_sleep (lua_State *L) {
  double seconds = (double)luaL_checknumber(L, 1);
  struct timespec t;
  luaL_argcheck(L, seconds >= 0 && seconds <= 1e6, 1, "seconds expected, from 0 to 1e6");
  t.tv_sec = (time_t)seconds;
  t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
  while (nanosleep(&t, &t) != 0)
    if (errno != EINTR) return luaL_error(L, "cannot sleep");
  return 0;
}

/* A number in [0,1) from the operating system's generator. */
static int core_random (lua_State *L) {
  unsigned char bytes[7];
  double number = 0;
  if (getentropy(bytes, sizeof bytes) != 0) return luaL_error(L, "no randomness to be had");
  bytes[0] &= 31; /* 53 bits */
  for (size_t i = 0; i < sizeof bytes; i++) number = number * 256 + bytes[i];
  lua_pushnumber(L, (lua_Number)(number / 9007199254740992.0));
  return 1;
}

TW_EXPORT int luaopen_twilio_core (lua_State *L);

int luaopen_twilio_core (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "account", tw_account_new },   { "request", tw_request_build },
    { "follow", tw_request_follow }, { "operations", core_operations },
    { "distance", core_distance },   { "now", core_now },
    { "date", core_date },           { "sleep", core_sleep },
    { "random", core_random },       { NULL, NULL },
  };
  tw_account_register(L);
  lua_newtable(L);
  tw_names_table(L);
  luaL_setfuncs(L, functions, 1);
  tw_result_push(L);
  lua_setfield(L, -2, "result");
  tw_http1_register(L);
  return 1;
}
