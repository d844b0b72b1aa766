local cjson = require "cjson"
local contract = require "spec.transport.contract"
local nginx = require "spec.support.nginx"

-- lua-cjson under 5.4 makes every number a float.
local function whole (value)
  if type(value) == "number" then return math.floor(value) == value and math.floor(value) or value end
  if type(value) == "table" then
    for key, inner in pairs(value) do value[key] = whole(inner) end
  end
  return value
end

contract("cosocket in nginx", function (server)
  local front = nginx.start{
    http = "lua_ssl_trusted_certificate " .. server.ca .. "; lua_socket_log_errors off;",
    server = "location = /exchange { content_by_lua_file $top/spec/nginx/exchange.lua; }",
  }
  return function (settings, origin, requests)
    settings.ca_file = nil   -- nginx's own directive names it
    local asked = cjson.encode{ settings = settings, origin = origin, requests = requests }
    local body, status = front:post("/exchange", asked)
    assert(status == 200, front:log())
    return whole(cjson.decode(body))
  end, function () front:stop() end
end)
