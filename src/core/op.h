/* op: the API as data. One row an operation, one row a parameter; adding an operation is adding a row.
** Knows nothing of values (value.h), of answers (reply.h) or of Lua. */
#ifndef TW_OP_H
#define TW_OP_H

#include <stddef.h>

enum tw_method { TW_GET, TW_POST, TW_DELETE };

/* What a lost answer means: see the policy in lua/twilio/retry.lua. */
enum tw_class { TW_READ, TW_REMOVE, TW_UPDATE, TW_TRANSFER, TW_BUY, TW_VERIFY, TW_CREATE };

enum tw_place { TW_PATH, TW_QUERY, TW_FORM };

enum tw_type {
  TW_TEXT,     /* any bytes; max: characters */
  TW_URL,      /* http or https */
  TW_SID,      /* prefix and 32 hexadecimal digits */
  TW_E164,     /* +14155550123 */
  TW_PHONE,    /* a number or a part of one, as people write them; * for any digit */
  TW_INTEGER,  /* min and max; a whole number or its digits */
  TW_BOOLEAN,  /* or "true", "false" */
  TW_ENUM,     /* values, in any case */
  TW_COUNTRY,  /* two letters, in any case */
  TW_CONTAINS, /* the search pattern of available numbers */
  TW_LATLONG,  /* 37.77,-122.41 */
  TW_DIGITS,   /* what a telephone can dial */
  TW_DATE      /* 2010-04-01 */
};

/* REQUIRED: of the caller. IMPLIED: on every wire; given by the account where the caller does not.
** SHADOWED: the wire name is a setting's too, so the Lua name alone reaches it, and "" clears nothing. */
enum tw_flag { TW_REQUIRED = 1, TW_IMPLIED = 2, TW_SHADOWED = 4 };

typedef struct tw_param {
  const char *name;  /* in Lua: phone_number */
  const char *alias; /* the connector's, where more than case and underscores differ, or NULL */
  const char *wire;  /* Twilio's: PhoneNumber */
  enum tw_place place;
  enum tw_type type;
  unsigned flags;
  long min, max;      /* of an integer; max 0: no maximum (of a text: in characters) */
  const char *detail; /* an enumeration's values with a space between, or a SID's prefix */
} tw_param;

/* What parameters ask of each other: exactly one of two, or one that needs one of two others. */
enum tw_relation { TW_ONE_OF, TW_NEEDS };

typedef struct tw_rule {
  enum tw_relation relation;
  const char *name, *other, *another; /* Lua names; another may be NULL */
} tw_rule;

enum { TW_SETS = 3, TW_PARAMS = 32 }; /* a row has fewer parameters (op_spec) */

typedef struct tw_op {
  const char *name; /* in Lua: buy */
  size_t name_len;
  const char *alias; /* the connector's, or NULL */
  const char *id;    /* Twilio's operation id */
  enum tw_method method;
  enum tw_class class;
  const char *path;              /* behind /Accounts/{AccountSid} */
  const char *list_key;          /* where a listing has its records, or NULL */
  int paged;                     /* a listing whose pages name the next one */
  const char *prefix;            /* of the SID of the resource that it answers, or NULL */
  const tw_rule *rules;          /* up to one whose name is NULL, or NULL */
  const tw_param *sets[TW_SETS]; /* each up to one whose name is NULL; in the order of the wire */
} tw_op;

/* All rows; how many is written to *count. */
const tw_op *tw_op_rows (size_t *count);
/* The row of this name, Lua's or the connector's (then *connector is 1, else 0), or NULL. */
const tw_op *tw_op_find (const char *name, size_t len, int *connector);
/* All parameters of a row, the account's SID first; answers how many. */
int tw_op_params (const tw_op *op, const tw_param *params[TW_PARAMS]);
/* 1 when key spells this parameter Lua's, the connector's or Twilio's way; case and underscores do not count. */
int tw_op_spells (const tw_param *p, const char *key, size_t len);
/* 1 when key is, letter for letter, the wire name of one that is shadowed. */
int tw_op_confuses (const tw_param *p, const char *key, size_t len);
/* How many edits lie between two names, case and underscores aside; names are looked at up to 40 bytes. */
int tw_op_distance (const char *a, size_t an, const char *b, size_t bn);

extern const char *const tw_method_names[];
extern const char *const tw_class_names[];
extern const char *const tw_place_names[];
extern const char *const tw_type_names[];

#endif
