/* http1: core.encode, a request table as bytes, and core.reader, which turns bytes into a response
 * table. */
#include "http1.h"
#include "names.h"
#include "raw.h"

#include "../core/http1.h"

#include <string.h>

#define READER_META "twilio.core.reader"

/* Pushes a failure: { kind, message, transient, sent = 0 }. Whoever sent something says so. */
static int pushfailure (lua_State *L, const char *kind, const char *message, int transient) {
  lua_pushnil(L);
  lua_createtable(L, 0, 4);
  tw_raw_set(L, "kind", kind);
  tw_raw_set(L, "message", message);
  lua_pushboolean(L, transient);
  lua_setfield(L, -2, "transient");
  lua_pushinteger(L, 0);
  lua_setfield(L, -2, "sent");
  return 2;
}

/* {=== encode ===} */

/* Pushes t[name], raw, and answers its bytes: NULL where it is absent. A wrong type raises. */
static const char *getstring (lua_State *L, int t, enum tw_name name, size_t *len) {
  const char *s = tw_names_string(L, t, name, len);
  if (s != NULL || lua_isnil(L, -1)) return s;
  tw_names_push(L, name);
  luaL_error(L, "the request's %s is a %s", lua_tostring(L, -1), luaL_typename(L, -2));
  return NULL;
}

/* Writes the headers at t: NULL, or what is wrong. */
static const char *add_fields (lua_State *L, int t, tw_buf *out) {
  if (lua_isnil(L, t)) return NULL;
  for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
    tw_field f;
    const char *wrong = tw_raw_field(L, &f);
    if (wrong == NULL) wrong = tw_http1_field(out, &f);
    if (wrong) return wrong;
  }
  return NULL;
}

/* The room that headers at t take which add_fields has found right. */
static size_t fields_room (lua_State *L, int t) {
  size_t room = 0;
  if (lua_isnil(L, t)) return 0;
  for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1))
    room += lua_rawlen(L, -2) + lua_rawlen(L, -1) + TW_HTTP1_FIELD_ROOM;
  return room;
}

/* What a request table holds; its headers are at the stack index HEADERS. */
typedef struct request {
  const tw_account *account;
  const char *method, *url, *body;
  size_t method_len, url_len, body_len;
} request;

enum { HEADERS = 2 };

static const char *write_request (lua_State *L, const request *r, tw_buf *out) {
  const char *wrong = tw_http1_begin(out, r->account, r->method, r->method_len, r->url, r->url_len);
  if (wrong == NULL) wrong = add_fields(L, HEADERS, out);
  if (wrong == NULL) tw_http1_end(out, r->body, r->body_len);
  return wrong;
}

/* core.encode(request): the bytes for a socket, or nil and a failure. The string holds the
** credential: hand it to the socket and forget it. */
static int core_encode (lua_State *L) {
  char small[2048]; /* nearly every request fits */
  request r = { NULL, NULL, NULL, NULL, 0, 0, 0 };
  tw_buf out;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (tw_names_get(L, 1, TW_NAME_HEADERS) != LUA_TNIL)
    luaL_argcheck(L, lua_istable(L, HEADERS), 1, "its headers are not a table");
  r.method = getstring(L, 1, TW_NAME_METHOD, &r.method_len);
  r.url = getstring(L, 1, TW_NAME_URL, &r.url_len);
  r.body = getstring(L, 1, TW_NAME_BODY, &r.body_len);
  if (r.method == NULL || r.url == NULL)
    return luaL_error(L, "the request has no method or no url");
  tw_names_get(L, 1, TW_NAME_ACCOUNT);
  r.account = luaL_testudata(L, -1, TW_ACCOUNT_META);
  if (r.account == NULL) return luaL_error(L, "the request has no account");
  if (!r.account->open) return pushfailure(L, "closed", "the client is closed", 0);
  /* A POST of nothing says so: some servers wait for the length. */
  if (r.body == NULL && strcmp(r.method, "POST") == 0) r.body = "";
  tw_buf_over(&out, small, sizeof small);
  const char *wrong = write_request(L, &r, &out);
  if (wrong == NULL && out.error) {
    size_t room = TW_HTTP1_ROOM + r.method_len + r.url_len + r.body_len + fields_room(L, HEADERS);
    tw_buf_reset(&out);
    if (room > TW_HTTP1_REQUEST_MAX) room = TW_HTTP1_REQUEST_MAX;
    tw_buf_over(&out, lua_newuserdatauv(L, room, 0), room);
    wrong = write_request(L, &r, &out);
  }
  if (wrong == NULL && out.error) wrong = "the request is too long";
  if (wrong == NULL) lua_pushlstring(L, out.data, out.len);
  tw_buf_reset(&out); /* wipes */
  return wrong ? pushfailure(L, "invalid", wrong, 0) : 1;
}

/* {=== reader ===} */

static tw_http1 *checkreader (lua_State *L) {
  return luaL_checkudata(L, 1, READER_META);
}

static int reader_gc (lua_State *L) {
  tw_http1_close(checkreader(L));
  return 0;
}

/* What feed and finish answer: true, false, or nil and a failure. */
static int pushprogress (lua_State *L, const tw_http1 *r, int progress) {
  if (progress >= 0) {
    lua_pushboolean(L, progress);
    return 1;
  }
  switch (r->error) {
  case TW_HTTP1_LIMIT: return pushfailure(L, "limit", r->message, 0);
  case TW_HTTP1_NETWORK: return pushfailure(L, "network", r->message, 1);
  default: return pushfailure(L, "protocol", r->message, 1);
  }
}

static int reader_feed (lua_State *L) {
  tw_http1 *r = checkreader(L);
  size_t n;
  const char *bytes = luaL_checklstring(L, 2, &n);
  return pushprogress(L, r, tw_http1_feed(r, bytes, n));
}

static int reader_finish (lua_State *L) {
  tw_http1 *r = checkreader(L);
  return pushprogress(L, r, tw_http1_finish(r));
}

static void pushheaders (lua_State *L, const tw_http1 *r) {
  lua_createtable(L, 0, (int)r->fields);
  for (tw_field h = { NULL, NULL, 0, 0 }; tw_http1_next(r, &h);) {
    lua_pushlstring(L, h.name, h.name_len);
    tw_raw_join(L, h.value, h.value_len);
  }
}

/* reader:response(): { status, headers, body } once it is complete, else nil. */
static int reader_response (lua_State *L) {
  tw_http1 *r = checkreader(L);
  if (tw_http1_feed(r, "", 0) != 1) return 0;
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, r->status);
  tw_names_set(L, TW_NAME_STATUS);
  pushheaders(L, r);
  tw_names_set(L, TW_NAME_HEADERS);
  lua_pushlstring(L, r->body.data, r->body.len);
  tw_names_set(L, TW_NAME_BODY);
  return 1;
}

static int reader_keepalive (lua_State *L) {
  lua_pushboolean(L, tw_http1_keepalive(checkreader(L)));
  return 1;
}

/* reader:again(method): it is for the response to another request now. */
static int reader_again (lua_State *L) {
  size_t n;
  tw_http1 *r = checkreader(L);
  const char *method = luaL_checklstring(L, 2, &n);
  tw_http1_open(r, method, n);
  return 0;
}

/* core.reader(method): a reader for the response to one request of this method. */
static int core_reader (lua_State *L) {
  size_t n;
  const char *method = luaL_checklstring(L, 1, &n);
  tw_http1 *r = lua_newuserdatauv(L, sizeof(*r), 0);
  memset(r, 0, sizeof(*r));
  tw_http1_open(r, method, n);
  luaL_getmetatable(L, READER_META);
  lua_setmetatable(L, -2);
  return 1;
}

void tw_http1_register (lua_State *L) {
  static const luaL_Reg functions[] = { { "encode", core_encode },
                                        { "reader", core_reader },
                                        { NULL, NULL } };
  static const luaL_Reg methods[] = {
    { "feed", reader_feed },           { "finish", reader_finish }, { "response", reader_response },
    { "keepalive", reader_keepalive }, { "again", reader_again },   { NULL, NULL }
  };
  luaL_newmetatable(L, READER_META);
  lua_pushcfunction(L, reader_gc);
  lua_setfield(L, -2, "__gc");
  lua_newtable(L);
  tw_names_table(L);
  luaL_setfuncs(L, methods, 1);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
  tw_names_table(L);
  luaL_setfuncs(L, functions, 1);
}
