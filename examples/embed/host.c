/* A program that hosts Lua, with everything linked in: `make -C examples/embed`, then
**
**   TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=… ./host [THREADS]
**
** Each thread has a Lua state of its own. It calls twilio.numbers from C and from Lua; it buys nothing. */
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <twilio.h>

enum { MOST = 64 };

typedef struct job {
  pthread_t thread;
  int number;
  int done;         /* 1 when all went well */
  char result[256]; /* what to print */
} job;

/* lua-cjson's archive. */
int luaopen_cjson (lua_State *L);
int luaopen_cjson_safe (lua_State *L);

static const char script[] = "local numbers = require 'twilio'.numbers\n"
                             "local count = 0\n"
                             "for _ in numbers.each_incoming() do count = count + 1 end\n"
                             "return count\n";

static void preload (lua_State *L, const char *name, lua_CFunction open) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, open);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

/* From C: local page = assert(twilio.numbers.search_local{ country_code = "US", area_code = 415 })
** Leaves the phone number of one of the page's records. */
static void pushforsale (lua_State *L, int which) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "twilio");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "numbers");
  lua_getfield(L, -1, "search_local");
  lua_createtable(L, 0, 2);
  lua_pushliteral(L, "US");
  lua_setfield(L, -2, "country_code");
  lua_pushinteger(L, 415);
  lua_setfield(L, -2, "area_code");
  lua_call(L, 1, 2);
  if (lua_isnil(L, -2)) lua_error(L); /* the error object, which is on top */
  lua_getfield(L, -2, "available_phone_numbers");
  lua_geti(L, -1, which);
  lua_getfield(L, -1, "phone_number");
}

/* What one thread does, in a protected call: its job is argument 1. */
static int work (lua_State *L) {
  job *own = lua_touserdata(L, 1);
  luaL_openlibs(L);
  preload(L, "cjson", luaopen_cjson);
  preload(L, "cjson.safe", luaopen_cjson_safe);
  twilio_preload(L);
  pushforsale(L, own->number);
  if (luaL_dostring(L, script) != LUA_OK) return lua_error(L);
  snprintf(own->result, sizeof own->result, "%s is for sale, %d numbers are ours",
           lua_tostring(L, -2), (int)lua_tointeger(L, -1));
  own->done = 1;
  return 0;
}

static void *run (void *argument) {
  job *own = argument;
  lua_State *L = luaL_newstate();
  if (L == NULL) {
    snprintf(own->result, sizeof own->result, "no memory for a state");
    return NULL;
  }
  lua_pushcfunction(L, work);
  lua_pushlightuserdata(L, own);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK)
    snprintf(own->result, sizeof own->result, "failed: %s", luaL_tolstring(L, -1, NULL));
  lua_close(L);
  return NULL;
}

int main (int argc, char **argv) {
  static job jobs[MOST];
  int done = 0, count = argc > 1 ? atoi(argv[1]) : 1;
  if (count < 1 || count > MOST) {
    fprintf(stderr, "host: from 1 to %d threads\n", MOST);
    return 2;
  }
  for (int i = 0; i < count; i++) {
    jobs[i].number = i + 1;
    if (pthread_create(&jobs[i].thread, NULL, run, &jobs[i]) != 0) {
      fprintf(stderr, "host: no thread\n");
      return 1;
    }
  }
  for (int i = 0; i < count; i++) {
    pthread_join(jobs[i].thread, NULL);
    printf("thread %d: %s\n", jobs[i].number, jobs[i].result);
    done += jobs[i].done;
  }
  return done == count ? 0 : 1;
}
