-- Reads, updates and releases against the sandbox in process, in virtual time, one in ten of them failing.

local sandboxes = require "twilio.sandbox"
local twilio = require "twilio"

local transient = { "throttle", "error", "error_after", "drop_before", "drop_after", "truncate", "late" }

-- Every kind of fault has the same share of the requests of this method that fail.
local function rules (method, probability)
  local list, left = {}, 1
  for i, kind in ipairs(transient) do
    local share = probability / #transient
    list[i] = { method = method, fault = kind, probability = share / left, seconds = kind == "late" and 3 or nil,
                retry_after = kind == "throttle" and 1 or nil }
    left = left - share
  end
  return list
end

local function sandbox_of (numbers, method)
  local sandbox = sandboxes.new{ numbers = numbers }
  sandbox:faults{ seed = 5, rules = rules(method, 0.1) }
  local client = assert(twilio.new{ account_sid = sandbox.account_sid, auth_token = sandbox.auth_token,
                                    api_url = "https://api.twilio.com", transport = sandbox })
  return sandbox, client.numbers
end

local count = 3000

describe("with one request in ten failing", function ()
  it("999 reads of 1000 succeed", function ()
    local _, numbers = sandbox_of(20, "GET")
    local failed, read = 0, 0
    for _ = 1, count / 20 do
      local page = numbers.list_incoming()
      if not page then failed = failed + 1 end
      for _, record in ipairs(page and page.incoming_phone_numbers or {}) do
        local again, err = numbers.get_incoming{ sid = record.sid }
        read = read + 1
        if not again then
          failed = failed + 1
          assert.not_equal("ambiguous", err.kind)
        end
      end
    end
    assert.truthy(read > 0.9 * count)
    assert.truthy(failed <= count / 1000)
  end)

  it("999 updates of 1000 succeed, and are there", function ()
    local _, numbers = sandbox_of(1, "POST")
    local sid = numbers.list_incoming().incoming_phone_numbers[1].sid
    local failed = 0
    for i = 1, count do
      local record, err = numbers.update_incoming{ sid = sid, friendly_name = "name " .. i }
      if record then
        assert.equal("name " .. i, numbers.get_incoming{ sid = sid }.friendly_name)
      else
        failed = failed + 1
        assert.truthy(err.maybe_applied or not err.sent or err.kind == "throttled")
      end
    end
    assert.truthy(failed <= count / 1000)
  end)

  it("999 releases of 1000 succeed, of the right numbers", function ()
    local sandbox, numbers = sandbox_of(count, "DELETE")
    local done, failed = {}, 0
    for record in numbers.each_incoming() do
      local removed, err = numbers.release{ sid = record.sid }
      if removed then done[record.sid] = true else
        failed = failed + 1
        assert.equal("ambiguous", err.kind)
      end
    end
    assert.truthy(failed <= count / 1000)
    sandbox:sleep(10)
    local gone = {}
    for _, release in ipairs(sandbox:state().releases) do gone[release.sid] = true end
    for sid in pairs(done) do assert.is_true(gone[sid]) end
  end)
end)
