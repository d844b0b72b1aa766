/* proxy: is this a URL of a proxy that libcurl takes as it stands? Knows libcurl's URLs, no Lua. */
#ifndef TW_PROXY_H
#define TW_PROXY_H

/* 1 when it is; 0 for one that libcurl cannot read, or has no memory to. One whose user or password it cannot decode (an
** encoded NUL, say) it would leave out in silence, and send the request past the proxy. */
int tw_proxy_taken (const char *url);

#endif
