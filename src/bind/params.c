/* params: a caller's table, read once and checked whole before anything is made of it. */
#include "params.h"
#include "raw.h"

#include <stdarg.h>
#include <string.h>

enum { KEYS_MAX = 128, KEY_SHOWN = 40 };

static const tw_param api_version = {
  "api_version", NULL, "ApiVersion", TW_PATH, TW_DATE, TW_IMPLIED, 0, 0, NULL,
};

/* {=== Mistakes: nil, message ===} */

/* Pushes somebody's name as a message may show it: short, and without control characters. */
static const char *pushname (lua_State *L, const char *name, size_t len) {
  char shown[KEY_SHOWN + 3];
  size_t n = len < KEY_SHOWN ? len : KEY_SHOWN;
  for (size_t i = 0; i < n; i++) shown[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
  if (n < len) {
    memcpy(shown + n, "...", 3);
    n += 3;
  }
  lua_pushlstring(L, shown, n);
  return lua_tostring(L, -1);
}

/* As luaL_error, but answers nil and the message. */
static int mistake (lua_State *L, const char *format, ...) {
  va_list values;
  va_start(values, format);
  lua_pushnil(L);
  lua_pushvfstring(L, format, values);
  va_end(values);
  return 2;
}

/* Keeps the nearer of two names; only what could be a slip of the hand is near. */
static void nearer (const char **best, int *distance, const char *name, const char *key,
                    size_t len) {
  int d = tw_op_distance(key, len, name, strlen(name));
  if (d < *distance && (size_t)d * 3 <= strlen(name)) {
    *best = name;
    *distance = d;
  }
}

int tw_params_no_operation (lua_State *L, const char *name, size_t len) {
  const char *best = NULL, *shown;
  int distance = KEY_SHOWN;
  size_t count;
  const tw_op *rows = tw_op_rows(&count);
  for (size_t i = 0; i < count; i++) nearer(&best, &distance, rows[i].name, name, len);
  shown = pushname(L, name, len);
  if (best == NULL) return mistake(L, "there is no operation '%s'", shown);
  return mistake(L, "there is no operation '%s': did you mean '%s'?", shown, best);
}

static int unknown (lua_State *L, const tw_params *ps, const char *key, size_t len) {
  const char *best = NULL, *shown = pushname(L, key, len);
  int distance = KEY_SHOWN;
  for (int i = 0; i < ps->count; i++) nearer(&best, &distance, ps->params[i]->name, key, len);
  if (best == NULL) return mistake(L, "%s has no parameter '%s'", ps->op->name, shown);
  return mistake(L, "%s has no parameter '%s': did you mean '%s'?", ps->op->name, shown, best);
}

static int wrong_type (lua_State *L, const tw_params *ps, const tw_param *p) {
  const char *wanted = p->type == TW_BOOLEAN   ? "a boolean"
                       : p->type == TW_INTEGER ? "a number"
                                               : "a string";
  return mistake(L, "%s: %s must be %s, not a %s", ps->op->name, p->name, wanted,
                 luaL_typename(L, -1));
}

/* {=== Bad values: nil, error ===} */

int tw_params_invalid (lua_State *L, const tw_op *op, const tw_param *p, const char *why) {
  lua_pushnil(L);
  lua_createtable(L, 0, 4);
  lua_pushfstring(L, "%s %s", p->name, why);
  lua_setfield(L, -2, "message");
  tw_raw_set(L, "kind", "invalid");
  tw_raw_set(L, "operation", op->name);
  tw_raw_set(L, "parameter", p->name);
  return 2;
}

/* What a value of this parameter must be; may leave it on the stack. */
static const char *expected (lua_State *L, const tw_param *p) {
  switch (p->type) {
  case TW_TEXT: return lua_pushfstring(L, "must be of at most %d characters", (int)p->max);
  case TW_URL: return "must be a URL that begins with http:// or https:// and has no space";
  case TW_SID: return lua_pushfstring(L, "must be %s and 32 hexadecimal digits", p->detail);
  case TW_E164: return "must be + and 2 to 15 digits, the country's code first, like +14155550123";
  case TW_PHONE: return "must be a phone number, like +14155550123 or (415) 555-0123";
  case TW_INTEGER:
    if (p->max == 0) return lua_pushfstring(L, "must be a whole number, %d or more", (int)p->min);
    return lua_pushfstring(L, "must be a whole number from %d to %d", (int)p->min, (int)p->max);
  case TW_BOOLEAN: return "must be true or false";
  case TW_ENUM: return lua_pushfstring(L, "must be one of %s", luaL_gsub(L, p->detail, " ", ", "));
  case TW_COUNTRY: return "must be the two letters of a country, like US";
  case TW_CONTAINS:
    return "must be 2 to 16 of 0-9, A-Z, * and %, at least two of them no wildcards, "
           "with + in front or $ behind at most";
  case TW_LATLONG: return "must be a latitude and a longitude in degrees, like 37.77,-122.41";
  case TW_DIGITS: return "must be digits";
  case TW_DATE: return "must be a date, like 2010-04-01";
  }
  return "is wrong";
}

/* {=== Reading ===} */

/* JSON's null (lua-cjson's: a NULL light userdata) is as if absent; under a connector's name so is "". */
static int is_absent (lua_State *L, int connector) {
  if (lua_islightuserdata(L, -1)) return lua_touserdata(L, -1) == NULL;
  return connector && lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) == 0;
}

static int takes (const tw_param *p, int type) {
  switch (type) {
  case LUA_TSTRING: return 1;
  case LUA_TNUMBER: return p->type == TW_INTEGER || p->type == TW_CONTAINS || p->type == TW_DIGITS;
  case LUA_TBOOLEAN: return p->type == TW_BOOLEAN;
  }
  return 0;
}

/* Moves the value on top of the stack, whose key is below it, into its parameter's slot. */
static int keep (lua_State *L, tw_params *ps, int slots, int connector) {
  size_t len;
  const char *key;
  if (lua_type(L, -2) != LUA_TSTRING)
    return mistake(L, "%s: parameters have names, not a %s", ps->op->name, luaL_typename(L, -2));
  if (is_absent(L, connector)) {
    lua_pop(L, 1);
    return 0;
  }
  key = lua_tolstring(L, -2, &len);
  for (int i = 0; i < ps->count; i++) {
    const tw_param *p = ps->params[i];
    if (tw_op_confuses(p, key, len))
      return mistake(
          L, "%s: %s has two meanings: say %s for the one of the request, or %s for the form's %s",
          ps->op->name, p->wire, strcmp(p->wire, "AccountSid") == 0 ? "account_sid" : "api_version",
          p->name, p->wire);
  }
  for (int i = 0; i < ps->count; i++) {
    const tw_param *p = ps->params[i];
    if (!tw_op_spells(p, key, len)) continue;
    if (!lua_isnil(L, slots + i)) return mistake(L, "%s: %s is given twice", ps->op->name, p->name);
    if (!takes(p, lua_type(L, -1))) return wrong_type(L, ps, p);
    lua_replace(L, slots + i);
    return 0;
  }
  return unknown(L, ps, key, len);
}

/* Turns a number in a slot into its digits, or into a text that no check takes where it is not whole, negative or
** beyond what digits say exactly. */
static void spell (lua_State *L, int slot) {
  char digits[24];
  size_t at = sizeof digits;
  double number = (double)lua_tonumber(L, slot);
  if (!(number >= 0 && number <= 1e15) || number != (double)(long long)number) {
    lua_pushliteral(L, "\n");
  } else {
    long long rest = (long long)number;
    do {
      digits[--at] = (char)('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    lua_pushlstring(L, digits + at, sizeof digits - at);
  }
  lua_replace(L, slot);
}

/* An empty string clears a text, a URL or a SID in an update; in a path it is wrong; elsewhere it says nothing. */
static int clears (const tw_op *op, const tw_param *p) {
  return op->class == TW_UPDATE && p->place == TW_FORM && !(p->flags & TW_SHADOWED) &&
         (p->type == TW_TEXT || p->type == TW_URL || p->type == TW_SID);
}

static int check (lua_State *L, const tw_op *op, const tw_param *p, int slot, tw_value *v) {
  size_t len = 0;
  const char *s = NULL;
  int type = lua_type(L, slot);
  v->s = NULL;
  v->n = 0;
  if (type == LUA_TNUMBER) spell(L, slot);
  if (type == LUA_TBOOLEAN)
    s = lua_toboolean(L, slot) ? "true" : "false", len = strlen(s);
  else if (type != LUA_TNIL)
    s = lua_tolstring(L, slot, &len);
  if (s != NULL && len == 0 && clears(op, p)) {
    v->s = s;
    return 0;
  }
  if (s == NULL || (len == 0 && p->place != TW_PATH))
    return p->flags & TW_REQUIRED ? tw_params_invalid(L, op, p, "is missing") : 0;
  return tw_value_check(p, s, len, v) ? 0 : tw_params_invalid(L, op, p, expected(L, p));
}

/* The place of a parameter among the operation's, or -1. */
static int place_of (const tw_params *ps, const char *name) {
  for (int i = 0; name != NULL && i < ps->count; i++)
    if (strcmp(ps->params[i]->name, name) == 0) return i;
  return -1;
}

static int is_given (const tw_params *ps, int place) {
  return place >= 0 && ps->values[place].s != NULL;
}

static int check_rules (lua_State *L, const tw_params *ps) {
  for (const tw_rule *r = ps->op->rules; r != NULL && r->name != NULL; r++) {
    int name = place_of(ps, r->name), other = place_of(ps, r->other);
    int one = is_given(ps, name);
    int two = is_given(ps, other) || is_given(ps, place_of(ps, r->another));
    if (name < 0 || other < 0) continue;
    if (r->relation == TW_ONE_OF && one && two)
      return tw_params_invalid(L, ps->op, ps->params[other],
                               lua_pushfstring(L, "and %s exclude each other: give one", r->name));
    if (r->relation == TW_ONE_OF && !one && !two)
      return tw_params_invalid(L, ps->op, ps->params[name],
                               lua_pushfstring(L, "or %s is needed", r->other));
    if (r->relation == TW_NEEDS && one && !two)
      return tw_params_invalid(L, ps->op, ps->params[name],
                               lua_pushfstring(L, "needs %s%s%s beside it", r->other,
                                               r->another ? " or " : "",
                                               r->another ? r->another : ""));
  }
  return 0;
}

int tw_params_read (lua_State *L, int index, const tw_op *op, int connector, tw_params *ps) {
  int slots = lua_gettop(L) + 1, results = 0, keys = 0;
  ps->op = op;
  ps->count = tw_op_params(op, ps->params);
  ps->params[ps->count++] = &api_version;
  luaL_checkstack(L, ps->count + 12, "parameters");
  for (int i = 0; i < ps->count; i++) lua_pushnil(L);
  if (!lua_isnoneornil(L, index)) {
    if (!lua_istable(L, index))
      return mistake(L, "%s takes a table of parameters, not a %s", op->name,
                     luaL_typename(L, index));
    /* Nothing in this loop allocates before it leaves: no collector runs, and nobody's __gc changes the
    ** table under it. */
    for (lua_pushnil(L); lua_next(L, index);) {
      if (++keys > KEYS_MAX) return mistake(L, "%s: more than %d parameters", op->name, KEYS_MAX);
      if ((results = keep(L, ps, slots, connector)) != 0) return results;
    }
  }
  for (int i = 0; i < ps->count; i++)
    if ((results = check(L, op, ps->params[i], slots + i, &ps->values[i])) != 0) return results;
  return check_rules(L, ps);
}
