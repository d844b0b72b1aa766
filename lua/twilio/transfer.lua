-- Handing a number to another account of the same owner. A second try would miss a number that has moved already, so
-- a doubted transfer is looked for, and never sent again.

-- order.request moves the number to the account order.target; order.there is the request that fetches it from there.
-- Answers record, info; or nil, err.
local function transfer (call, order)
  local function look (attempts)
    local record, err = call:read(order.there, attempts)
    if not record then return nil, err.kind ~= "not_found" and err or nil end  -- it may come yet
    return tostring(record.account_sid):lower() == order.target:lower() and record or nil
  end
  local round = call:round(order.request)
  local value, info = call:run(round)
  if value or not round.doubted then return value, info end
  local record = call:settle(look)
  if not record then return nil, info end
  return record, call:found(round)
end

return { transfer = transfer }
