/* message: request and response tables <-> an exchange. The only place that knows their fields' names on libcurl's
** side. */
#ifndef TW_MESSAGE_H
#define TW_MESSAGE_H

#include "compat.h"
#include "exchange.h"

/* Reads the request table at `arg` whole, with raw access; raises for one that core would not make. Leaves on the stack
** what *r points into, for a finalizer may change the table at any time; and on top the headers. */
void tw_message_check (lua_State *L, int arg, tw_request *r);
/* Adds the headers on top to an exchange: NULL, or what is wrong in static words. Behind tw_message_check it cannot
** raise. */
const char *tw_message_addheaders (lua_State *L, tw_exchange *x);
/* Pushes the response; or nil and a failure table. Answers how many values it pushed. */
int tw_message_pushresult (lua_State *L, tw_exchange *x);
int tw_message_pushfailure (lua_State *L, const tw_failure *f);

#endif
