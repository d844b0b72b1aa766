-- Is a secret to be seen? Looks through strings, tables, their metatables and the tostring of everything for the
-- forms in which a secret travels: as it is, base64 at each alignment, percent-encoded.

local scan = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

function scan.base64 (text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    for position = 3, 0, -1 do
      local index = math.floor(bits / 64 ^ position) % 64 + 1
      local absent = position == 0 and not c or position == 1 and not b
      out[#out + 1] = absent and "=" or ALPHABET:sub(index, index)
    end
  end
  return table.concat(out)
end

-- The forms of a secret, as plain texts to look for.
function scan.needles (secret)
  local needles = { secret }
  for _, form in ipairs{ "%%%02X", "%%%02x" } do
    needles[#needles + 1] = secret:gsub("[^%w%-._~]", function (c) return form:format(c:byte()) end)
  end
  for offset = 0, 2 do   -- what surrounds the secret changes the outermost characters alone
    needles[#needles + 1] = scan.base64(("x"):rep(offset) .. secret):sub(5, -5)
  end
  return needles
end

local function inText (text, needles)
  for _, needle in ipairs(needles) do
    if text:find(needle, 1, true) then return true end
  end
  return false
end

-- What else hangs on a value, by the debug library: upvalues, user values, environments.
local function behind (value)
  local found = {}
  if type(value) == "function" then
    local i, name, upvalue = 1, debug.getupvalue(value, 1)
    while name do
      found[i] = upvalue
      i = i + 1
      name, upvalue = debug.getupvalue(value, i)
    end
  elseif type(value) == "userdata" then
    found[1] = (rawget(debug, "getuservalue") or rawget(debug, "getfenv"))(value)
  end
  return found
end

local function search (value, secret, deep)
  local needles, seen = scan.needles(secret), {}
  local function walk (inner, path)
    if inText(tostring(inner), needles) then return path end
    if type(inner) == "string" or seen[inner] then return nil end
    seen[inner] = true
    local parts = type(inner) == "table" and inner or deep and behind(inner) or {}
    for key, item in next, parts do
      local found = walk(key, path .. "'s key") or walk(item, path .. "." .. tostring(key))
      if found then return found end
    end
    local meta = (type(inner) == "table" or deep and type(inner) == "userdata") and debug.getmetatable(inner)
    return meta and walk(meta, path .. "'s metatable") or nil
  end
  return walk(value, "value")
end

-- Where in `value` the secret is seen: a path such as "value.headers.Authorization", or nil.
function scan.find (value, secret)
  return search(value, secret, false)
end

-- The same through everything that the debug library can reach.
function scan.deep (value, secret)
  return search(value, secret, true)
end

return scan
