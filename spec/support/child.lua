-- Runs a piece of Lua in a process of its own, for what a test cannot do to itself.

local native = require "spec.support.native"

local child = {}

-- Starts `code` under this Lua. `around` is put around the command: what stands before it in the shell (environment,
-- ulimit …) and, in `redirect`, behind. The function that it answers waits for the end, and answers what was printed
-- (standard error included) and the exit status.
function child.start (code, around)
  around = around or {}
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(code)
  file:close()
  local command = ("{ %s %s %s %s; } 2>&1; s=$?; echo; echo $s"):format(around.before or "", native.lua, path,
    around.redirect or "")
  local pipe = assert(io.popen(command))
  return function ()
    local text = pipe:read("*a")
    pipe:close()
    os.remove(path)
    local said, status = text:match("^(.-)%s*(%d+)%s*$")
    return said, tonumber(status)
  end
end

function child.run (code, around)
  return child.start(code, around)()
end

return child
