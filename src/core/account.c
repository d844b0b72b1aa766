#include "account.h"
#include "buf.h"
#include "text.h"

#include <string.h>

static const char DEFAULT_URL[] = "https://api.twilio.com";
static const char DEFAULT_VERSION[] = "2010-04-01";

static char *base64 (char *to, const char *bytes, size_t n) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < n; i += 3) {
    unsigned a = (unsigned char)bytes[i];
    unsigned b = i + 1 < n ? (unsigned char)bytes[i + 1] : 0;
    unsigned c = i + 2 < n ? (unsigned char)bytes[i + 2] : 0;
    *to++ = digits[a >> 2];
    *to++ = digits[(a & 3) << 4 | b >> 4];
    *to++ = '=';
    *to++ = '=';
    if (i + 1 < n) to[-2] = digits[(b & 15) << 2 | c >> 6];
    if (i + 2 < n) to[-1] = digits[c & 63];
  }
  return to;
}

/* The Basic credentials of a user, who is as long as a SID, and a secret, which fits. */
static void authorize (char *to, const char *user, const char *secret, size_t secret_len) {
  char pair[TW_SID_LEN + 1 + TW_SECRET_MAX];
  memcpy(pair, user, TW_SID_LEN);
  pair[TW_SID_LEN] = ':';
  memcpy(pair + TW_SID_LEN + 1, secret, secret_len);
  memcpy(to, "Basic ", 6);
  *base64(to + 6, pair, TW_SID_LEN + 1 + secret_len) = '\0';
  tw_wipe(pair, sizeof pair);
}

/* Four decimal octets without leading zeros, and nothing else: "127.1" and "0177.0.0.1" are names for
** addresses that readers disagree about. The first octet, or -1. */
static int ipv4 (const char *s, size_t n) {
  int first = -1, octets = 0;
  for (size_t i = 0; i < n; octets++) {
    int value = 0;
    size_t start = i;
    for (; i < n && tw_text_digit(s[i]) && i - start < 3; i++) value = value * 10 + (s[i] - '0');
    if (i == start || value > 255 || (s[start] == '0' && i - start > 1)) return -1;
    if (octets == 0) first = value;
    if (i < n && (s[i++] != '.' || i == n)) return -1;
  }
  return octets == 4 ? first : -1;
}

/* Labels of letters, digits and inner hyphens; a last label that begins with a digit would be an address. */
static int domain (const char *s, size_t n) {
  size_t label = 0;
  if (n == 0 || n > 253) return 0;
  for (size_t i = 0; i <= n; i++) {
    if (i < n && s[i] != '.') {
      if (!tw_text_digit(s[i]) && !tw_text_letter(s[i]) && s[i] != '-') return 0;
      continue;
    }
    if (i == label || i - label > 63 || s[label] == '-' || s[i - 1] == '-') return 0;
    if (i == n && tw_text_digit(s[label])) return 0;
    label = i + 1;
  }
  return 1;
}

/* Groups of at most four hexadecimal digits and colons, "::" at most once. (No embedded IPv4, no zone.) */
static int ipv6 (const char *s, size_t n) {
  int groups = 0, gap = 0;
  size_t i = 0;
  if (n >= 2 && s[0] == ':' && s[1] == ':') {
    gap = 1;
    i = 2;
  }
  while (i < n) {
    size_t start = i;
    while (i < n && tw_text_hex(s[i])) i++;
    if (i == start || i - start > 4) return 0;
    groups++;
    if (i == n) break;
    if (s[i++] != ':' || i == n) return 0;
    if (s[i] == ':') {
      if (gap++) return 0;
      i++;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

/* Writes scheme://host[:port] of an api_url that is one, and nothing else: no user, no path but "/". */
static const char *origin (char *to, const char *url, size_t n) {
  char s[TW_ORIGIN_MAX];
  int secure, loopback;
  if (n > 256) return "api_url: must be of at most 256 bytes";
  for (size_t i = 0; i < n; i++) s[i] = tw_text_lower(url[i]);
  if (n > 8 && memcmp(s, "https://", 8) == 0)
    secure = 1;
  else if (n > 7 && memcmp(s, "http://", 7) == 0)
    secure = 0;
  else
    return "api_url: must begin with https:// (or http:// on this machine)";
  size_t host = secure ? 8 : 7, end = host, port = 0;
  if (s[n - 1] == '/') n--;
  if (host < n && s[host] == '[') {
    while (end < n && s[end] != ']') end++;
    if (end == n || !ipv6(s + host + 1, end - host - 1))
      return "api_url: its host is no IPv6 address";
    end++;
    loopback = end - host == 5 && memcmp(s + host, "[::1]", 5) == 0;
  } else {
    while (end < n && s[end] != ':') end++;
    int octet = ipv4(s + host, end - host);
    if (octet < 0 && !domain(s + host, end - host))
      return "api_url: must be a scheme, a host and perhaps a port: no user, path, query or space";
    loopback = octet == 127 || (end - host == 9 && memcmp(s + host, "localhost", 9) == 0);
  }
  if (end < n) {
    if (s[end] != ':' || n - end < 2 || n - end > 6) return "api_url: its port is not one";
    for (size_t i = end + 1; i < n; i++) {
      if (!tw_text_digit(s[i])) return "api_url: its port is not one";
      port = port * 10 + (size_t)(s[i] - '0');
    }
    if (port == 0 || port > 65535 || s[end + 1] == '0') return "api_url: its port is not one";
    if (port == (secure ? 443 : 80)) n = end;
  }
  if (!secure && !loopback) return "api_url: http is for this machine alone: use https";
  memcpy(to, s, n);
  to[n] = '\0';
  return NULL;
}

const char *tw_account_open (tw_account *a, const char *sid, size_t sid_len, const char *user,
                             size_t user_len, const char *secret, size_t secret_len,
                             const char *api_url, size_t api_url_len, const char *version,
                             size_t version_len) {
  if (api_url == NULL) api_url = DEFAULT_URL, api_url_len = sizeof DEFAULT_URL - 1;
  if (version == NULL) version = DEFAULT_VERSION, version_len = sizeof DEFAULT_VERSION - 1;
  if (!tw_text_sid(sid, sid_len, "AC")) return "account_sid: must be AC and 32 hexadecimal digits";
  if (!tw_text_sid(user, user_len, "AC") && !tw_text_sid(user, user_len, "SK"))
    return "user: must be the account's SID (AC and 32 hexadecimal digits) or an API key's (SK and "
           "32)";
  if (secret_len < 1 || secret_len > TW_SECRET_MAX) return "secret: must be of 1 to 128 characters";
  for (size_t i = 0; i < secret_len; i++)
    if (secret[i] <= ' ' || secret[i] > '~')
      return "secret: must be printable ASCII without spaces";
  if (!tw_text_date(version, version_len)) return "api_version: must be a date like 2010-04-01";
  const char *problem = origin(a->origin, api_url, api_url_len);
  if (problem != NULL) return problem;
  memcpy(a->sid, sid, sid_len);
  memcpy(a->version, version, version_len);
  authorize(a->authorization, user, secret, secret_len);
  a->open = 1;
  return NULL;
}

void tw_account_close (tw_account *a) {
  tw_wipe(a, sizeof *a);
}

int tw_account_matches (const tw_account *a, const char *user, size_t user_len, const char *secret,
                        size_t secret_len) {
  char given[sizeof a->authorization];
  unsigned differ = 0;
  if (!a->open || user_len != TW_SID_LEN || secret_len > TW_SECRET_MAX) return 0;
  memset(given, 0, sizeof given);
  authorize(given, user, secret, secret_len);
  for (size_t i = 0; i < sizeof given; i++) differ |= (unsigned)(given[i] ^ a->authorization[i]);
  tw_wipe(given, sizeof given);
  return differ == 0;
}

const char *tw_account_authorization (const tw_account *a, const char *url, size_t url_len) {
  size_t n = strlen(a->origin);
  if (!a->open || url_len <= n || memcmp(url, a->origin, n) != 0) return NULL;
  return url[n] == '/' || url[n] == '?' ? a->authorization : NULL;
}
