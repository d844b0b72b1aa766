-- A world (world.lua) behind a whole client: a transport that reads its requests off the wire and answers in HTTP.

local worlds = require "spec.model.world"

local function quoted (text) return '"' .. text .. '"' end

local function number_json (record)
  return ('{"sid":%s,"phone_number":%s,"date_created":%s}'):format(quoted(record.sid), quoted(record.phone_number),
                                                                  quoted(record.date_created))
end

local function page (key, rows)
  return ('{"%s":[%s],"next_page_uri":null}'):format(key, table.concat(rows, ","))
end

local function body_of (answer, key)
  if answer.record then return number_json(answer.record) end
  if not answer.records then return answer.status == 201 and '{"sid":"PN0000' or "<html>" end
  local rows = {}
  for i, record in ipairs(answer.records) do
    rows[i] = record.sid and number_json(record) or ('{"phone_number":%s}'):format(quoted(record.phone_number))
  end
  return page(key, rows)
end

-- world.numbers is what is on offer.
local function transport (world)
  local self = {}
  function self.now () return world.clock end
  function self.sleep (_, seconds) world:advance(seconds) end
  function self.close () end
  function self.send (_, request)
    local answer, key
    if request.method == "POST" then
      answer = world:post("+" .. request.body:match("PhoneNumber=%%2B(%d+)"), request.timeout)
    elseif request.url:find("AvailablePhoneNumbers/US", 1, true) then
      answer, key = world:search(world.numbers), "available_phone_numbers"
    else
      answer, key = world:list("+" .. request.url:match("PhoneNumber=%%2B(%d+)")), "incoming_phone_numbers"
    end
    if not answer.status then
      return nil, { kind = "network", message = "lost", sent = answer.sent, transient = true }
    end
    local body = answer.code and ('{"code":%d,"message":"refused"}'):format(answer.code) or body_of(answer, key)
    return { status = answer.status, headers = { date = worlds.date_of(world.clock, "GMT") }, body = body,
             sent = answer.sent }
  end
  return self
end

return { transport = transport }
