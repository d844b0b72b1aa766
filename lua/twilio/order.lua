-- The calls that are more than one request: what purchase.lua and transfer.lua need to know beside the request itself.
-- Each function is order(session, call, plan) → value, info | nil, err, by the class of the plan's request.

local givens = require "twilio.given"
local plans = require "twilio.plan"
local purchase = require "twilio.purchase"
local transfers = require "twilio.transfer"

-- Does the request's form hold more than one thing?
local function has_settings (request)
  return request.body:find("&", 1, true) ~= nil
end

local function of_number (session, plan, request)
  local number = request.phone_number
  local list, err = plans.beside(session, plan, "list_incoming", { phone_number = number, page_size = 20 })
  if not list then return nil, err end
  return { request = request, list = list, phone_number = number, settings = has_settings(request),
           on_intent = plan.options.on_intent or session.settings.on_intent }
end

local toll_free = { ["800"] = true, ["833"] = true, ["844"] = true, ["855"] = true, ["866"] = true, ["877"] = true,
                    ["888"] = true }

-- An area code says nothing about the country, but whether it is toll-free. The more candidates there are, the fewer
-- rivals want the same.
local function searches_of (session, plan, code)
  local function search (name, country)
    return plans.beside(session, plan, name, { country_code = country, area_code = code, page_size = 100 })
  end
  if toll_free[code] then return { search("search_toll_free", "US") } end
  return { search("search_local", "US"), search("search_local", "CA") }
end

local function by_area (session, call, plan)
  local params = givens.without(plan.params, "area_code", "phone_number", "account_sid", "api_version")
  local searches = searches_of(session, plan, plan.request.area_code)
  local record, info = purchase.choose(call, searches, function (phone_number)
    params.phone_number = phone_number
    local request, err = plans.beside(session, plan, plan.request.operation, params)
    if not request then return nil, err end
    return of_number(session, plan, request)
  end)
  if record or info.code ~= 20008 or info.operation == plan.request.operation then return record, info end
  -- Twilio's test credentials may not search; what they buy, by any area code, is make-believe. on_intent does not hear
  -- of it: it costs nothing, and there is no number to look for afterwards.
  record, info = call:run(call:round(plan.request))
  if not record and info.maybe_applied then info.retryable = false end
  return record, info
end

local function buy (session, call, plan)
  if not plan.request.phone_number then return by_area(session, call, plan) end
  local order, err = of_number(session, plan, plan.request)
  if not order then return nil, err end
  return purchase.buy(call, order)
end

local function transfer (session, call, plan)
  local target = givens.pick(plan.params, "transfer_to")
  local there, err = plans.beside(session, plan, "get_incoming", { sid = plan.request.sid, account_sid = target })
  if not there then return nil, err end
  return transfers.transfer(call, { request = plan.request, there = there, target = target,
                                     settings = has_settings(plan.request) })
end

-- "bought", record, info; "not_found_yet", nil, info; or "unknown", err. The intent is that of a purchase, which is
-- made up anew, checks and all, and looked for.
local function reconcile (session, call, intent)
  local plan, order, err
  plan, err = plans.of_call(session, { class = "buy" }, "buy", { phone_number = intent.phone_number,
                                                               account_sid = intent.account_sid })
  if plan then order, err = of_number(session, plan, plan.request) end
  if not order then return "unknown", err end
  order.since = intent.since
  return purchase.reconcile(call, order)
end

return { buy = buy, transfer = transfer, reconcile = reconcile }
