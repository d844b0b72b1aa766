-- What the README shows, run: each of its Lua blocks, on the sandbox in process.

local cjson = require "cjson"
local sandbox = require "twilio.sandbox"
local system = require "spec.support.system"
local twilio = require "twilio"

local compile = rawget(_G, "loadstring") or load
local setfenv = rawget(_G, "setfenv")

local function blocks ()
  local found, heading, code = {}, nil, nil
  for line in io.lines("README.md") do
    heading = line:match("^## (.*)") or heading
    if line == "```lua" then
      code = {}
    elseif line == "```" and code then
      found[#found + 1] = { heading = heading, code = table.concat(code, "\n") }
      code = nil
    elseif code then
      code[#code + 1] = line
    end
  end
  return found
end

-- A block runs with the names that the text around it has introduced.
local function run (block)
  local world = sandbox.new{ numbers = 3 }
  local client = twilio.new{ transport = world, account_sid = world.account_sid, auth_token = world.auth_token }
  local here = { twilio = setmetatable({ numbers = client.numbers }, { __index = twilio }), client = client,
                 numbers = client.numbers, cjson = cjson, template = '{"phoneNumber":"+14155552671","friendlyName":""}',
                 print = function () end }
  here.require = function (name) return name == "twilio" and here.twilio or require(name) end
  setmetatable(here, { __index = _G })
  local code = block.code:gsub("…", "")
  local chunk, mistake
  if setfenv then
    chunk, mistake = compile(code, "=README")
  else
    chunk, mistake = load(code, "=README", "t", here)
  end
  assert(chunk, mistake)
  if setfenv then setfenv(chunk, here) end
  chunk()
end

describe("the README", function ()
  local found = blocks()

  it("shows Lua", function () assert.is_true(#found >= 6) end)

  it("says of every kind of error what it is and what to do", function ()
    local kinds = system.read("ARCHITECTURE.md"):match("from a closed set:%s*`([^`]+)`")
    local told = {}
    for row in system.read("README.md"):match("| kind |.-\n\n"):gmatch("\n(| `[^|]+|)") do
      for kind in row:gmatch("`([^`]+)`") do told[kind] = true end
    end
    local missing = {}
    for kind in kinds:gmatch("%l[%l_]*") do
      if not told[kind] then missing[#missing + 1] = kind end
      told[kind] = nil
    end
    assert.same({ {}, {} }, { missing, told })
  end)

  it("names all that may end the retries, and so do the annotations", function ()
    local told = system.read("README.md"):match("`err%.reason`: (.-)\n\n")
    local annotated = system.read("lua/twilio/meta.lua"):match("@field reason%? ([^\n]+)")
    local count = 0
    for reason in system.read("lua/twilio/retry.lua"):gmatch('"stop", "([%l_]+)"') do
      assert.truthy(told:find("`" .. reason .. "`", 1, true), reason)
      assert.truthy(annotated:find('"' .. reason .. '"', 1, true), reason)
      count = count + 1
    end
    assert.is_true(count > 0)
  end)

  for i, block in ipairs(found) do
    it(("runs, block %d: %s"):format(i, block.heading), function ()
      assert.has_no.errors(function () run(block) end)
    end)
  end
end)
