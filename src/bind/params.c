/* params: a caller's table, read once and checked whole before anything is made of it. */
#include "params.h"
#include "raw.h"

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

/* The message on top becomes the second result. */
static int mistake (lua_State *L) {
  lua_pushnil(L);
  lua_insert(L, -2);
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
  if (best == NULL)
    lua_pushfstring(L, "there is no operation '%s'", shown);
  else
    lua_pushfstring(L, "there is no operation '%s': did you mean '%s'?", shown, best);
  return mistake(L);
}

static int unknown (lua_State *L, const tw_params *ps, const char *key, size_t len) {
  const char *best = NULL, *shown = pushname(L, key, len);
  int distance = KEY_SHOWN;
  for (int i = 0; i < ps->count; i++) nearer(&best, &distance, ps->params[i]->name, key, len);
  if (best == NULL)
    lua_pushfstring(L, "%s has no parameter '%s'", ps->op->name, shown);
  else
    lua_pushfstring(L, "%s has no parameter '%s': did you mean '%s'?", ps->op->name, shown, best);
  return mistake(L);
}

static int wrong_type (lua_State *L, const tw_params *ps, const tw_param *p) {
  const char *wanted = p->type == TW_BOOLEAN   ? "a boolean"
                       : p->type == TW_INTEGER ? "a number"
                                               : "a string";
  lua_pushfstring(L, "%s: %s must be %s, not a %s", ps->op->name, p->name, wanted,
                  luaL_typename(L, -1));
  return mistake(L);
}

/* {=== Bad values: nil, error ===} */

int tw_params_invalid (lua_State *L, const tw_op *op, const tw_param *p) {
  lua_pushfstring(L, "%s %s", p->name, lua_tostring(L, -1));
  lua_createtable(L, 0, 4);
  lua_insert(L, -2);
  lua_setfield(L, -2, "message");
  tw_raw_set(L, "kind", "invalid");
  tw_raw_set(L, "operation", op->name);
  tw_raw_set(L, "parameter", p->name);
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

/* Pushes what a value of this parameter must be. */
static void pushexpected (lua_State *L, const tw_param *p) {
  switch (p->type) {
  case TW_TEXT: lua_pushfstring(L, "must be of at most %d characters", (int)p->max); break;
  case TW_URL:
    lua_pushliteral(L, "must be a URL that begins with http:// or https:// and has no space");
    break;
  case TW_SID: lua_pushfstring(L, "must be %s and 32 hexadecimal digits", p->detail); break;
  case TW_E164:
    lua_pushliteral(L, "must be + and 2 to 15 digits, the country's code first, like +14155550123");
    break;
  case TW_PHONE:
    lua_pushliteral(L, "must be a phone number, like +14155550123 or (415) 555-0123");
    break;
  case TW_INTEGER:
    if (p->max > 0)
      lua_pushfstring(L, "must be a whole number from %d to %d", (int)p->min, (int)p->max);
    else
      lua_pushfstring(L, "must be a whole number, %d or more", (int)p->min);
    break;
  case TW_BOOLEAN: lua_pushliteral(L, "must be true or false"); break;
  case TW_ENUM: lua_pushfstring(L, "must be one of %s", luaL_gsub(L, p->detail, " ", ", ")); break;
  case TW_COUNTRY: lua_pushliteral(L, "must be the two letters of a country, like US"); break;
  case TW_CONTAINS:
    lua_pushliteral(L, "must be 2 to 16 of 0-9, A-Z, * and %, at least two of them no wildcards, "
                       "with + in front or $ behind at most");
    break;
  case TW_LATLONG:
    lua_pushliteral(L, "must be a latitude and a longitude in degrees, like 37.77,-122.41");
    break;
  case TW_DIGITS: lua_pushliteral(L, "must be digits"); break;
  case TW_DATE: lua_pushliteral(L, "must be a date, like 2010-04-01"); break;
  }
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
  if (lua_type(L, -2) != LUA_TSTRING) {
    lua_pushfstring(L, "%s: parameters have names, not a %s", ps->op->name, luaL_typename(L, -2));
    return mistake(L);
  }
  if (is_absent(L, connector)) {
    lua_pop(L, 1);
    return 0;
  }
  key = lua_tolstring(L, -2, &len);
  for (int i = 0; i < ps->count; i++) {
    const tw_param *p = ps->params[i];
    if (tw_op_confuses(p, key, len)) {
      lua_pushfstring(
          L, "%s: %s has two meanings: say %s for the one of the request, or %s for the form's %s",
          ps->op->name, p->wire, strcmp(p->wire, "AccountSid") == 0 ? "account_sid" : "api_version",
          p->name, p->wire);
      return mistake(L);
    }
  }
  for (int i = 0; i < ps->count; i++) {
    const tw_param *p = ps->params[i];
    if (!tw_op_spells(p, key, len)) continue;
    if (!lua_isnil(L, slots + i)) {
      lua_pushfstring(L, "%s: %s is given twice", ps->op->name, p->name);
      return mistake(L);
    }
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
  v->s = NULL;
  v->n = 0;
  if (lua_type(L, slot) == LUA_TNUMBER) spell(L, slot);
  if (lua_type(L, slot) == LUA_TSTRING)
    s = lua_tolstring(L, slot, &len);
  else if (lua_type(L, slot) == LUA_TBOOLEAN)
    s = lua_toboolean(L, slot) ? "true" : "false", len = strlen(s);
  if (s != NULL && len == 0 && clears(op, p)) {
    v->s = s;
    return 0;
  }
  if (s == NULL || (len == 0 && p->place != TW_PATH)) {
    if (!(p->flags & TW_REQUIRED)) return 0;
    lua_pushliteral(L, "is missing");
    return tw_params_invalid(L, op, p);
  }
  if (tw_value_check(p, s, len, v)) return 0;
  pushexpected(L, p);
  return tw_params_invalid(L, op, p);
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
    if (r->relation == TW_ONE_OF && one && two) {
      lua_pushfstring(L, "and %s exclude each other: give one", r->name);
      return tw_params_invalid(L, ps->op, ps->params[other]);
    }
    if (r->relation == TW_ONE_OF && !one && !two) {
      lua_pushfstring(L, "or %s is needed", r->other);
      return tw_params_invalid(L, ps->op, ps->params[name]);
    }
    if (r->relation == TW_NEEDS && one && !two) {
      const char * or = r->another == NULL ? "" : " or ";
      lua_pushfstring(L, "needs %s%s%s beside it", r->other, or, r->another ? r->another : "");
      return tw_params_invalid(L, ps->op, ps->params[name]);
    }
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
    if (!lua_istable(L, index)) {
      lua_pushfstring(L, "%s takes a table of parameters, not a %s", op->name,
                      luaL_typename(L, index));
      return mistake(L);
    }
    /* Nothing in this loop allocates before it leaves: no collector runs, and nobody's __gc changes the
    ** table under it. */
    for (lua_pushnil(L); lua_next(L, index);) {
      if (++keys > KEYS_MAX) {
        lua_pushfstring(L, "%s: more than %d parameters", op->name, KEYS_MAX);
        return mistake(L);
      }
      if ((results = keep(L, ps, slots, connector)) != 0) return results;
    }
  }
  for (int i = 0; i < ps->count; i++)
    if ((results = check(L, op, ps->params[i], slots + i, &ps->values[i])) != 0) return results;
  return check_rules(L, ps);
}
