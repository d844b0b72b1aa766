local core = require "twilio.core"
local examples = require "docs.examples"
local reference = require "docs.reference"
local sandboxes = require "twilio.sandbox"
local settings = require "twilio.settings"
local texts = require "docs.texts"
local twilio = require "twilio"
local system = require "spec.support.system"

local read = system.read

local function built ()
  return reference.build(core.operations(), texts, examples)
end

describe("the generated reference", function ()
  it("has a text and an example for every operation, parameter, field and code", function ()
    assert.same({}, built().missing)
  end)

  it("has no text or example that nothing uses", function ()
    assert.same({}, built().unused)
  end)

  it("has one sentence to a text", function ()
    for _, kind in ipairs{ "parameters", "fields", "errors" } do
      for name, text in pairs(texts[kind]) do
        assert.matches("^[%w].*[^.]%.$", text, kind .. "." .. name)
        assert.is_nil(text:find("%.%s%u"), kind .. "." .. name .. " has more than one")
      end
    end
  end)

  for path, renderer in pairs{ ["docs/numbers.md"] = "docs.markdown", ["lua/twilio/meta.lua"] = "docs.annotations" } do
    it("is current: " .. path .. " (make docs)", function ()
      assert.equal(require(renderer).render(built()), read(path))
    end)
  end

  it("names every public function", function ()
    local page, types = read "docs/numbers.md", read "lua/twilio/meta.lua"
    for name in pairs(twilio.numbers) do
      assert.truthy(page:find("### " .. name .. "\n", 1, true) or page:find("`" .. name .. "`", 1, true), name)
      assert.truthy(types:find("numbers." .. name .. "(", 1, true) or types:find("numbers." .. name .. " =", 1, true),
                    name)
    end
  end)

  it("has annotations that are Lua", function ()
    assert(loadfile("lua/twilio/meta.lua"))
  end)

  it("annotates every setting, but for the one that is for tests", function ()
    local wanted, annotated = {}, {}
    for name in pairs(settings.rows) do wanted[name] = name ~= "times" or nil end
    for _, class in ipairs{ "twilio.credentials\n", "twilio.config: twilio.credentials\n" } do
      local fields = read("lua/twilio/meta.lua"):match("%-%-%-@class " .. class .. "(.-)\n\n")
      for name in fields:gmatch("@field ([%w_]+)%?") do annotated[name] = true end
    end
    assert.same(wanted, annotated)
  end)
end)

-- What the examples stand on: an account with a number, an address, a caller ID, an add-on, and a number to buy.
local function scene ()
  local sandbox = sandboxes.new{ numbers = 3 }
  local client = assert(twilio.new{ transport = sandbox, account_sid = sandbox.account_sid,
                                    auth_token = sandbox.auth_token })
  local numbers = client.numbers
  local env = setmetatable({ numbers = numbers, print = function () end }, { __index = _G })
  env.number = numbers.each_incoming()()
  env.found = numbers.each_local{ country_code = "US", limit = 1 }()
  env.address = assert(numbers.create_address{ customer_name = "Example Ltd", street = "1 High Street",
    city = "London", region = "London", postal_code = "SW1A 1AA", iso_country = "GB" })
  env.add_on = assert(numbers.assign_add_on{ resource_sid = env.number.sid,
    installed_add_on_sid = "XE" .. ("b"):rep(32) })
  env.extension = numbers.each_add_on_extensions{ resource_sid = env.number.sid,
    assigned_add_on_sid = env.add_on.sid }()
  assert(numbers.add_outgoing{ phone_number = "+14155550199" })
  sandbox:sleep(2)
  env.caller_id = numbers.each_outgoing()()
  return env, sandbox
end

-- Both ways that the languages have of giving a chunk its environment.
local function chunk (code, name, env)
  if not rawget(_G, "setfenv") then return assert(load(code, name, "t", env)) end
  return rawget(_G, "setfenv")(assert(rawget(_G, "loadstring")(code, name)), env)
end

describe("the example of", function ()
  for _, row in ipairs(core.operations()) do
    it(row.name .. " runs, and calls it", function ()
      local env, sandbox = scene()
      local before = sandbox:state().requests
      chunk(examples[row.name], "=" .. row.name, env)()
      assert.is_true(sandbox:state().requests > before)
      local used = examples[row.name]
      assert.is_truthy(used:find("numbers." .. row.name .. "{", 1, true)
        or row.each and used:find("numbers." .. row.each .. "[({]"))
    end)
  end
end)
