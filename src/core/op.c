#include "op.h"
#include "op_rows.h"
#include "text.h"

#include <string.h>

const char *const tw_method_names[] = { "GET", "POST", "DELETE" };
const char *const tw_class_names[] = { "read", "delete", "update", "transfer",
                                       "buy",  "verify", "create" };
const char *const tw_place_names[] = { "path", "query", "form" };
const char *const tw_type_names[] = { "text",    "url",     "sid",  "e164",    "phone",
                                      "integer", "boolean", "enum", "country", "contains",
                                      "latlong", "digits",  "date" };

static const tw_param account_sid = {
  "account_sid", NULL, "AccountSid", TW_PATH, TW_SID, TW_IMPLIED, 0, 0, "AC",
};

static int is_named (const char *name, const char *s, size_t n) {
  size_t i = 0;
  if (name == NULL) return 0;
  while (i < n && name[i] != '\0' && name[i] == s[i]) i++;
  return i == n && name[i] == '\0';
}

const tw_op *tw_op_rows (size_t *count) {
  *count = tw_row_count;
  return tw_rows;
}

const tw_op *tw_op_find (const char *name, size_t len, int *connector) {
  const tw_op *op, *end = tw_rows + tw_row_count;
  *connector = 0;
  for (op = tw_rows; op < end; op++)
    if (op->name_len == len && memcmp(op->name, name, len) == 0) return op;
  *connector = 1;
  for (op = tw_rows; op < end; op++)
    if (is_named(op->alias, name, len)) return op;
  return NULL;
}

int tw_op_params (const tw_op *op, const tw_param *params[TW_PARAMS]) {
  int n = 0;
  params[n++] = &account_sid;
  for (int set = 0; set < TW_SETS && op->sets[set] != NULL; set++)
    for (const tw_param *p = op->sets[set]; p->name != NULL && n < TW_PARAMS; p++) params[n++] = p;
  return n;
}

static int alike (const char *name, const char *key, size_t len) {
  size_t i = 0;
  for (; *name != '\0'; name++) {
    if (*name == '_') continue;
    while (i < len && key[i] == '_') i++;
    if (i == len || tw_text_lower(key[i]) != tw_text_lower(*name)) return 0;
    i++;
  }
  while (i < len && key[i] == '_') i++;
  return i == len;
}

int tw_op_spells (const tw_param *p, const char *key, size_t len) {
  return alike(p->name, key, len) || (p->alias != NULL && alike(p->alias, key, len)) ||
         (!(p->flags & TW_SHADOWED) && alike(p->wire, key, len));
}

int tw_op_confuses (const tw_param *p, const char *key, size_t len) {
  return (p->flags & TW_SHADOWED) && is_named(p->wire, key, len);
}

enum { NAME_MAX_LOOKED_AT = 40 };

static size_t plain (char *to, const char *s, size_t n) {
  size_t used = 0;
  for (size_t i = 0; i < n && used < NAME_MAX_LOOKED_AT; i++)
    if (s[i] != '_') to[used++] = tw_text_lower(s[i]);
  return used;
}

int tw_op_distance (const char *a, size_t an, const char *b, size_t bn) {
  char x[NAME_MAX_LOOKED_AT], y[NAME_MAX_LOOKED_AT];
  int row[NAME_MAX_LOOKED_AT + 1];
  an = plain(x, a, an);
  bn = plain(y, b, bn);
  for (size_t j = 0; j <= bn; j++) row[j] = (int)j;
  for (size_t i = 1; i <= an; i++) {
    int diagonal = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= bn; j++) {
      int best = diagonal + (x[i - 1] != y[j - 1]);
      diagonal = row[j];
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
    }
  }
  return row[bn];
}
