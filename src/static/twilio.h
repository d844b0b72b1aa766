/* twilio: for a program that hosts Lua and links libtwilio.a (`make static`). */
#ifndef TWILIO_H
#define TWILIO_H

#include <lua.h>

/* From now on require "twilio", and each of its parts, finds in this state what is linked into the program. Nothing is
** opened yet. JSON comes from lua-cjson, which the state must be able to require as "cjson" and "cjson.safe".
** Each state needs a call of its own, after luaL_openlibs (or luaopen_package: it raises where there is no `package`);
** states may live in different threads. Raises where memory or stack is short, too. */
void twilio_preload (lua_State *L);

#endif
