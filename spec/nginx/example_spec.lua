-- examples/nginx, as it is but for its port, the sandbox in Twilio's place, nginx in the background with one worker,
-- and handlers that it drops when their visitors hang up.

local cjson = require "cjson"
local core = require "twilio.core"
local nginx = require "spec.support.nginx"
local sandbox = require "spec.support.sandbox"
local system = require "spec.support.system"

local read = system.read

-- nginx.conf with one piece of it replaced, which must be there.
local function replace (text, old, new)
  local from, to = text:find(old, 1, true)
  assert(from, "nginx.conf has no " .. old)
  return text:sub(1, from - 1) .. new .. text:sub(to + 1)
end

-- A neighbour in the same worker: counts those of its locals that are not what it left in them when it went to sleep.
local NEIGHBOUR = [[
return function (...)
  ngx.sleep(0.3)
  local strange = 0
  for i = 1, select("#", ...) do
    if select(i, ...) ~= i then strange = strange + 1 end
  end
  ngx.print(strange)
end
]]

describe("the example for nginx", function ()
  local twilio, front

  setup(function ()
    twilio = sandbox.start()
    local conf = read "examples/nginx/nginx.conf"
    conf = replace(conf, "load_module /usr/lib/nginx/modules/ndk_http_module.so;", "user root;\n$modules")
    conf = replace(conf, "load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;", "")
    conf = replace(conf, "daemon off;", "")
    conf = replace(conf, "error_log stderr;", "error_log error.log;")
    conf = replace(conf, "listen 127.0.0.1:8080", "listen 127.0.0.1:$port")
    conf = replace(conf, "/etc/ssl/certs/ca-certificates.crt", twilio.ca_file)
    conf = replace(conf, '$prefix/?.lua;;";',
      '$directory/?.lua;$top/lua/?.lua;$top/lua/?/init.lua;;"; lua_package_cpath "$top/build/5.1/?.so;;";')
    conf = replace(conf, "worker_processes auto;", "worker_processes 1;")
    conf = replace(conf, "location = /numbers/buy {", [[
      lua_check_client_abort on;
      location = /raise { content_by_lua_block { require("raises").buy() } }
      location = /neighbour {
        content_by_lua_block {
          local numbers = {}
          for i = 1, 100 do numbers[i] = i end
          require("neighbour")(unpack(numbers))
        }
      }
      location = /numbers/buy {]])
    local app = read "examples/nginx/app.lua"
    local raises = replace(app, "detached(numbers.buy,", "detached(function () error 'a mistake in f' end,")
    front = nginx.start{
      frame = conf,
      files = { ["app.lua"] = app, ["raises.lua"] = raises, ["neighbour.lua"] = NEIGHBOUR },
      environment = ("TWILIO_ACCOUNT_SID=%s TWILIO_AUTH_TOKEN=%s TWILIO_API_URL=%s"):format(twilio.account_sid,
        twilio.auth_token, (twilio.tls_url:gsub("127%.0%.0%.1", "localhost"))),
    }
  end)
  teardown(function ()
    if front then front:stop() end   -- first: to stop it, nginx reads its configuration, and that names the authority
    twilio:stop()
  end)
  before_each(function () twilio:reset() end)

  local function get (path)
    local body, status = front:get(path)
    return cjson.decode(body), status
  end

  local function post (path, form)
    local body, status = front:post(path, form)
    return cjson.decode(body), status
  end

  it("searches", function ()
    local page, status = get "/numbers/available?country_code=US&area_code=415"
    assert.equal(200, status)
    assert.equal(10, #page.available)
    assert.truthy(page.available[1]:find "^%+1415%d+$")
  end)

  it("answers a bad value with 400 and its name", function ()
    local err, status = get "/numbers/available?country_code=nowhere"
    assert.equal(400, status)
    assert.equal("invalid", err.error)
    assert.truthy(err.message:find("country_code", 1, true))
  end)

  it("buys, and shows it in two listings made at once", function ()
    local number = get("/numbers/available?area_code=415").available[1]
    local bought, status = post("/numbers/buy", "phone_number=" .. number:gsub("+", "%%2B"))
    assert.equal(200, status)
    assert.equal(number, bought.phone_number)
    assert.truthy(bought.sid:find "^PN%x+$")
    assert.equal(1, get("/numbers/overview").incoming)
    assert.equal(1, #twilio:state().charges)
  end)

  it("answers at once where what it does in a timer raises, and says why in nginx's log", function ()
    local began = core.now()
    local err, status = post("/raise", "")
    assert.is_true(core.now() - began < 5)
    assert.same({ 500, "internal", true }, { status, err.error, err.maybe_applied })
    assert.truthy(front:log():find("a mistake in f", 1, true))
  end)

  it("buys, and touches nobody else's locals, where visitors hang up", function ()
    local available = get("/numbers/available?area_code=415").available
    twilio:faults{ rules = { { fault = "delay", seconds = 0.3, method = "POST", path = "IncomingPhoneNumbers" } } }
    local visits, neighbours = {}, {}
    for i, number in ipairs(available) do
      visits[i] = front:begin("/numbers/buy", "phone_number=" .. number:gsub("+", "%%2B"))
    end
    front.pool:step(0.1)
    for _, visit in ipairs(visits) do visit:close() end
    for i in ipairs(visits) do neighbours[i] = front:begin "/neighbour" end
    for i, neighbour in ipairs(neighbours) do neighbours[i] = front:wait(neighbour) end
    assert.equal(("0"):rep(#available), table.concat(neighbours))
    assert.equal(#available, #twilio:state().charges)
    assert.is_nil(front:log():find("attempt to", 1, true))
  end)

  it("buys by POST alone, and lists by GET alone", function ()
    assert.equal(405, select(2, front:get "/numbers/buy"))
    assert.equal(405, select(2, front:post("/numbers/available", "")))
    assert.equal(405, select(2, front:post("/numbers/overview", "")))
    assert.equal(0, twilio:state().requests)
  end)
end)
