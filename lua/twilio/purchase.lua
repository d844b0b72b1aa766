-- Buying safely. What makes it safe is Twilio's own rule: a number cannot be bought twice, and buying one that is owned
-- already acts as an update. So a doubted purchase of a known number may be looked for and, where it is not found,
-- asked for again. A purchase by area code has no such rule; it is made into one of a known number.

local core = require "twilio.core"
local errors = require "twilio.errors"

-- Did the account have the number before the round began? By its date, on the server's clock; nil where either is not
-- known.
local function owned_before (call, since, record)
  local created = core.date(record.date_created)
  if not (created and since) then return nil end
  return created < since - call.world.times.skew
end

-- Looks, with so many attempts at most. The record of exactly this number, and info; or nil and err where even that is
-- not known; or nil, nil, info. The list's filter also matches parts and patterns.
local function find (call, order, attempts)
  local page, info = call:read(order.list, attempts)
  if not page then return nil, info end
  for _, record in ipairs(page.incoming_phone_numbers) do
    if record.phone_number == order.phone_number and tostring(record.sid):find("^PN") then return record, info end
  end
  return nil, nil, info
end

-- Tells on_intent of the purchase, before its first byte. An error in it is the caller's, and stops the purchase.
local function intend (call, order)
  if not order.on_intent then return end
  order.on_intent{ operation = order.request.operation, phone_number = order.phone_number,
                   account_sid = order.request.account_sid, since = call:server_time(call:now()) }
end

-- Buys what is intended.
local function pursue (call, order)
  local round = call:round(order.request)
  local function before (record) return owned_before(call, call:server_time(round.began), record) end
  -- The record that shows that it was done. One that is not new shows that the number is ours, but not that settings
  -- which came with this purchase are the number's now.
  local function look (attempts)
    local record, info = find(call, order, attempts)
    if record and order.settings and before(record) ~= false then return nil end
    return record, info
  end
  local record, info, action, seen
  repeat
    record, info, action = call:run(round)
    if not record and round.doubted then  -- at the last chance one look, else for as long as it may take to show
      if action == "reconcile" then record, seen = call:settle(look) else record, seen = look() end
      if record then info = call:found(round, seen) end
    end
  until record or seen or action ~= "reconcile" or not call:again(round, info)
  if record and before(record) then info.already_owned = true end
  return record, info
end

-- Keeps a number from the calls beside this one that would draw it: both would believe to have bought it. Such a claim
-- ends where nothing was sent, with a definite refusal, or once neither this call nor another begun now can still be
-- under way.
local function claim (call, number)
  local drawn, now = call.world.drawn, call:now()
  for other, one in pairs(drawn) do
    if one.ends <= now then drawn[other] = nil end
  end
  local before = drawn[number] and drawn[number].ends
  local mine = { ends = math.max(before or 0, call.ends, now + call.world.times.money_deadline), before = before }
  drawn[number] = mine
  return mine
end

-- An earlier claim stays.
local function waive (call, number, mine)
  local drawn = call.world.drawn
  if drawn[number] == mine then drawn[number] = mine.before and { ends = mine.before } end
end

-- Buys order.phone_number by order.request; order.list is the request that lists it among the owned ones;
-- order.settings: more than the number is asked for; order.on_intent is optional.
-- Answers record, info; or nil, err. An err that is not of kind ambiguous means: certainly not bought.
local function buy (call, order)
  intend(call, order)
  local mine = claim(call, order.phone_number)
  local record, info = pursue(call, order)
  if not (record or info.maybe_applied) then waive(call, order.phone_number, mine) end
  return record, info
end

local candidates = 5

-- Takes one of the numbers out of the list and claims it: at random, since rivals see the same list; and none that this
-- client is after in a call beside this one.
local function draw (call, numbers)
  while #numbers > 0 do
    local number = table.remove(numbers, math.floor(call.world.random() * #numbers) + 1).phone_number
    local other = number and call.world.drawn[number]
    if type(number) == "string" and not (other and other.ends > call:now()) then return number, claim(call, number) end
  end
end

-- What comes before a candidate's first byte: its order, and the intent told; or nil, err.
local function prepare (call, order_for, number)
  local order, err = order_for(number)
  if order then intend(call, order) end
  return order, err
end

-- What the first search finds that finds something; or nil, err.
local function search (call, searches)
  for _, request in ipairs(searches) do
    local page, err = call:run(call:round(request))
    if not page and err.kind ~= "not_found" then return nil, err end
    if page and #page.available_phone_numbers > 0 then return page.available_phone_numbers end
  end
  return {}
end

-- Buys some number that one of the searches (requests, tried in order) finds; order_for(phone_number) makes its order
-- (or nil, err). The next candidate's turn comes only after a definite refusal, never after doubt, and not when the
-- account had the number already either (another process of its owner may have been faster): that is a date's word
-- against a charge, so the caller is told, as ever, by already_owned.
local function choose (call, searches, order_for)
  local numbers, err = search(call, searches)
  if not numbers then return nil, err end
  local found = #numbers > 0
  for _ = 1, candidates do
    local number, mine = draw(call, numbers)
    if not number then break end
    local ok, order, none = pcall(prepare, call, order_for, number)
    if not (ok and order) then
      waive(call, number, mine)
      if not ok then error(order, 0) end
      return nil, none
    end
    local record, info = pursue(call, order)
    if record then return record, info end
    err = info
    if err.maybe_applied then err.retryable = false else waive(call, number, mine) end
    if err.kind ~= "not_available" then return nil, err end
  end
  return nil, err or errors.of({ kind = "not_available", retryable = found, message = found and
                                 "calls of this client are after every number that was found" or
                                 "no number in this area code is for sale" }, searches[1])
end

-- After a crash: "bought", record, info; "not_found_yet", nil, info; or "unknown", err. `order` has list, phone_number
-- and since.
local function reconcile (call, order)
  local record, info, seen = find(call, order)
  if record then
    info.already_owned = owned_before(call, order.since, record) or nil
    return "bought", call:finish(record, info)
  elseif info then
    call:finish(nil, info)
    return "unknown", info
  end
  return "not_found_yet", call:finish(nil, seen)
end

return { buy = buy, choose = choose, reconcile = reconcile }
