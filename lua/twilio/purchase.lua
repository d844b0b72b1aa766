-- Buying safely. What makes it safe is Twilio's own rule: a number cannot be bought twice, and buying one that is owned
-- already acts as an update. So a doubted purchase of a known number may be looked for and, where it is not found,
-- asked for again. A purchase by area code has no such rule; it is made into one of a known number.

local date = require "twilio.date"
local errors = require "twilio.errors"

-- Did the account have the number before the round began? By its date, on the server's clock.
local function owned_before (call, since, record)
  local created = date.parse(record.date_created)
  return created ~= nil and since ~= nil and created < since - call.world.times.skew
end

-- Looks once. The record of exactly this number, or nil, and then err where even that is not known. The list's filter
-- also matches parts and patterns.
local function find (call, order)
  local page, err = call:read(order.list)
  if not page then return nil, err end
  for _, record in ipairs(page.incoming_phone_numbers) do
    if record.phone_number == order.phone_number then return record end
  end
  return nil
end

-- Buys order.phone_number by order.request; order.list is the request that lists it among the owned ones;
-- order.on_intent (optional) is told before the first byte, and an error in it is the caller's and stops here.
-- Answers record, info; or nil, err. An err that is not of kind ambiguous means: certainly not bought.
local function buy (call, order)
  local round = call:round(order.request)
  if order.on_intent then
    order.on_intent{ operation = order.request.operation, phone_number = order.phone_number,
                     account_sid = order.request.account_sid, since = call:server_time(round.began) }
  end
  while true do
    local record, info, action = call:run(round)
    if not record then
      if not round.doubted then return nil, info end
      local err = info
      if action == "reconcile" then record = call:settle(find, order) else record = find(call, order) end
      if record then
        info = call:found(round)
      else
        local may = action == "reconcile"
        if may then may, err.reason = call:again(round) end
        if not may then return nil, err end
      end
    end
    if record then
      if owned_before(call, call:server_time(round.began), record) then info.already_owned = true end
      return record, info
    end
  end
end

local candidates = 5

-- Takes one of the list's numbers out of it, at random: rivals who see the same list should not all want the first.
local function draw (call, numbers)
  local i = math.floor(call.world.random() * #numbers) + 1
  return table.remove(numbers, i)
end

-- Buys some number that one of the searches (requests, tried in order) finds. order_for(phone_number) makes an order.
-- The next candidate's turn comes only after a definite refusal, never after doubt.
local function choose (call, searches, order_for)
  local numbers = {}
  for _, search in ipairs(searches) do
    local page, err = call:read(search)
    if page then numbers = page.available_phone_numbers
    elseif err.kind ~= "not_found" then return nil, err
    end
    if #numbers > 0 then break end
  end
  local refusal
  for _ = 1, math.min(candidates, #numbers) do
    local record, answer = buy(call, order_for(draw(call, numbers).phone_number))
    if record then return record, answer end
    answer.retryable = answer.retryable and not answer.maybe_applied
    if answer.kind ~= "not_available" then return nil, answer end
    refusal = answer
  end
  return nil, refusal or errors.of({ kind = "not_available", message = "no number in this area code is for sale",
                                     sent = false, attempts = 0, retryable = false,
                                     elapsed = call:now() - call.started }, searches[1])
end

-- After a crash: "bought", record, info; "not_found_yet"; or "unknown", err. `order` has list, phone_number and since.
local function reconcile (call, order)
  local record, err = find(call, order)
  if record then return "bought", record, { already_owned = owned_before(call, order.since, record) or nil } end
  if err then return "unknown", err end
  return "not_found_yet"
end

return { buy = buy, choose = choose, reconcile = reconcile }
