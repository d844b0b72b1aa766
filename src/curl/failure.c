#include "failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct row {
  CURLcode code;
  int transient;
  const char *kind, *message;
} row;

static const row rows[] = {
  { CURLE_COULDNT_RESOLVE_PROXY, 1, "proxy", "the proxy's name could not be resolved" },
  { CURLE_COULDNT_RESOLVE_HOST, 1, "dns", "the host's name could not be resolved" },
  { CURLE_COULDNT_CONNECT, 1, "connect", "no connection could be made" },
  { CURLE_OPERATION_TIMEDOUT, 1, "timeout", "the time for this attempt ran out" },
  { CURLE_SSL_CONNECT_ERROR, 1, "tls", "the TLS handshake failed" },
  { CURLE_PROXY, 1, "proxy", "the proxy's handshake failed" },
  { CURLE_PARTIAL_FILE, 1, "network", "the connection ended inside the response's body" },
  { CURLE_GOT_NOTHING, 1, "network", "the connection ended without a response" },
  { CURLE_SEND_ERROR, 1, "network", "the connection broke while sending" },
  { CURLE_RECV_ERROR, 1, "network", "the connection broke while receiving" },
  { CURLE_ABORTED_BY_CALLBACK, 1, "network",
    "the kept connection ended without a response; the request was not sent again" },

  { CURLE_WEIRD_SERVER_REPLY, 1, "protocol", "the response is not understandable HTTP" },
  { CURLE_BAD_CONTENT_ENCODING, 1, "protocol", "the response's content encoding is broken" },
  { CURLE_HTTP2, 1, "protocol", "the response is not HTTP/1.1" },

  { CURLE_WRITE_ERROR, 0, "limit", "the response is larger than a client accepts" },
  { CURLE_FILESIZE_EXCEEDED, 0, "limit", "the response is larger than a client accepts" },
#if LIBCURL_VERSION_NUM >= 0x080600
  { CURLE_TOO_LARGE, 0, "limit", "the response is larger than a client accepts" },
#endif

  { CURLE_PEER_FAILED_VERIFICATION, 0, "certificate",
    "the server's certificate is not trusted for this host" },
  { CURLE_SSL_ISSUER_ERROR, 0, "certificate", "the certificate's issuer is not the expected" },
  { CURLE_SSL_PINNEDPUBKEYNOTMATCH, 0, "certificate", "the server's key is not the pinned one" },
  { CURLE_SSL_INVALIDCERTSTATUS, 0, "certificate", "the certificate's status is not valid" },
  { CURLE_SSL_CLIENTCERT, 0, "certificate", "the server asks for a client certificate" },
  { CURLE_SSL_CACERT_BADFILE, 0, "config", "ca_file or ca_path could not be read" },
  { CURLE_SSL_CERTPROBLEM, 0, "config", "the client certificate could not be used" },
  { CURLE_SSL_CRL_BADFILE, 0, "config", "the CRL file could not be read" },
  { CURLE_URL_MALFORMAT, 0, "config", "libcurl does not understand the URL or the proxy" },
};

tw_failure tw_failure_make (const char *kind, const char *message, int sent) {
  return (tw_failure){ .kind = kind, .message = message, .sent = sent };
}

/* The codes that mean one thing before the request went out and another behind it. */
static row row_of (CURLcode code, int sent) {
  if (code == CURLE_OUT_OF_MEMORY) {
    /* libcurl says so of one over-long header line too, and then the request is out. */
    return (row){ code, 0, "limit",
                  sent ? "a header of the response is too long" : "out of memory" };
  }
  if (code == CURLE_UNSUPPORTED_PROTOCOL && sent) {
    return (row){ code, 1, "protocol", "the response is not HTTP/1.1" };
  }
  if (code == CURLE_RECV_ERROR && !sent) {
    /* Only a proxy's answer to CONNECT is received before the request. */
    return (row){ code, 1, "proxy", "the proxy refused the connection" };
  }
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].code == code) return rows[i];
  return (row){ code, 0, sent ? "network" : "config", curl_easy_strerror(code) };
}

tw_failure tw_failure_of (CURLcode code, int sent) {
  row r = row_of(code, sent);
  tw_failure f = tw_failure_make(r.kind, r.message, sent);
  f.transient = r.transient;
  return f;
}

/* -- Where it went -- */

static const char connecting[] = "Failed to connect to ";

static int begins (const char *s, const char *with) {
  return strncmp(s, with, strlen(with)) == 0;
}

/* Does libcurl say that it could not connect to somebody who is not the URL's own host? That is the proxy. */
static int is_elsewhere (const char *url, const tw_failure *f, const char *said) {
  if (url == NULL || f->where == NULL || !begins(said, connecting)) return 0;
  const char *host = f->where, *end = host + f->where_len;
  size_t n = strcspn(host, "/:");
  if (*host == '[') n = strcspn(++host, "]");
  const char *port = memchr(host + n, ':', (size_t)(end - host) - n);
  port = port != NULL ? port + 1 : begins(url, "https:") ? "443" : "80";
  char own[CURL_ERROR_SIZE];
  (void)snprintf(own, sizeof own, "%s%.*s port %.*s after ", connecting, (int)n, host,
                 (int)strcspn(port, "/"), port);
  return !begins(said, own);
}

/* May these words of libcurl's be shown? Some quote the proxy's URL, password and all. */
static int is_harmless (CURLcode code, const char *said) {
  switch (code) {
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_OPERATION_TIMEDOUT: return said[0] != '\0';
  case CURLE_COULDNT_CONNECT: return begins(said, connecting);
  case CURLE_COULDNT_RESOLVE_PROXY: return begins(said, "Could not resolve proxy: ");
  case CURLE_RECV_ERROR: /* newer versions put it in the second way */
    return begins(said, "Received HTTP code ") || begins(said, "CONNECT tunnel failed");
  default: return 0;
  }
}

void tw_failure_locate (tw_failure *f, CURLcode code, CURL *easy, const char *said) {
  char *url = NULL;
  long reason = 0;
  (void)curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
  (void)curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &reason);
  const char *scheme_end = url != NULL ? strstr(url, "://") : NULL;
  if (strcmp(f->kind, "config") != 0 && scheme_end != NULL) {
    f->where = scheme_end + 3;
    f->where_len = strcspn(f->where, "/");
  }
  if (begins(said, "Unsupported proxy")) {
    *f = tw_failure_make("config", "the proxy's URL is not one that libcurl takes", 0);
  } else if (code == CURLE_COULDNT_CONNECT && !is_elsewhere(url, f, said)) {
    if (reason == ECONNREFUSED) f->message = "the connection was refused";
  } else if (is_harmless(code, said)) {
    if (code == CURLE_COULDNT_CONNECT) f->kind = "proxy";
    f->message = said;
  }
}
