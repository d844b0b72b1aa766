/* account: whose requests these are, and the secret that proves it. Both shared objects compile this
** file in, and hand the same userdata to each other under TW_ACCOUNT_META: change the name with the layout. */
#ifndef TW_ACCOUNT_H
#define TW_ACCOUNT_H

#include <stddef.h>

#define TW_ACCOUNT_META "twilio.account/1"

enum { TW_SID_LEN = 34, TW_SECRET_MAX = 128, TW_ORIGIN_MAX = 280 };

typedef struct tw_account {
  int open;                   /* 0: closed, every field wiped. A zeroed account is a closed one. */
  char sid[TW_SID_LEN + 1];   /* AC…, the account in the path */
  char origin[TW_ORIGIN_MAX]; /* scheme://host[:port], lower case, no slash behind */
  char version[16];           /* 2010-04-01 */
  char authorization[272];    /* Basic base64(user:secret) */
} tw_account;

/* Fills a zeroed account. NULL when it is open, else what is wrong, in static words without a value:
** a setting's name, a colon, a sentence. */
const char *tw_account_open (tw_account *a, const char *sid, size_t sid_len, const char *user,
                             size_t user_len, const char *secret, size_t secret_len,
                             const char *api_url, size_t api_url_len, const char *version,
                             size_t version_len);
/* Wipes every field. */
void tw_account_close (tw_account *a);
/* 1 when user and secret are this account's, in time that depends on lengths alone. */
int tw_account_matches (const tw_account *a, const char *user, size_t user_len, const char *secret,
                        size_t secret_len);
/* The Authorization header's value for this URL, or NULL when the URL is not of the account's origin
** (or the account is closed). */
const char *tw_account_authorization (const tw_account *a, const char *url, size_t url_len);

#endif
