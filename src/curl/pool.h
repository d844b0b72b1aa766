/* pool: one client's exchanges on one libcurl multi handle, so that they share connections and the CA store. Knows
** libcurl, no Lua. The pool owns every exchange; whoever uses one holds a pointer that the pool clears when it goes. */
#ifndef TW_POOL_H
#define TW_POOL_H

#include "exchange.h"

typedef struct tw_pool tw_pool;

/* A pool, or NULL with the reason in *f. Copies the settings' strings; NULL for ca_file and ca_path means the
** system's. */
tw_pool *tw_pool_open (const tw_settings *s, tw_failure *f);
/* Ends every exchange and clears their owners' pointers. In a forked child it frees nothing: what a child closes here
** would end the parent's connections. */
void tw_pool_close (tw_pool *p);
/* 1 in a child of the process that opened the pool: then only close and release may be called. */
int tw_pool_forked (const tw_pool *p);

/* An idle exchange, now held by *owner; or NULL without memory. */
tw_exchange *tw_pool_acquire (tw_pool *p, tw_handle *owner);
/* Another one holds it from now on. */
void tw_pool_hand_over (tw_exchange *x, tw_handle *owner);
/* Ends it if need be, clears its owner's pointer and keeps the handle for another (in a forked
** child: clears the pointer). */
void tw_pool_release (tw_pool *p, tw_exchange *x);

/* Puts a filled exchange under way (a byte moves when the pool is next driven): 1, or 0 with the reason in *f. */
int tw_pool_start (tw_pool *p, tw_exchange *x, const tw_request *r, tw_failure *f);
/* From now on it may take so many seconds, whatever it has taken: 1, or 0 where libcurl does not want it. */
int tw_pool_allow (tw_exchange *x, double seconds);
/* Drives all until this one is done. */
void tw_pool_wait (tw_pool *p, tw_exchange *x);
/* From now on tw_pool_next tells when this one is done. */
void tw_pool_notify (tw_pool *p, tw_exchange *x);
/* One exchange that is done and was to be told of, in the order of ending; drives all for at most so many seconds to
** get one (0: once, without waiting), else NULL. */
tw_exchange *tw_pool_next (tw_pool *p, double seconds);

#endif
