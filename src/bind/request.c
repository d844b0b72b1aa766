/* request: core.request and core.follow, which turn what a caller wants into what goes on the wire. */
#include "core.h"
#include "account.h"
#include "form.h"
#include "names.h"
#include "params.h"
#include "raw.h"
#include "reply.h"

#include <string.h>

enum { URL_MAX = 16 * 1024, FORM_MAX = 1024 * 1024, URI_MAX = 4096 };

/* Pushes nil and an error about the operation, or about none; answers 2. */
static int refuse (lua_State *L, const char *kind, const char *message, const tw_op *op) {
  lua_pushnil(L);
  lua_createtable(L, 0, 4);
  tw_raw_set(L, "kind", kind);
  tw_raw_set(L, "message", message);
  tw_raw_set(L, "operation", op->name);
  tw_raw_set(L, "method", tw_method_names[op->method]);
  return 2;
}

static char *put (char *to, const char *s, size_t n) {
  memcpy(to, s, n);
  return to + n;
}

/* Pushes the request table, with room for what the client adds; url and body (absent: 0) are stack indices. */
static void pushrequest (lua_State *L, const tw_op *op, enum tw_class class, int account, int url,
                         int body) {
  lua_createtable(L, 0, op->method == TW_GET ? 8 : 12);
  lua_pushstring(L, op->name);
  tw_names_set(L, TW_NAME_OPERATION);
  lua_pushstring(L, tw_class_names[class]);
  tw_names_set(L, TW_NAME_CLASS);
  lua_pushstring(L, tw_method_names[op->method]);
  tw_names_set(L, TW_NAME_METHOD);
  lua_pushvalue(L, url);
  tw_names_set(L, TW_NAME_URL);
  lua_pushvalue(L, account);
  tw_names_set(L, TW_NAME_ACCOUNT);
  lua_createtable(L, 0, 4);
  tw_names_push(L, TW_NAME_JSON);
  tw_names_set(L, TW_NAME_ACCEPT);
  if (body != 0) {
    tw_names_push(L, TW_NAME_FORM);
    tw_names_set(L, TW_NAME_CONTENT_TYPE);
  }
  tw_names_set(L, TW_NAME_HEADERS);
  if (body != 0) {
    lua_pushvalue(L, body);
    tw_names_set(L, TW_NAME_BODY);
  }
}

/* {=== URL and form ===} */

/* How many bytes the pairs of this place take, a separator for each; *longest is the longest pair's parameter. */
static size_t pairs_length (const tw_params *ps, enum tw_place place, const tw_param **longest) {
  size_t total = 0, most = 0;
  for (int i = 0; i < ps->count; i++) {
    const tw_value *v = &ps->values[i];
    if (v->s == NULL || ps->params[i]->place != place) continue;
    size_t n = strlen(ps->params[i]->wire) + 2 + tw_form_length(v->s, v->n);
    if (n > most) {
      most = n;
      *longest = ps->params[i];
    }
    total += n;
  }
  return total;
}

/* Writes them, the first one behind the separator given (none: '\0'), the others behind '&'. */
static char *put_pairs (char *to, const tw_params *ps, enum tw_place place, char separator) {
  for (int i = 0; i < ps->count; i++) {
    const tw_value *v = &ps->values[i];
    if (v->s == NULL || ps->params[i]->place != place) continue;
    if (separator != '\0') *to++ = separator;
    separator = '&';
    to = put(to, ps->params[i]->wire, strlen(ps->params[i]->wire));
    *to++ = '=';
    to = tw_form_escape(to, v->s, v->n);
  }
  return to;
}

/* Writes the operation's path, with the values, which need no encoding, in the place of their names. */
static char *put_path (char *to, const tw_params *ps) {
  for (const char *at = ps->op->path; *at != '\0';) {
    size_t n = strcspn(at, "{");
    to = put(to, at, n);
    at += n;
    if (*at == '\0') break;
    n = strcspn(++at, "}");
    for (int i = 0; i < ps->count; i++)
      if (strlen(ps->params[i]->wire) == n && memcmp(ps->params[i]->wire, at, n) == 0 &&
          ps->params[i]->place == TW_PATH)
        to = put(to, ps->values[i].s, ps->values[i].n);
    at += n + 1;
  }
  return to;
}

static void pushurl (lua_State *L, const tw_account *a, const tw_params *ps, size_t query) {
  char url[TW_ORIGIN_MAX + 512 + URL_MAX], *to = url; /* room for any path of ours, and the query */
  const tw_value *sid = &ps->values[0], *version = &ps->values[ps->count - 1];
  to = put(to, a->origin, strlen(a->origin));
  *to++ = '/';
  to = version->s ? put(to, version->s, version->n) : put(to, a->version, strlen(a->version));
  to = put(to, "/Accounts/", 10);
  to = sid->s ? put(to, sid->s, sid->n) : put(to, a->sid, TW_SID_LEN);
  to = put_path(to, ps);
  if (query > 0) to = put_pairs(to, ps, TW_QUERY, '?');
  lua_pushlstring(L, url, (size_t)(to - url));
}

static void pushform (lua_State *L, const tw_params *ps, size_t length) {
  char small[2048];
  char *form = length <= sizeof small ? small : lua_newuserdatauv(L, length, 0);
  size_t n = (size_t)(put_pairs(form, ps, TW_FORM, '\0') - form);
  lua_pushlstring(L, form, n);
  if (form != small) lua_remove(L, -2);
}

/* {=== core.request (name, account, params) ===} */

/* What the policy and the shape check need to know of a request. */
static int is_telling (const char *name) {
  return strcmp(name, "sid") == 0 || strcmp(name, "phone_number") == 0 ||
         strcmp(name, "area_code") == 0 || strcmp(name, "country_code") == 0;
}

int tw_request_build (lua_State *L) {
  size_t len, query, form;
  int connector, results, url;
  const char *name = luaL_checklstring(L, 1, &len);
  const tw_account *account = luaL_checkudata(L, 2, TW_ACCOUNT_META);
  const tw_op *op = tw_op_find(name, len, &connector);
  const tw_param *longest = NULL;
  tw_params ps;
  lua_settop(L, 3);
  if (op == NULL) return tw_params_no_operation(L, name, len);
  results = tw_params_read(L, 3, op, connector, &ps);
  if (results != 0) return results;
  if (!account->open) return refuse(L, "closed", "the account is closed", op);
  query = pairs_length(&ps, TW_QUERY, &longest);
  form = pairs_length(&ps, TW_FORM, &longest);
  if (query > URL_MAX)
    return tw_params_invalid(L, op, longest, "is too long: a query may have 16 KiB");
  if (form > FORM_MAX)
    return tw_params_invalid(L, op, longest, "is too long: a form may have 1024 KiB");
  pushurl(L, account, &ps, query);
  url = lua_gettop(L);
  if (op->method == TW_POST) pushform(L, &ps, form);
  enum tw_class class = op->class;
  for (int i = 0; i < ps.count; i++)
    if (class == TW_UPDATE && ps.values[i].s != NULL &&
        strcmp(ps.params[i]->name, "transfer_to") == 0)
      class = TW_TRANSFER;
  pushrequest(L, op, class, 2, url, op->method == TW_POST ? url + 1 : 0);
  for (int i = 0; i < ps.count; i++)
    if (ps.values[i].s != NULL && is_telling(ps.params[i]->name)) {
      lua_pushlstring(L, ps.values[i].s, ps.values[i].n);
      lua_setfield(L, -2, ps.params[i]->name);
    }
  return 1;
}

/* {=== core.follow (request, uri) ===} */

int tw_request_follow (lua_State *L) {
  size_t len, name_len = 0, url_len = 0, origin_len;
  int connector;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  const char *name = tw_raw_string(L, 1, "operation", &name_len);
  const char *url = tw_raw_string(L, 1, "url", &url_len);
  const tw_account *account = (tw_raw_get(L, 1, "account"), luaL_testudata(L, -1, TW_ACCOUNT_META));
  const tw_op *op = name == NULL ? NULL : tw_op_find(name, name_len, &connector);
  luaL_argcheck(L, op != NULL && url != NULL && account != NULL, 1,
                "a request of core.request expected");
  if (!account->open) return refuse(L, "closed", "the account is closed", op);
  origin_len = strlen(account->origin);
  luaL_argcheck(L, url_len > origin_len && memcmp(url, account->origin, origin_len) == 0, 1,
                "its url is not of its account's origin");
  const char *uri = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &len) : NULL;
  if (uri == NULL || len > URI_MAX ||
      !tw_reply_follows(url + origin_len, url_len - origin_len, uri, len))
    return refuse(L, "protocol",
                  "the page's URI does not lead on in this listing: it was not followed", op);
  lua_pushstring(L, account->origin);
  lua_pushvalue(L, 2);
  lua_concat(L, 2);
  pushrequest(L, op, op->class, 5, lua_gettop(L), 0);
  return 1;
}
