/* pool: one client's exchanges on one libcurl multi handle, so that they share connections and the CA store. Knows
** libcurl, no Lua. The pool owns every exchange; it knows of nobody who uses one. What is acquired stays where it is until
** it is released or the pool is freed, also when the pool is closed. */
#ifndef TW_POOL_H
#define TW_POOL_H

#include "exchange.h"

typedef struct tw_pool tw_pool;

/* A pool, or NULL with the reason in *f. Copies the settings' strings; NULL for ca_file and ca_path means the
** system's. */
tw_pool *tw_pool_open (const tw_settings *s, tw_failure *f);
/* Ends every transfer and closes every connection: then exchanges may be read and released, and the pool freed. As often
** as one likes. In a forked child this and free do nothing: what a child closes here would end the parent's connections. */
void tw_pool_close (tw_pool *p);
/* Closes, and frees the pool with all its exchanges. */
void tw_pool_free (tw_pool *p);
/* 1 in a child of the process that opened the pool: then only close, free and release may be called. */
int tw_pool_forked (const tw_pool *p);

/* An idle exchange; or NULL without memory. */
tw_exchange *tw_pool_acquire (tw_pool *p);
/* Ends it if need be, and keeps it for another (in a forked child: leaves it as it is). */
void tw_pool_release (tw_pool *p, tw_exchange *x);

/* Puts a filled exchange under way (a byte moves when the pool is next driven): 1, or 0 with the reason in *f. */
int tw_pool_start (tw_pool *p, tw_exchange *x, const tw_request *r, tw_failure *f);
/* From now on it may take so many seconds, whatever it has taken; INFINITY: its time stands still until the next call. 1,
** or 0 where libcurl does not want it. */
int tw_pool_allow (tw_pool *p, tw_exchange *x, double seconds);
/* Drives all until this one is done. */
void tw_pool_wait (tw_pool *p, tw_exchange *x);
/* From now on tw_pool_next tells when this one is done. */
void tw_pool_notify (tw_pool *p, tw_exchange *x);
/* One exchange that is done and was to be told of, in the order of ending; drives all for at most so many seconds to
** get one (0: once, without waiting), else NULL. */
tw_exchange *tw_pool_next (tw_pool *p, double seconds);

#endif
