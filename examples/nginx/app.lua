-- The handler of nginx.conf. Every call waits on cosockets: the worker serves others meanwhile.

local cjson = require "cjson"
local semaphore = require "ngx.semaphore"

-- The environment's account (nginx.conf lets its names through). Nothing happens here yet: a module may be loaded in
-- any phase, a socket is opened in the handler that asks for something.
local numbers = require("twilio").numbers

local STATUS = { invalid = 400, not_found = 404, not_available = 409, internal = 500, throttled = 503, ambiguous = 504,
                 timeout = 504 }

-- Answers a value, or the client's error: its kind and message are made to be shown, and hold no secret.
local function answer (value, err)
  ngx.header.content_type = "application/json"
  if value then
    ngx.say(cjson.encode(value))
    return
  end
  ngx.status = STATUS[err.kind] or 502
  if err.retry_after then ngx.header.retry_after = math.ceil(err.retry_after) end
  ngx.say(cjson.encode{ error = err.kind, message = err.message, maybe_applied = err.maybe_applied or false })
end

-- An argument of a query or a form, given once and not empty; nil otherwise.
local function text (value)
  return type(value) == "string" and value ~= "" and value or nil
end

-- GET /numbers/available?country_code=US&area_code=415
local function available ()
  local args = ngx.req.get_uri_args()
  local page, err = numbers.search_local{
    country_code = text(args.country_code) or "US",
    area_code = text(args.area_code),
    page_size = 10,
  }
  if not page then return answer(nil, err) end
  local found = {}
  for i, number in ipairs(page.available_phone_numbers) do found[i] = number.phone_number end
  answer{ available = found }
end

-- GET /numbers/overview: two listings at the same time.
local function overview ()
  local thread = ngx.thread.spawn(numbers.list_incoming, { page_size = 50 })
  local outgoing, err = numbers.list_outgoing{ page_size = 50 }
  local _, incoming, problem = ngx.thread.wait(thread)
  if not (incoming and outgoing) then return answer(nil, err or problem) end
  answer{ incoming = #incoming.incoming_phone_numbers, outgoing = #outgoing.outgoing_caller_ids }
end

-- What a timer does with a job: calls f, and leaves what it answers in the job for whoever waits.
local function carry (premature, job, f, argument)
  if premature then
    job.err = { kind = "closed", message = "nginx is about to quit" }
  else
    local ok
    ok, job.value, job.err = pcall(f, argument)
    if not ok then   -- a mistake in the code: the visitor is not to wait for what never comes
      ngx.log(ngx.ERR, tostring(job.value))
      job.value, job.err = nil, { kind = "internal", message = "see nginx's error log", maybe_applied = true }
    end
  end
  job.done:post()
end

-- Calls f in a timer and waits for what it answers. The timer belongs to no visitor: with `lua_check_client_abort on`
-- nginx drops a handler whose visitor hangs up (off, which is the default, it lets it end), but never a timer; and an
-- nginx that reloads or quits gracefully lets both end.
-- The two share a table, and no local: nginx gives the stack of a handler that it drops to the next one, and a closure
-- of the handler's in the timer would go on writing where the locals were.
local function detached (f, argument)
  local job = { done = semaphore.new() }
  local started, why = ngx.timer.at(0, carry, job, f, argument)
  if not started then return nil, { kind = "closed", message = "no timer: " .. why } end
  -- A purchase takes 150 seconds at most, all its attempts and questions together.
  if not job.done:wait(160) then return nil, { kind = "timeout", message = "the purchase is still under way" } end
  return job.value, job.err
end

-- POST /numbers/buy with phone_number=+14155550100 (as a form: the + is %2B)
local function buy ()
  ngx.req.read_body()
  local args = ngx.req.get_post_args()
  local number, err = detached(numbers.buy, { phone_number = text(args.phone_number) })
  answer(number and { sid = number.sid, phone_number = number.phone_number }, err)
end

return { available = available, overview = overview, buy = buy }
