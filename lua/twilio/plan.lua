-- A plan: what a call needs before anything is sent. { request; params, the caller's without settings but those of the
-- path; options, see given.lua }. Every function here answers a plan; nil, err; or nil, message for a mistake in the
-- caller's code.

local core = require "twilio.core"
local errors = require "twilio.errors"
local givens = require "twilio.given"
local retry = require "twilio.retry"

-- A request of this session, by the account that the call's options name.
local function build (session, name, options, params)
  local request, err = core.request(name, options.account, params)
  if not request then
    if type(err) == "string" then return nil, err end
    err.operation, err.attempts, err.sent, err.retryable = name, 0, false, false
    return nil, errors.new(err)
  end
  request.headers["User-Agent"] = session.settings.user_agent
  local class = retry.classes[request.class]
  if not class.reads then
    -- What must not go out twice: libcurl, for one, repeats a request by itself when a kept connection dies.
    request.guard = not class.repeats
    request.fresh = request.guard and request.class ~= "transfer"
    request.account_sid = options.account_sid or options.account:sid()
  end
  return request
end

-- The call `name`, Lua's or the connector's, of this operation row.
local function of_call (session, row, name, given)
  if session.closed then
    return nil, errors.new{ kind = "closed", message = "the client is closed", operation = name, attempts = 0,
                            sent = false, retryable = false }
  end
  local params, options = givens.split_call(session.settings, row, given, name == row.alias)
  if not params then return nil, options end
  local request, err = build(session, name, options, params)
  if not request then return nil, err end
  return { request = request, params = params, options = options }
end

-- Another request of the plan's call: same account, same version of the API.
local function beside (session, plan, name, params)
  local options = plan.options
  params.account_sid = params.account_sid or options.account_sid
  params.api_version = options.api_version
  return build(session, name, options, params)
end

-- The page of the plan's listing that `uri` leads to.
local function of_next (session, plan, uri)
  local request, err = core.follow(plan.request, uri)
  if not request then return nil, errors.of(err, plan.request) end
  request.headers["User-Agent"] = session.settings.user_agent
  return { request = request, params = plan.params, options = plan.options }
end

-- As many rows at a time as are wanted, up to as many as suit the session.
local function page_size (session, options)
  return options.page_size or math.min(session.settings.page_size, options.limit or session.settings.page_size)
end

-- The first page of a walk, and { key, limit, uri, prefetch } for its pager.
local function of_walk (session, row, given)
  local rest, options = givens.split_walk(row, given)
  if not rest then return nil, options end
  rest.page_size = row.paged and page_size(session, options) or options.page_size
  local plan, err = of_call(session, row, row.name, rest)
  if not plan then return nil, err end
  if options.uri then plan = of_next(session, plan, options.uri) end
  if not plan then return nil, givens.bad(row, "resume", "must be a next_page_uri of this listing") end
  options.key = row.list_key
  return plan, options
end

-- A function that makes the plans of a walk through a search, of the pattern it is given, and { contains, area_code,
-- limit, page_size } for searcher.lua. Twilio may give no more than thirty rows, whatever it is asked for.
local function of_search (session, row, given)
  local rest, options = givens.split_walk(row, given)
  if not rest then return nil, options end
  rest.page_size = page_size(session, options)
  local plan, err = of_call(session, row, row.name, rest)
  if not plan then return nil, err end
  options.contains, options.area_code = givens.pick(rest, "contains"), givens.pick(rest, "area_code")
  local params = givens.without(plan.params, "contains", "account_sid", "api_version")
  return function (contains)
    params.contains = contains
    local request, wrong = beside(session, plan, row.name, params)
    if not request then return nil, wrong end
    return { request = request, params = params, options = plan.options }
  end, options
end

return { of_call = of_call, of_next = of_next, of_walk = of_walk, of_search = of_search, beside = beside }
