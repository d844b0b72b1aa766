#include "proxy.h"

#include "buf.h"

#include <curl/curl.h>
#include <string.h>

/* Read as libcurl itself reads a proxy's. */
int tw_proxy_taken (const char *url) {
  static const struct {
    CURLUPart part;
    CURLUcode absent;
  } parts[] = {
    { CURLUPART_HOST, CURLUE_NO_HOST },
    { CURLUPART_USER, CURLUE_NO_USER },
    { CURLUPART_PASSWORD, CURLUE_NO_PASSWORD },
  };
  CURLU *u = curl_url();
  CURLUcode code =
      u != NULL ? curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME)
                : CURLUE_OUT_OF_MEMORY;
  for (size_t i = 0; code == CURLUE_OK && i < sizeof parts / sizeof *parts; i++) {
    char *value = NULL;
    code = curl_url_get(u, parts[i].part, &value, CURLU_URLDECODE);
    if (code == parts[i].absent) code = CURLUE_OK;
    if (value != NULL) tw_wipe(value, strlen(value)); /* a password may be one of them */
    curl_free(value);
  }
  curl_url_cleanup(u);
  return code == CURLUE_OK;
}
