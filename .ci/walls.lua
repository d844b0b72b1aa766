-- The walls between the layers (ARCHITECTURE.md), held against what each file of src and lua includes, requires and
-- says. Prints each breach.

-- The first row whose pattern fits a file judges it. What it includes goes by its path here, or by its name where it is
-- none of ours, however it is written. `only`: what may come in; `never`: what may not.
local LUA = { "^lua%.h", "^lua%.hpp$", "^luaconf%.h", "^lualib%.h", "^lauxlib%.h" }
local FORMS = { "^src/core/op", "^src/core/form%.h$" }
local STANDARD = { "^assert%.h$", "^ctype%.h$", "^errno%.h$", "^float%.h$", "^inttypes%.h$", "^limits%.h$", "^math%.h$",
  "^stdarg%.h$", "^stdbool%.h$", "^stddef%.h$", "^stdint%.h$", "^stdlib%.h$", "^string%.h$", "^time%.h$" }

local function join (...)
  local all = {}
  for _, list in ipairs{ ... } do
    for _, item in ipairs(list) do all[#all + 1] = item end
  end
  return all
end

local c_walls = {
  { path = "^src/core/", only = join(STANDARD, { "^src/core/" }) },
  { path = "^src/curl/", never = join(LUA, { "^src/bind/", "^src/static/" }) },
  { path = "^src/bind/compat%.h$", never = { "curl" } },
  { path = "^src/bind/curl%.c$", never = join(LUA, FORMS, { "^src/static/" }) },
  { path = "^src/bind/message%.[ch]$", never = join(LUA, FORMS, { "^src/static/" }) },
  { path = "^src/bind/", never = join(LUA, { "curl", "^src/bind/message%.h$", "^src/static/" }) },
  { path = "^src/static/", only = join(LUA, STANDARD, { "^src/static/", "^src/bind/compat%.h$" }) },
}

-- Of our modules a Lua file may require `only` these, or all but twilio, and each by its name (`any`: or by another
-- text); it does not say what is `never` for it.
local CLOCK = { "os%.time", "os%.clock", "math%.random", "core%.now", "core%.time", "core%.sleep", "core%.random" }
local SEND = { "[.:]send%f[%W]" }
local lua_walls = {
  { path = "^lua/twilio/open%.lua$", any = true }, -- the transport that fits
  { path = "^lua/twilio/settings%.lua$", only = "errors" },
  { path = "^lua/twilio/config%.lua$", only = "core errors retry settings" },
  { path = "^lua/twilio/given%.lua$", only = "core errors settings" },
  { path = "^lua/twilio/client%.lua$", only = "core errors call config fate order plan retry tasks" },
  { path = "^lua/twilio/plan%.lua$", only = "core errors given retry", never = SEND },
  { path = "^lua/twilio/order%.lua$", only = "given plan purchase transfer", never = SEND },
  { path = "^lua/twilio/call%.lua$", only = "errors retry", never = CLOCK },
  { path = "^lua/twilio/fate%.lua$", only = "core retry", never = CLOCK },
  { path = "^lua/twilio/purchase%.lua$", only = "core errors" },
  { path = "^lua/twilio/transfer%.lua$", only = "core" },
  { path = "^lua/twilio/operations%.lua$", only = "core errors pager searcher" },
  { path = "^lua/twilio/pager%.lua$", only = "errors" },
  { path = "^lua/twilio/search%.lua$", only = "errors" },
  { path = "^lua/twilio/searcher%.lua$", only = "errors" },
  { path = "^lua/twilio/retry%.lua$", only = "", never = CLOCK },
  { path = "^lua/twilio/errors%.lua$", only = "" },
  { path = "^lua/twilio/transport/curl%.lua$", only = "core curl tasks" },
  { path = "^lua/twilio/transport/", only = "core" },
  { path = "^lua/twilio/sandbox", only = "sandbox" },
}

local breaches = 0
local function breach (...)
  breaches = breaches + 1
  print(string.format(...))
end

local function wall_of (walls, path)
  for _, wall in ipairs(walls) do
    if path:find(wall.path) then return wall end
  end
  return {}
end

local function fits (text, patterns)
  for _, pattern in ipairs(patterns or {}) do
    if text:find(pattern) then return true end
  end
  return false
end

local function exists (path)
  local file = io.open(path)
  return file and file:close()
end

-- What an include brings in: a file of ours by its path, anything else by its name.
local function included (name, includer)
  for _, from in ipairs{ includer:match("^(.*/)"), "src/core/", "src/curl/" } do
    local path, left = from .. name:gsub("^%./", ""), 1
    while left > 0 do path, left = path:gsub("[^/]+/%.%./", "", 1) end
    if exists(path) then return path end
  end
  return name
end

local function check_c (path)
  local wall, number = wall_of(c_walls, path), 0
  for line in io.lines(path) do
    number = number + 1
    local name = line:match('^%s*#%s*include%s*["<]([^">]+)[">]')
    local what = name and included(name, path)
    if what and (wall.only and not fits(what, wall.only) or fits(what, wall.never)) then
      breach("%s:%d: %s may not come in here", path, number, what)
    end
    if line:find("LUA_VERSION_NUM") and path ~= "src/bind/compat.h" then
      breach("%s:%d: only compat.h names a Lua version", path, number)
    end
  end
end

-- Whether a wall lets a module in: what is none of ours, what it names, and what lies beneath that.
local function lets_in (wall, module)
  local name = module:match("^twilio%.(.*)")
  if not name then return module ~= "twilio" end
  for allowed in (wall.only or name):gmatch("%S+") do
    if name == allowed or name:sub(1, #allowed + 1) == allowed .. "." then return true end
  end
  return false
end

local function check_lua (path)
  local wall, number = wall_of(lua_walls, path), 0
  for line in io.lines(path) do
    number = number + 1
    local code = line:gsub("%-%-.*", "")
    for after in code:gmatch("%f[%w_]require%f[^%w_]()") do
      local module = code:match("^[%s(,]*[\"'%[]+([%w_.]+)[\"'%]]", after)
      if not module and not wall.any then
        breach("%s:%d: require is not given a name", path, number)
      elseif module and not lets_in(wall, module) then
        breach("%s:%d: %s may not be required here", path, number, module)
      end
    end
    if fits(code, wall.never) then breach("%s:%d: does what is not its own", path, number) end
  end
end

local files = 0
for path in io.popen("find src lua -type f | LC_ALL=C sort"):lines() do
  files = files + 1
  if path:find("%.[ch]$") then check_c(path) end
  if path:find("%.lua$") then check_lua(path) end
end
if files == 0 then breach("there is nothing to look at: run this where src and lua are") end
os.exit(breaches == 0)
