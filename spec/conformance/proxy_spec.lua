local cjson = require "cjson"
local core = require "twilio.core"
local judges = require "spec.conformance.judge"
local sandboxes = require "spec.support.sandbox"
local twilio = require "twilio"

local function first (page, key) return assert(assert(page)[key][1]) end

-- Every operation once or more, as an account's days may go, good and bad.
local function life (numbers, server)
  for country in numbers.each_countries() do assert(numbers.get_country{ country_code = country.country_code }) end
  local types = { "local", "toll_free", "mobile", "national", "voip", "shared_cost", "machine_to_machine" }
  for _, country in ipairs{ "US", "CA", "GB", "DE", "AU" } do
    for _, kind in ipairs(types) do numbers["search_" .. kind]{ country_code = country } end
  end

  local address = assert(numbers.create_address{ customer_name = "Example Ltd", street = "1 High Street",
    city = "London", region = "London", postal_code = "SW1A 1AA", iso_country = "GB", friendly_name = "Office" })
  assert(numbers.get_address{ sid = address.sid })
  assert(numbers.update_address{ sid = address.sid, street_secondary = "Second floor" })
  assert(numbers.list_addresses{ iso_country = "GB" })

  local found = first(numbers.search_local{ country_code = "US", area_code = 415 }, "available_phone_numbers")
  local number = assert(numbers.buy{ phone_number = found.phone_number, voice_url = "https://example.com/voice" })
  assert(numbers.buy{ phone_number = found.phone_number })
  assert(numbers.buy{ area_code = 415 })
  found = first(numbers.search_local{ country_code = "US", in_region = "NY" }, "available_phone_numbers")
  assert(numbers.buy_local{ phone_number = found.phone_number })
  found = first(numbers.search_mobile{ country_code = "GB" }, "available_phone_numbers")
  assert(numbers.buy_mobile{ phone_number = found.phone_number, address_sid = address.sid })
  found = first(numbers.search_toll_free{ country_code = "US" }, "available_phone_numbers")
  assert(numbers.buy_toll_free{ phone_number = found.phone_number })
  assert(numbers.get_incoming{ sid = number.sid })
  assert(numbers.update_incoming{ sid = number.sid, sms_url = "https://example.com/sms", friendly_name = "Front desk",
    emergency_address_sid = address.sid })
  assert(numbers.update_incoming{ sid = number.sid, sms_url = "", voice_url = "" })
  for _, kind in ipairs{ "", "_local", "_mobile", "_toll_free" } do
    for page in numbers["pages_incoming" .. kind]{ page_size = 1 } do
      assert(#page.incoming_phone_numbers <= 1)
    end
  end
  assert(numbers.list_dependent_numbers{ address_sid = address.sid })

  local add_on = assert(numbers.assign_add_on{ resource_sid = number.sid,
    installed_add_on_sid = "XE" .. ("c"):rep(32) })
  assert(numbers.list_add_ons{ resource_sid = number.sid })
  assert(numbers.get_add_on{ resource_sid = number.sid, sid = add_on.sid })
  local extension = first(numbers.list_add_on_extensions{ resource_sid = number.sid,
    assigned_add_on_sid = add_on.sid }, "extensions")
  assert(numbers.get_add_on_extension{ resource_sid = number.sid, assigned_add_on_sid = add_on.sid,
    sid = extension.sid })
  assert(numbers.remove_add_on{ resource_sid = number.sid, sid = add_on.sid })

  assert(numbers.add_outgoing{ phone_number = "+14155550199", friendly_name = "My phone" })
  local caller
  for _ = 1, 200 do
    caller = numbers.each_outgoing{ phone_number = "+14155550199" }()
    if caller then break end
    core.sleep(0.05)
  end
  assert(numbers.get_outgoing{ sid = caller.sid })
  assert(numbers.update_outgoing{ sid = caller.sid, friendly_name = "Mine" })
  assert(numbers.remove_outgoing{ sid = caller.sid })

  assert(not numbers.release{ sid = number.sid })  -- an emergency address holds it
  assert(numbers.update_incoming{ sid = number.sid, emergency_address_sid = "" })
  assert(numbers.release{ sid = number.sid })
  assert(not numbers.get_incoming{ sid = number.sid })
  assert(not numbers.buy{ phone_number = "+14150000000" })
  local spare = assert(numbers.create_address{ customer_name = "Example Ltd", street = "2 High Street",
    city = "London", region = "London", postal_code = "SW1A 1AA", iso_country = "GB" })
  assert(numbers.delete_address{ sid = spare.sid })
  server:faults{ rules = { { fault = "throttle", probability = 1 } } }
  assert(not numbers.list_incoming{ deadline = 0.2 })
end

describe("Prism between the client and the sandbox", function ()
  if not judges.description() then
    pending("judges every operation and answer (run by make conformance)")
    return
  end

  local server, judge, client
  local touched, violations, statuses = {}, {}, {}

  lazy_setup(function ()
    server = sandboxes.start()
    judge = judges.start(server.url)
    client = assert(twilio.new{ account_sid = server.account_sid, auth_token = server.auth_token,
      api_url = judge.url, transport = judge:transport() })
    life(client.numbers, server)
    for _, exchange in ipairs(judge.seen) do
      touched[exchange.operation] = true
      statuses[exchange.status] = true
      for _, violation in ipairs(exchange.violations) do
        violations[exchange.operation] = violations[exchange.operation] or {}
        table.insert(violations[exchange.operation], cjson.encode(violation))
      end
    end
  end)

  lazy_teardown(function ()
    if judge then judge:stop() end
    if server then server:stop() end
  end)

  for _, row in ipairs(core.operations()) do
    it("finds no fault with " .. row.operation_id .. ", neither way", function ()
      assert.is_true(touched[row.name], "it was not called")
      assert.equal("", table.concat(violations[row.name] or {}, "\n"))
    end)
  end

  it("finds fault with an answer that is wrong", function ()
    server:faults{ rules = { { fault = "garbage", probability = 1 } } }
    assert.is_nil(client.numbers.list_outgoing{ deadline = 0.2 })
    assert.is_true(#judge.seen[#judge.seen].violations > 0)
  end)

  it("saw successes and failures", function ()
    for _, status in ipairs{ 200, 201, 204, 400, 404, 409, 429 } do assert.is_true(statuses[status], status) end
  end)
end)
