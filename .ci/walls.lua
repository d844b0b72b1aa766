-- The walls between the layers (ARCHITECTURE.md), held against what each file includes or requires. Prints each breach.

local STANDARD = "assert ctype errno float inttypes iso646 limits locale math setjmp signal stdarg stdbool stddef stdint stdlib string time"

local function set(words)
  local has = {}
  for word in words:gmatch("%S+") do has[word] = true end
  return has
end

local standard = {}
for name in STANDARD:gmatch("%S+") do standard["<" .. name .. ".h>"] = true end

-- What a C file may not include: the first row whose pattern fits the path judges it. `only` lists what else than the
-- headers of its own layer may come in; `never` lists what may not.
local c_walls = {
  { path = "^src/core/", only = standard, ours = "^src/core/" },
  { path = "^src/curl/", never = { "lua", "compat%.h" } },
  { path = "^src/bind/compat%.h$", never = { "curl" } },
  { path = "^src/bind/curl%.c$", never = { "^<l", "op%.h", "form%.h" }, keep = "^<l[io]" },
  { path = "^src/bind/message%.[ch]$", never = { "^<l", "op%.h", "form%.h" }, keep = "^<l[io]" },
  { path = "^src/bind/", never = { "^<l", "curl", "exchange%.h", "message%.h" }, keep = "^<l[io]" },
}

-- What a Lua file may require of ours: all of `only`, or anything but `never`.
local lua_walls = {
  { path = "^lua/twilio%.lua$", only = nil },
  { path = "^lua/twilio/config%.lua$", only = "twilio.core twilio.errors twilio.version" },
  { path = "^lua/twilio/client%.lua$", only = "twilio.core twilio.errors twilio.retry twilio.purchase" },
  { path = "^lua/twilio/operations%.lua$", only = "twilio.core twilio.pager" },
  { path = "^lua/twilio/pager%.lua$", only = "twilio.errors" },
  { path = "^lua/twilio/retry%.lua$", only = "" },
  { path = "^lua/twilio/purchase%.lua$", only = "twilio.retry twilio.errors" },
  { path = "^lua/twilio/errors%.lua$", only = "" },
  { path = "^lua/twilio/transport/", never = "twilio twilio.client twilio.operations twilio.config" },
  { path = "^lua/twilio/sandbox", never = "twilio twilio.client twilio.operations twilio.config twilio.core" },
}

local breaches = 0
local function breach(...)
  breaches = breaches + 1
  print(string.format(...))
end

local function lines(command)
  local out = {}
  local pipe = assert(io.popen(command))
  for line in pipe:lines() do out[#out + 1] = line end
  pipe:close()
  return out
end

local function wall_of(walls, path)
  for _, wall in ipairs(walls) do
    if path:find(wall.path) then return wall end
  end
  return {}
end

local function exists(path)
  local file = io.open(path)
  return file and file:close()
end

local function check_c(path)
  local wall, number = wall_of(c_walls, path), 0
  for line in io.lines(path) do
    number = number + 1
    local what = line:match('^%s*#%s*include%s*(["<][^">]+[">])')
    if what and wall.only and not wall.only[what] and not exists("src/core/" .. what:sub(2, -2)) then
      breach("%s:%d: %s may not come in here", path, number, what)
    end
    for _, never in ipairs(what and wall.never or {}) do
      if what:find(never) and not (wall.keep and what:find(wall.keep)) then
        breach("%s:%d: %s may not come in here", path, number, what)
        break
      end
    end
    if line:find("LUA_VERSION_NUM") and path ~= "src/bind/compat.h" then
      breach("%s:%d: only compat.h names a Lua version", path, number)
    end
  end
end

local function check_lua(path)
  local wall, number = wall_of(lua_walls, path), 0
  local only, never = wall.only and set(wall.only), set(wall.never or "")
  for line in io.lines(path) do
    number = number + 1
    for what in line:gmatch("require[%s%(]*[\"']([%w_%.]+)[\"']") do
      local ours = what == "twilio" or what:find("^twilio%.")
      if ours and (only and not only[what] or never[what]) then
        breach("%s:%d: %s may not be required here", path, number, what)
      elseif what == "twilio" then
        breach("%s:%d: nobody in lua/ requires twilio", path, number)
      end
    end
  end
end

for _, path in ipairs(lines("git ls-files -- src lua")) do
  if exists(path) then
    if path:find("%.[ch]$") then check_c(path) end
    if path:find("%.lua$") then check_lua(path) end
  end
end
os.exit(breaches == 0)
