-- Handing a number to another account of the same owner. A second try would miss a number that has moved already, so
-- a doubted transfer is looked for, and never sent again.

local core = require "twilio.core"

-- Was the record changed since the round began? By its date, on the server's clock.
local function is_fresh (call, round, record)
  local updated, since = core.date(record.date_updated), call:server_time(round.began)
  return updated ~= nil and since ~= nil and updated >= since - call.world.times.skew
end

-- order.request moves the number to the account order.target; order.there is the request that fetches it from there;
-- order.settings: more than that is asked for. Answers record, info; or nil, err.
local function transfer (call, order)
  local round = call:round(order.request)
  -- A number that is there may have been there before; settings which came with this transfer are the number's only
  -- where this one moved it.
  local function look (attempts)
    local record, info = call:read(order.there, attempts)
    if not record then return nil, info.kind ~= "not_found" and info or nil end  -- it may come yet
    local there = tostring(record.account_sid):lower() == order.target:lower()
    if not there or order.settings and not is_fresh(call, round, record) then return nil end
    return record, info
  end
  local value, info = call:run(round)
  if value or not round.doubted then return value, info end
  local record, seen = call:settle(look)
  if not record then return nil, info end
  return record, call:found(round, seen)
end

return { transfer = transfer }
