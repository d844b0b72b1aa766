/* peer: what plain libcurl costs, written as its own examples are, without JSON. The measure of ours.lua.
**
**   peer get|post N URL CA          one after another on one connection
**   peer flight N URL CA            32 at a time
**   peer list N URL CA              pages 0 to N-1
**   peer cold|burst N URL BUNDLE DIRECTORY    one, or 32 at once, in libcurl's default of Debian: both sources of CAs
*/
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLIGHT = 32 };

typedef struct body {
  char *data;
  size_t len, cap;
} body;

static size_t on_body (char *bytes, size_t size, size_t n, void *p) {
  body *b = p;
  if (b->len + n > b->cap) {
    b->cap = (b->len + n) * 2;
    b->data = realloc(b->data, b->cap);
    if (b->data == NULL) return 0;
  }
  memcpy(b->data + b->len, bytes, size * n);
  b->len += n;
  return size * n;
}

static void die (const char *what) {
  fprintf(stderr, "peer: %s\n", what);
  exit(1);
}

static CURL *handle (char **argv, body *b) {
  static struct curl_slist *headers;
  if (headers == NULL) {
    headers = curl_slist_append(NULL, "Authorization: Basic QUM6eA==");
    headers = curl_slist_append(headers, "Accept: application/json");
  }
  CURL *c = curl_easy_init();
  curl_easy_setopt(c, CURLOPT_URL, argv[3]);
  curl_easy_setopt(c, CURLOPT_CAINFO, argv[4]);
  curl_easy_setopt(c, CURLOPT_CAPATH, argv[5]); /* the end of argv is NULL: off */
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(c, CURLOPT_USERAGENT, "peer");
  curl_easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, b);
  curl_easy_setopt(c, CURLOPT_PRIVATE, b);
  return c;
}

static void check (CURL *c, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK || status != 200) die(curl_easy_strerror(code));
}

static void sequence (const char *mode, int n, char **argv) {
  body b = { 0 };
  CURL *c = handle(argv, &b);
  if (strcmp(mode, "post") == 0)
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, "FriendlyName=An%20example%20%C3%BC");
  for (int i = 0; i < n; i++) {
    char url[512];
    if (strcmp(mode, "list") == 0) {
      snprintf(url, sizeof url, "%s&Page=%d", argv[3], i);
      curl_easy_setopt(c, CURLOPT_URL, url);
    }
    b.len = 0;
    check(c, curl_easy_perform(c));
  }
  curl_easy_cleanup(c);
  free(b.data);
}

static void flight (int n, char **argv) {
  CURLM *m = curl_multi_init();
  body bodies[FLIGHT] = { 0 };
  int started = 0, ended = 0, left;
  for (; started < FLIGHT && started < n; started++)
    curl_multi_add_handle(m, handle(argv, &bodies[started]));
  while (ended < n) {
    curl_multi_perform(m, &left);
    for (CURLMsg *msg; (msg = curl_multi_info_read(m, &left)) != NULL;) {
      CURL *c = msg->easy_handle;
      body *b = NULL;
      curl_easy_getinfo(c, CURLINFO_PRIVATE, &b);
      check(c, msg->data.result);
      b->len = 0;
      ended++;
      curl_multi_remove_handle(m, c);
      if (started < n) {
        started++;
        curl_multi_add_handle(m, c);
      } else {
        curl_easy_cleanup(c);
      }
    }
    if (ended < n) curl_multi_poll(m, NULL, 0, 1000, NULL);
  }
  curl_multi_cleanup(m);
  for (int i = 0; i < FLIGHT; i++) free(bodies[i].data);
}

int main (int argc, char **argv) {
  if (argc < 5) return 2;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  int n = atoi(argv[2]);
  if (strcmp(argv[1], "flight") == 0 || strcmp(argv[1], "burst") == 0)
    flight(n, argv);
  else
    sequence(argv[1], n, argv);
  return 0;
}
