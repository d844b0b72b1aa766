-- From a request to its response: who asks, for which account, which operation.

local form = require "twilio.sandbox.form"
local reply = require "twilio.sandbox.reply"
local routes = require "twilio.sandbox.routes"
local xml = require "twilio.sandbox.xml"

local ROOT = "/2010-04-01/Accounts/"

local base64 = {}
for i = 1, 64 do
  base64[("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(i)] = i - 1
end

-- Base64 undone; what is not base64 comes out as something that is no credential either.
local function decode (text)
  local out, bits, held = {}, 0, 0
  for i = 1, #text do
    local v = base64[text:byte(i)]
    if not v then break end
    held, bits = held * 64 + v, bits + 6
    if bits >= 8 then
      bits = bits - 8
      out[#out + 1] = string.char(math.floor(held / 2 ^ bits))
      held = held % 2 ^ bits
    end
  end
  return table.concat(out)
end

-- The account whose user a request authenticates as, or nil and the message to refuse it with. Headers are as they came
-- over the wire; in process there is the account userdata instead, which never tells its secret.
local function authenticate (world, request)
  local sent = request.authorization
  if not sent and not request.account then return nil, "Authentication Error - No credentials provided" end
  if sent and world.known[sent] then return world.known[sent] end
  local name, secret
  if sent then name, secret = decode(sent:match("^[Bb]asic%s+(%S+)") or ""):match("^([^:]*):(.*)$") end
  for _, user in ipairs(world.users) do
    local is = sent and user.name == name and user.secret == secret
      or not sent and request.account:matches(user.name, user.secret)
    if is then
      if sent then world.known[sent] = user.account end
      return user.account
    end
  end
  return nil, "Authenticate"
end

local function is_json (path) return path:sub(-5) == ".json" end

-- A URL's path and query. Whoever sends in process gives a whole URL.
local function split (url)
  if url:sub(1, 1) ~= "/" then url = url:match("^%a+://[^/]*(.*)$") or "" end
  local mark = url:find("?", 1, true)
  if not mark then return url end
  return url:sub(1, mark - 1), mark < #url and url:sub(mark + 1) or nil
end

-- The response to a request of a user who is who he says.
local function answer (world, user, request, path, query_string)
  local after_sid = #ROOT + 35
  if path:sub(1, #ROOT) ~= ROOT or path:sub(after_sid, after_sid) ~= "/" then return reply.not_found(path) end
  local account = world.accounts[path:sub(#ROOT + 1, after_sid - 1)]
  if not account or account ~= user and account.parent ~= user then return reply.unauthorized("Authenticate") end

  local plain = path:sub(after_sid + 1, is_json(path) and -6 or -1)
  local methods, captures = routes.find(plain)
  if not methods then return reply.not_found(path) end
  local row = methods[request.method]
  if not row then return reply.failure(405, 20004, "Method not allowed") end
  if account.test and not (request.method == "POST" and plain == "IncomingPhoneNumbers") then
    return reply.failure(403, 20008, "Resource not accessible with Test Account Credentials")
  end
  return row[3]({
    world = world, user = user, account = account, path = path, query_string = query_string, captures = captures,
    query = form.parse(query_string), form = form.parse(request.body),
  }, row[4])
end

--- The response to a request: { method, url or path with query, authorization or account, body }.
local function dispatch (world, request)
  local path, query_string = split(request.url)
  local user, refusal = authenticate(world, request)
  local response = user and answer(world, user, request, path, query_string) or reply.unauthorized(refusal)
  return is_json(path) and response or xml.convert(response, path)
end

return dispatch
