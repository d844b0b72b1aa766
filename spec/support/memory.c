/* memory: makes memory run out where a spec wants it to. Two ways: the Lua state's own allocator fails
** (memory.starve); or, where this object is preloaded (LD_PRELOAD), the malloc that a shared object asks
** for (memory.arm). Tests only; glibc only. */
#include "compat.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>

/* {=== A countdown: the nth allocation fails; then all of them, where it sticks ===} */

typedef struct famine {
  long left; /* 0: none fails */
  int sticky, struck;
} famine;

static int strikes (famine *f) {
  if (f->left == 0 || (f->left > 1 && f->left-- > 1)) return 0;
  f->struck++;
  if (!f->sticky) f->left = 0;
  return 1;
}

/* {=== Lua's allocator ===} */

static famine lua_famine;
static lua_Alloc plenty;

static void *starving (void *ud, void *p, size_t was, size_t size) {
  int grows = size > 0 && (p == NULL || size > was);
  return grows && strikes(&lua_famine) ? NULL : plenty(ud, p, was, size);
}

/* memory.starve(n, sticky, f) -> true, what f answers; or false, what it raised; and before them: whether memory
** ran out. The nth allocation of the Lua state fails while f runs. */
static int memory_starve (lua_State *L) {
  void *ud;
  famine f = { (long)luaL_checkinteger(L, 1), lua_toboolean(L, 2), 0 };
  luaL_checktype(L, 3, LUA_TFUNCTION);
  lua_settop(L, 3);
  luaL_checkstack(L, 20, "starve");
  plenty = lua_getallocf(L, &ud);
  lua_famine = f;
  lua_setallocf(L, starving, ud);
  int status = lua_pcall(L, 0, 2, 0);
  lua_setallocf(L, plenty, ud);
  lua_pushboolean(L, lua_famine.struck > 0);
  lua_insert(L, 3);
  lua_pushboolean(L, status == 0);
  lua_insert(L, 4);
  return lua_gettop(L) - 2;
}

/* {=== malloc, by who asks ===} */

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *p, size_t size);

static famine c_famine;
static uintptr_t from, to; /* the code of the object that is to starve */

#define ASKS()                                                                                     \
  ((uintptr_t)__builtin_return_address(0) >= from && (uintptr_t)__builtin_return_address(0) < to)

TW_EXPORT void *malloc (size_t size) {
  return ASKS() && strikes(&c_famine) ? NULL : __libc_malloc(size);
}

TW_EXPORT void *calloc (size_t n, size_t size) {
  return ASKS() && strikes(&c_famine) ? NULL : __libc_calloc(n, size);
}

TW_EXPORT void *realloc (void *p, size_t size) {
  return ASKS() && strikes(&c_famine) ? NULL : __libc_realloc(p, size);
}

TW_EXPORT char *strdup (const char *s) {
  size_t size = strlen(s) + 1;
  char *copy = ASKS() && strikes(&c_famine) ? NULL : __libc_malloc(size);
  return copy == NULL ? NULL : memcpy(copy, s, size);
}

static int find (struct dl_phdr_info *object, size_t size, void *name) {
  (void)size;
  if (strstr(object->dlpi_name, name) == NULL) return 0;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
    from = object->dlpi_addr + part->p_vaddr;
    to = from + part->p_memsz;
  }
  return 1;
}

/* memory.arm(object, n, sticky): the nth allocation that the loaded object whose name holds this asks for fails. */
static int memory_arm (lua_State *L) {
  famine f = { (long)luaL_checkinteger(L, 2), lua_toboolean(L, 3), 0 };
  char name[64];
  size_t len;
  const char *given = luaL_checklstring(L, 1, &len);
  luaL_argcheck(L, len < sizeof name, 1, "too long");
  memcpy(name, given, len + 1);
  from = to = 0;
  if (!dl_iterate_phdr(find, name)) return luaL_error(L, "no object %s is loaded", name);
  c_famine = f;
  return 0;
}

/* memory.disarm() -> whether an allocation failed. */
static int memory_disarm (lua_State *L) {
  c_famine.left = 0;
  lua_pushboolean(L, c_famine.struck > 0);
  return 1;
}

/* memory.used() -> the bytes that malloc has given out. */
static int memory_used (lua_State *L) {
  lua_pushnumber(L, (lua_Number)mallinfo2().uordblks);
  return 1;
}

TW_EXPORT int luaopen_memory (lua_State *L);
TW_EXPORT int luaopen_memory (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "starve", memory_starve }, { "arm", memory_arm }, { "disarm", memory_disarm },
    { "used", memory_used },     { NULL, NULL },
  };
  luaL_newlib(L, functions);
  return 1;
}
