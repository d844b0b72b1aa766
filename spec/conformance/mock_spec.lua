local cjson = require "cjson"
local core = require "twilio.core"
local judges = require "spec.conformance.judge"

local described = judges.description()

local samples = {
  text = "Caf\195\169 & bar, 50% + tip", url = "https://example.com/voice?a=1&b=2", e164 = "+14155550100",
  phone = "+14155550100", boolean = true, country = "US", contains = "+1415555****", latlong = "37.7749,-122.4194",
  digits = "722", date = "2010-04-01",
}

local function sample (parameter)
  if parameter.type == "sid" then return parameter.prefix .. ("0123456789abcdef"):rep(2) end
  if parameter.type == "enum" then return parameter.values[#parameter.values] end
  if parameter.type == "integer" then return parameter.max or 7 end
  return (assert(samples[parameter.type], parameter.type))
end

-- Every parameter of an operation, but for those in `without`.
local function all (row, without)
  local params = {}
  for _, parameter in ipairs(row.parameters) do
    if not without[parameter.name] then params[parameter.name] = sample(parameter) end
  end
  return params
end

local function names (pairs_text)
  local found = {}
  for name in (pairs_text or ""):gmatch("([^&=]+)=") do found[name] = true end
  return found
end

-- What this operation sent, over all its requests: place → name → true.
local function sent (judge, row)
  local places = { query = {}, form = {} }
  for _, exchange in ipairs(judge.seen) do
    if exchange.operation == row.name then
      for name in pairs(names(exchange.url:match("%?(.*)"))) do places.query[name] = true end
      for name in pairs(names(exchange.body)) do places.form[name] = true end
    end
  end
  return places
end

local function set (of)
  local list = {}
  for name in pairs(of) do list[#list + 1] = name end
  table.sort(list)
  return list
end

describe("Prism as Twilio", function ()
  if not described then
    pending("judges every operation (run by make conformance)")
    return
  end

  local judge, transport, account
  local parameters = 0

  lazy_setup(function ()
    judge = judges.start()
    transport = judge:transport()
    account = assert(core.account{ account_sid = "AC" .. ("a"):rep(32), user = "AC" .. ("a"):rep(32),
      secret = "secret", api_url = judge.url })
  end)

  lazy_teardown(function () if judge then judge:stop() end end)

  local function ask (name, params)
    local request = assert(core.request(name, account, params))
    request.timeout = 30
    local response = assert(transport:send(request))
    local last = judge.seen[#judge.seen]
    assert.equal(0, #last.violations, cjson.encode(last.violations))
    return request, response
  end

  for _, row in ipairs(core.operations()) do
    describe("asked for " .. row.operation_id, function ()
      -- The two ways of buying exclude each other.
      for _, without in ipairs(row.name == "buy" and { "area_code", "phone_number" } or { "nothing" }) do
        it("accepts it with every parameter but " .. without, function ()
          local request, response = ask(row.name, all(row, { [without] = true }))
          assert.is_true(response.status >= 200 and response.status < 300)
          assert.equal(row.name, request.operation)
        end)
      end

      it("got exactly the names that the description has", function ()
        local places, own = sent(judge, row), described[row.operation_id]
        assert.same(set(own.query), set(places.query))
        assert.same(set(own.form), set(places.form))
        parameters = parameters + #set(own.query) + #set(own.form) + #set(own.path)
      end)
    end)
  end

  it("was asked for all there is: 37 operations, 408 parameters", function ()
    assert.equal(37, #core.operations())
    assert.equal(408, parameters)
  end)

  it("finds fault with a request that is wrong", function ()
    transport:send{ operation = "wrong", method = "GET", account = account, timeout = 30, headers = {},
      url = judge.url .. "/2010-04-01/Accounts/AC" .. ("a"):rep(32) .. "/IncomingPhoneNumbers.json?PageSize=1001" }
    assert.equal("maximum", judge.seen[#judge.seen].violations[1].code)
  end)
end)
