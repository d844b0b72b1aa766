/* result: core.result, which turns a response into a value or an error. */
#include "core.h"
#include "names.h"
#include "op.h"
#include "raw.h"
#include "reply.h"
#include "text.h"

#include <string.h>
#include <time.h>

enum {
  BODY_MAX = 8 * 1024 * 1024, /* a transport's limit too, but a transport may be anybody's */
  PROBLEM_MAX = 64 * 1024,    /* a longer body of an error is not read */
  MESSAGE_MAX = 1024,
  WORD_MAX = 64, /* of a header that is shown */
  DEPTH = 32
};

enum { REQUEST = 1, RESPONSE, HEADERS, BODY, ANSWER }; /* stack indices */

typedef struct reply {
  const tw_op *op;
  int status;
} reply;

/* {=== Headers ===} */

/* The time of the Date header in epoch seconds: 1, or 0 where there is none. */
static int server_time (lua_State *L, double *seconds) {
  size_t len;
  const char *s = tw_names_string(L, HEADERS, TW_NAME_DATE, &len);
  int known = s != NULL && tw_reply_date(s, len, seconds);
  lua_pop(L, 1);
  return known;
}

/* Sets what success and failure have in common in the table on top: status, request_id, date. */
static void setexchange (lua_State *L, const reply *r) {
  double seconds;
  size_t len;
  const char *s = tw_names_string(L, HEADERS, TW_NAME_TWILIO_REQUEST_ID, &len);
  int sound = s != NULL && len > 0 && len <= WORD_MAX;
  for (size_t i = 0; sound && i < len; i++)
    sound = tw_text_digit(s[i]) || tw_text_letter(s[i]) || s[i] == '-';
  if (sound)
    tw_names_set(L, TW_NAME_REQUEST_ID);
  else
    lua_pop(L, 1);
  if (server_time(L, &seconds)) {
    tw_pushwhole(L, seconds);
    tw_names_set(L, TW_NAME_DATE);
  }
  lua_pushinteger(L, r->status);
  tw_names_set(L, TW_NAME_STATUS);
}

/* {=== JSON ===} */

/* Decodes the body into ANSWER, a table, or answers 0. */
static int decode (lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_pushvalue(L, BODY);
  lua_call(L, 1, 1);
  lua_replace(L, ANSWER);
  return lua_istable(L, ANSWER);
}

/* 1 when no key of the table on top has a capital letter. */
static int is_folded (lua_State *L) {
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    size_t len = 0, i = 0;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &len) : NULL;
    while (i < len && key[i] == tw_text_lower(key[i])) i++;
    if (i < len) return lua_pop(L, 2), 0;
  }
  return 1;
}

/* Replaces the table of capabilities on top by one with its keys in lower case. */
static void fold (lua_State *L) {
  char low[WORD_MAX];
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, -3);) {
    size_t len = 0;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &len) : NULL;
    if (key != NULL && len <= sizeof low) {
      for (size_t i = 0; i < len; i++) low[i] = tw_text_lower(key[i]);
      lua_pushlstring(L, low, len);
    } else {
      lua_pushvalue(L, -2);
    }
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
  lua_replace(L, -2);
}

static int is_capabilities (lua_State *L, int key) {
  size_t len;
  if (lua_type(L, key) != LUA_TSTRING) return 0;
  const char *s = lua_tolstring(L, key, &len);
  return len == 12 && memcmp(s, "capabilities", 12) == 0;
}

/* Makes the decoded table on top one of Lua's: null is absent, a whole number an integer. 0 when a number has
** no value (1e999), and the table is half done. The decoder has bounded the depth. */
static int settle (lua_State *L) {
  int t = lua_gettop(L), key = t + 1;
  luaL_checkstack(L, 10, "a nested answer");
  for (lua_pushnil(L); lua_next(L, t); lua_settop(L, key)) {
    int type = lua_type(L, -1);
    if (type == LUA_TLIGHTUSERDATA) {
      lua_pushnil(L);
    } else if (type == LUA_TNUMBER) {
      double n = (double)lua_tonumber(L, -1);
      if (n - n != 0) return 0;
      if (!TW_INTEGERS) continue;
      tw_pushwhole(L, n);
    } else if (type == LUA_TTABLE) {
      if (!settle(L)) return 0;
      if (!is_capabilities(L, key) || is_folded(L)) continue;
      fold(L);
    } else {
      continue;
    }
    lua_pushvalue(L, key);
    lua_insert(L, -2);
    lua_rawset(L, t);
  }
  return 1;
}

/* {=== Shapes: is this what was asked for? ===} */

/* 1 when the answer's field is a string; where `same`, equal to the request's (if that is given), cases aside. */
static int agrees (lua_State *L, const char *field, int same) {
  size_t len, asked_len;
  const char *s = tw_raw_string(L, ANSWER, field, &len);
  const char *asked = tw_raw_string(L, REQUEST, field, &asked_len);
  int agree = s != NULL && (!same || asked == NULL || lua_rawequal(L, -1, -2) ||
                            tw_text_alike(s, len, asked, asked_len));
  lua_pop(L, 2);
  return agree;
}

/* An array of objects. An empty array and an empty object decode alike. */
static int is_page (lua_State *L, const char *list_key) {
  int records = tw_raw_get(L, ANSWER, list_key) == LUA_TTABLE;
  if (records)
    for (lua_pushnil(L); records && lua_next(L, -2);) {
      records = lua_type(L, -2) == LUA_TNUMBER && lua_istable(L, -1);
      lua_pop(L, records ? 1 : 2);
    }
  lua_pop(L, 1);
  return records;
}

static int has_sid (lua_State *L, const char *prefix) {
  size_t len;
  const char *s = tw_raw_string(L, ANSWER, "sid", &len);
  int is = s != NULL && tw_text_sid(s, len, prefix);
  lua_pop(L, 1);
  return is && agrees(L, "sid", 1);
}

/* A validation request; the code was a number once. */
static int is_validation (lua_State *L) {
  char digits[6];
  size_t len;
  const char *asked = tw_raw_string(L, REQUEST, "phone_number", &len);
  int strict =
      asked != NULL && len > 0 && asked[0] == '+' && strspn(asked + 1, "0123456789") == len - 1;
  int coded = tw_raw_get(L, ANSWER, "validation_code") == LUA_TSTRING;
  if (lua_type(L, -1) == LUA_TNUMBER) {
    double number = (double)lua_tonumber(L, -1);
    coded = number >= 0 && number <= 999999 && number == (double)(long)number;
    if (coded) {
      long code = (long)number;
      for (int i = 5; i >= 0; i--, code /= 10) digits[i] = (char)('0' + code % 10);
      lua_pushliteral(L, "validation_code");
      lua_pushlstring(L, digits, sizeof digits);
      lua_rawset(L, ANSWER);
    }
  }
  lua_pop(L, 2);
  return coded && agrees(L, "phone_number", strict);
}

static int has_shape (lua_State *L, const tw_op *op) {
  if (op->list_key != NULL) return is_page(L, op->list_key);
  if (op->class == TW_VERIFY) return is_validation(L);
  if (op->class == TW_BUY && !agrees(L, "phone_number", 1)) return 0;
  return op->prefix != NULL ? has_sid(L, op->prefix) : agrees(L, "country_code", 1);
}

/* {=== Errors ===} */

/* Sets field of the table on top to the cleaned text of the answer's string name; 1 when there is one. */
static int settext (lua_State *L, const char *field, const char *name) {
  char text[MESSAGE_MAX];
  size_t len;
  if (!lua_istable(L, ANSWER)) return 0;
  const char *s = tw_raw_string(L, ANSWER, name, &len);
  int told = s != NULL && len > 0;
  if (told) {
    lua_pushlstring(L, text, tw_reply_clean(text, sizeof text, s, len));
    lua_setfield(L, -3, field);
  }
  lua_pop(L, 1);
  return told;
}

/* Sets the request's path, without its query, in the table on top. */
static void setpath (lua_State *L) {
  size_t len = 0;
  const char *url = tw_raw_string(L, REQUEST, "url", &len);
  const char *host = url == NULL ? NULL : strstr(url, "://");
  const char *path = host == NULL ? NULL : strchr(host + 3, '/');
  if (path != NULL) {
    lua_pushlstring(L, path, strcspn(path, "?"));
    lua_setfield(L, -3, "path");
  }
  lua_pop(L, 1);
}

static void setretry (lua_State *L) {
  size_t len;
  double now = (double)time(NULL);
  const char *s = tw_raw_string(L, HEADERS, "retry-after", &len);
  server_time(L, &now);
  double wait = s == NULL ? -1 : tw_reply_retry_after(s, len, now);
  lua_pop(L, 1);
  if (wait < 0) return;
  tw_pushwhole(L, wait);
  lua_setfield(L, -2, "retry_after");
}

/* "HTTP 502 with text/html instead of JSON": the type, and not a byte of the body. */
static void setunreadable (lua_State *L, const reply *r) {
  char type[WORD_MAX];
  size_t len;
  const char *s = tw_raw_string(L, HEADERS, "content-type", &len);
  if (s == NULL) s = "no content type", len = strlen(s);
  lua_pushlstring(L, type, tw_reply_clean(type, sizeof type, s, len));
  lua_pushfstring(L, "HTTP %d with %s where JSON was expected", r->status, lua_tostring(L, -1));
  lua_setfield(L, -4, "message");
  lua_pop(L, 2);
}

/* Pushes nil and the error; kind NULL: by the status and Twilio's code; message NULL: the answer's. */
static int fail (lua_State *L, const reply *r, const char *kind, enum tw_outcome outcome,
                 int transient, const char *message) {
  long code = 0;
  lua_settop(L, ANSWER);
  lua_pushnil(L);
  lua_createtable(L, 0, 16);
  if (lua_istable(L, ANSWER)) {
    if (tw_raw_get(L, ANSWER, "code") == LUA_TNUMBER) {
      double n = (double)lua_tonumber(L, -1);
      if (n >= 1 && n <= 999999 && n == (double)(long)n) code = (long)n;
    }
    lua_pop(L, 1);
  }
  tw_raw_set(L, "kind", kind ? kind : tw_reply_kind(r->status, code));
  tw_raw_set(L, "operation", r->op->name);
  tw_raw_set(L, "method", tw_method_names[r->op->method]);
  tw_raw_set(L, "outcome", tw_outcome_names[outcome]);
  lua_pushboolean(L, transient);
  lua_setfield(L, -2, "transient");
  setpath(L);
  setexchange(L, r);
  setretry(L);
  if (code != 0) {
    lua_pushinteger(L, (lua_Integer)code);
    lua_setfield(L, -2, "code");
  }
  /* Twilio's own form, then the one of RFC 9457. */
  settext(L, "detail", "detail");
  if (!settext(L, "more_info", "more_info")) settext(L, "more_info", "type");
  if (message != NULL) {
    tw_raw_set(L, "message", message);
  } else if (!lua_istable(L, ANSWER)) {
    setunreadable(L, r);
  } else if (!settext(L, "message", "message") && !settext(L, "message", "title")) {
    lua_pushfstring(L, "HTTP %d", r->status);
    lua_setfield(L, -2, "message");
  }
  return 2;
}

/* A success that is none: nobody knows what was done. To ask again is of use where asking twice does no harm. */
static int misshapen (lua_State *L, const reply *r, const char *message) {
  return fail(L, r, "protocol", TW_AMBIGUOUS, r->op->method != TW_POST, message);
}

/* {=== core.result (request, response) ===} */

static int core_result (lua_State *L) {
  reply r = { NULL, 0 };
  size_t len = 0;
  int connector;
  luaL_checktype(L, REQUEST, LUA_TTABLE);
  luaL_checktype(L, RESPONSE, LUA_TTABLE);
  lua_settop(L, RESPONSE);
  if (tw_names_get(L, RESPONSE, TW_NAME_HEADERS) != LUA_TTABLE) {
    lua_newtable(L);
    lua_replace(L, HEADERS);
  }
  if (tw_names_string(L, RESPONSE, TW_NAME_BODY, &len) == NULL) {
    lua_pushliteral(L, "");
    lua_replace(L, BODY);
  }
  lua_pushnil(L); /* ANSWER */
  const char *name = tw_names_string(L, REQUEST, TW_NAME_OPERATION, &len);
  r.op = name == NULL ? NULL : tw_op_find(name, len, &connector);
  luaL_argcheck(L, r.op != NULL, REQUEST, "a request of core.request expected");
  if (tw_names_get(L, RESPONSE, TW_NAME_STATUS) == LUA_TNUMBER) {
    double status = (double)lua_tonumber(L, -1);
    if (status >= 100 && status <= 999) r.status = (int)status;
  }
  lua_settop(L, ANSWER);

  enum tw_outcome outcome = tw_reply_outcome(r.status, r.op->method == TW_DELETE);
  if (outcome != TW_OK) {
    if (lua_rawlen(L, BODY) <= PROBLEM_MAX) decode(L);
    return fail(L, &r, NULL, outcome, tw_reply_transient(r.status), NULL);
  }
  if (r.op->method == TW_DELETE) {
    /* Twilio's is 204 and empty. A 200 in another language than JSON comes from somebody in between. */
    if (r.status != 204 && lua_rawlen(L, BODY) > 0 &&
        (lua_rawlen(L, BODY) > PROBLEM_MAX || !decode(L)))
      return misshapen(L, &r, NULL);
    lua_createtable(L, 0, 2);
    tw_raw_get(L, REQUEST, "sid");
    lua_setfield(L, -2, "sid");
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "removed");
    lua_replace(L, ANSWER);
  } else {
    if (lua_rawlen(L, BODY) > BODY_MAX)
      return fail(L, &r, "limit", TW_AMBIGUOUS, 0, "the answer is longer than 8 MiB");
    if (!decode(L)) return misshapen(L, &r, NULL);
    if (!has_shape(L, r.op))
      return misshapen(L, &r,
                       "the answer is not of the shape, or not the resource, that was asked for");
    if (!settle(L)) {
      lua_pushnil(L);
      lua_replace(L, ANSWER);
      return misshapen(L, &r, NULL);
    }
  }
  lua_createtable(L, 0, 8); /* the client adds to it */
  setexchange(L, &r);
  const char *s = tw_names_string(L, HEADERS, TW_NAME_IN_FLIGHT, &len);
  if (s != NULL && len > 0 && len < 10 && strspn(s, "0123456789") == len) {
    lua_pushinteger(L, (lua_Integer)lua_tonumber(L, -1));
    lua_setfield(L, -3, "concurrent_requests");
  }
  lua_pop(L, 1);
  return 2;
}

void tw_result_push (lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "cjson.safe");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "new");
  lua_call(L, 0, 1);
  lua_getfield(L, -1, "decode_max_depth");
  lua_pushinteger(L, DEPTH);
  lua_call(L, 1, 0);
  lua_getfield(L, -1, "decode_invalid_numbers");
  lua_pushboolean(L, 0);
  lua_call(L, 1, 0);
  tw_names_table(L);
  lua_getfield(L, -2, "decode");
  lua_pushcclosure(L, core_result, 2);
  lua_replace(L, -3);
  lua_pop(L, 1);
}
