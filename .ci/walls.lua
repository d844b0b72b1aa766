-- The walls between the layers (ARCHITECTURE.md), held against what each file includes or requires. Prints each breach.

local STANDARD = "assert ctype errno float inttypes limits math stdarg stdbool stddef stdint stdlib string time"

local function set(words)
  local has = {}
  for word in words:gmatch("%S+") do has[word] = true end
  return has
end

local standard = {}
for name in STANDARD:gmatch("%S+") do standard["<" .. name .. ".h>"] = true end

-- The first row whose pattern fits the path judges it. `only`: the system headers that may come in, besides the layer's
-- own; `never`: what may not.
local c_walls = {
  { path = "^src/core/", only = standard },
  { path = "^src/curl/", never = { "^<lua", "^<lauxlib", "compat%.h" } },
  { path = "^src/bind/compat%.h$", never = { "curl" } },
  { path = "^src/bind/curl%.c$", never = { "^<lua", "^<lauxlib", "op%.h", "form%.h" } },
  { path = "^src/bind/message%.[ch]$", never = { "^<lua", "^<lauxlib", "op%.h", "form%.h" } },
  { path = "^src/bind/", never = { "^<lua", "^<lauxlib", "curl", "exchange%.h", "message%.h" } },
}

-- What a Lua file may require of ours: `only` these, or anything but `never`.
local lua_walls = {
  { path = "^lua/twilio/settings%.lua$", only = "errors" },
  { path = "^lua/twilio/config%.lua$", only = "core errors retry settings" },
  { path = "^lua/twilio/given%.lua$", only = "core errors settings" },
  { path = "^lua/twilio/client%.lua$", only = "core errors call config fate order plan retry tasks" },
  { path = "^lua/twilio/plan%.lua$", only = "core errors given retry" },
  { path = "^lua/twilio/order%.lua$", only = "given plan purchase transfer" },
  { path = "^lua/twilio/call%.lua$", only = "errors retry" },
  { path = "^lua/twilio/fate%.lua$", only = "core retry" },
  { path = "^lua/twilio/purchase%.lua$", only = "core errors" },
  { path = "^lua/twilio/transfer%.lua$", only = "" },
  { path = "^lua/twilio/operations%.lua$", only = "core errors pager search" },
  { path = "^lua/twilio/pager%.lua$", only = "errors" },
  { path = "^lua/twilio/search%.lua$", only = "errors" },
  { path = "^lua/twilio/retry%.lua$", only = "" },
  { path = "^lua/twilio/errors%.lua$", only = "" },
  { path = "^lua/twilio/transport/", never = "client operations config" },
  { path = "^lua/twilio/sandbox", never = "client operations config core" },
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
      if what:find(never) then
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
    for what in line:gmatch("require[%s%(]*[\"']twilio([%w_%.]*)[\"']") do
      what = what:sub(2)
      if what == "" or only and not only[what] or never[what] then
        breach("%s:%d: twilio%s may not be required here", path, number, what == "" and "" or "." .. what)
      end
    end
  end
end

for _, path in ipairs(lines("git ls-files --cached --others --exclude-standard -- src lua")) do
  if exists(path) then
    if path:find("%.[ch]$") then check_c(path) end
    if path:find("%.lua$") then check_lua(path) end
  end
end
os.exit(breaches == 0)
