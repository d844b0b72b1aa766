-- Builds the C that only specs use, into build/: native.load("process") is the module, native.library("shim") the path
-- of an object to preload.

local native = {}

local abi = _VERSION == "Lua 5.4" and "5.4" or "5.1"

function native.library (name)
  local source, target = "spec/support/" .. name .. ".c", "build/" .. abi .. "/spec/" .. name .. ".so"
  local current = ("[ %s -nt %s ] && [ -z \"$(find src -newer %s)\" ]"):format(target, source, target)
  -- Written elsewhere first: another spec may be loading it. What is preloaded is for this Lua, not for the compiler.
  local compile = ("mkdir -p %s && { %s || { env -u LD_PRELOAD %s -std=c99 -D_GNU_SOURCE -O1 -Wall -Wextra -shared"
    .. " -fPIC -Isrc/bind $(pkg-config --cflags lua%s 2>/dev/null || echo -I/usr/include/lua%s) -o %s.$$ %s -ldl"
    .. " && mv %s.$$ %s; }; }"):format(
    target:match(".*/"), current, os.getenv("CC") or "cc", abi, abi, target, source, target, target)
  local done = os.execute(compile)
  assert(done == true or done == 0, "cannot compile " .. source)
  return target
end

function native.load (name)
  return assert(package.loadlib(native.library(name), "luaopen_" .. name))()
end

-- How to run this Lua from a shell.
native.lua = abi == "5.4" and "lua5.4" or rawget(_G, "jit") and "luajit" or "lua5.1"

return native
