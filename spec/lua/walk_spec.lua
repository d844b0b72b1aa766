-- Walks over an account's numbers, client and sandbox together, in one process.

local sandboxes = require "twilio.sandbox"
local twilio = require "twilio"

local function numbers_of (count)
  local sandbox = sandboxes.new{ numbers = count }
  return assert(twilio.new{ account_sid = sandbox.account_sid, auth_token = sandbox.auth_token,
                            api_url = "https://api.twilio.com", transport = sandbox }).numbers
end

-- LuaJIT makes and reads a hundred thousand in the time that the others need for fewer.
local many = rawget(_G, "jit") and 100000 or 20000

describe("a walk over an account", function ()
  for _, owned in ipairs{ 0, 1, 50, 51, 1000, 1001, many } do
    it("finds each of " .. owned .. " numbers once, by pages and one by one, in flat memory", function ()
      local numbers = numbers_of(owned)
      local next_number = numbers.each_incoming()
      local count, seen, early, late = 0, {}, nil, nil
      for page in numbers.pages_incoming() do
        for _, number in ipairs(page.incoming_phone_numbers) do
          count = count + 1
          if next_number().sid ~= number.sid then error("they differ at " .. count) end
          if seen[number.sid] then error("twice: " .. number.sid) end
          seen[number.sid] = count <= 2000 or nil
        end
        if count == 2000 or count == many then
          collectgarbage()
          early, late = early or collectgarbage("count"), collectgarbage("count")
        end
      end
      assert.is_nil(next_number())
      assert.equal(owned, count)
      assert.truthy(not early or late - early < 1024)
    end)
  end
end)
