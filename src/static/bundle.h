/* bundle: the Lua files, compiled in; bundle.lua writes them. */
#ifndef TW_BUNDLE_H
#define TW_BUNDLE_H

#include <stddef.h>

typedef struct tw_module {
  const char *name;  /* as it is required; NULL ends the array */
  const char *chunk; /* as errors name it */
  const unsigned char *bytes;
  size_t size;
} tw_module;

extern const tw_module tw_modules[];

#endif
