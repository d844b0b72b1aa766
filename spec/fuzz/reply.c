/* Fuzzes what is read of a server: pages that follow, dates, waits, texts. The first byte of an input chooses. */
#include "account.h"
#include "reply.h"
#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define must(condition)                                                                            \
  if (!(condition)) __builtin_trap()

static const char HERE[] =
    "/2010-04-01/Accounts/AC00000000000000000000000000000000/Addresses.json?Page=0";

/* A page that is followed to lies behind the account's own origin and path, and gets its credential. */
static void follow (const char *s, size_t n) {
  static const char ORIGIN[] = "https://api.twilio.com",
                    SID[] = "AC00000000000000000000000000000000";
  size_t path = strcspn(HERE, "?"), origin = strlen(ORIGIN);
  if (!tw_reply_follows(HERE, strlen(HERE), s, n)) return;
  must(n >= path && memcmp(s, HERE, path) == 0 && (n == path || s[path] == '?'));
  for (size_t i = 0; i < n; i++) must(s[i] > ' ' && s[i] < 0x7f);
  tw_account a;
  memset(&a, 0, sizeof a);
  must(tw_account_open(&a, SID, 34, SID, 34, "s", 1, ORIGIN, origin, NULL, 0) == NULL);
  char *url = malloc(origin + n);
  memcpy(url, ORIGIN, origin);
  memcpy(url + origin, s, n);
  must(tw_account_authorization(&a, url, origin + n) != NULL);
  free(url);
}

static void date (const char *s, size_t n) {
  double seconds = 0, wait = tw_reply_retry_after(s, n, 784111777);
  must(wait == -1 || (wait >= 0 && wait <= 86400));
  if (!tw_reply_date(s, n, &seconds)) return;
  must(seconds > -12219292800.0 - 86400 && seconds < 253402300800.0 + 86400);
}

static void clean (const char *s, size_t n, size_t max) {
  char *to = malloc(max + 1);
  size_t used = tw_reply_clean(to, max, s, n);
  must(used <= max);
  for (size_t i = 0; i < used; i++) must(!tw_text_control(to[i]));
  free(to);
}

/* An origin that an account takes is https, or http on this machine; it has no user, path or query. */
static void origin (const char *s, size_t n) {
  static const char SID[] = "AC00000000000000000000000000000000";
  tw_account a;
  memset(&a, 0, sizeof a);
  if (tw_account_open(&a, SID, 34, SID, 34, "s", 1, s, n, NULL, 0) != NULL) {
    must(!a.open);
    return;
  }
  const char *host = strstr(a.origin, "://") + 3;
  must(strncmp(a.origin, "https://", 8) == 0 || strncmp(host, "127.", 4) == 0 ||
       strncmp(host, "[::1]", 5) == 0 || strncmp(host, "localhost", 9) == 0);
  must(strpbrk(host, "/?#@\\ %") == NULL && *host != '\0');
  tw_account b; /* what it says of itself is taken, and is the same */
  memset(&b, 0, sizeof b);
  must(tw_account_open(&b, SID, 34, SID, 34, "s", 1, a.origin, strlen(a.origin), NULL, 0) == NULL);
  must(strcmp(a.origin, b.origin) == 0);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  if (size < 1) return 0;
  size_t n = size - 1;
  char *s = malloc(n ? n : 1); /* a block of its own: a read beyond it is seen */
  memcpy(s, data + 1, n);
  switch (data[0] & 3) {
  case 0: follow(s, n); break;
  case 1: date(s, n); break;
  case 2: clean(s, n, data[0] >> 2); break;
  default: origin(s, n); break;
  }
  free(s);
  return 0;
}
