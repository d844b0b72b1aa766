-- What this client costs, decoded to tables: the counterpart of peer.c.
--   lua bench/ours.lua get|post|flight|list|cold|burst N ORIGIN CA_FILE [CA_PATH]

local twilio = require "twilio"

local mode, n, origin, ca_file, ca_path = arg[1], tonumber(arg[2]), arg[3], arg[4], arg[5]
if ca_path then ca_file = nil end

local client = assert(twilio.new{ account_sid = "AC" .. ("0"):rep(32), auth_token = ("0"):rep(32), api_url = origin,
                                  ca_file = ca_file, ca_path = ca_path, proxy = "" })
local numbers = client.numbers
local sid = "PN" .. ("0"):rep(32)

local function get () return assert(numbers.get_incoming{ sid = sid }).sid == sid end

local function post ()
  return assert(numbers.update_incoming{ sid = sid, friendly_name = "An example ü" }).sid == sid
end

local modes = {}

function modes.get () for _ = 1, n do assert(get()) end end
function modes.post () for _ = 1, n do assert(post()) end end

function modes.flight ()
  local group = client:tasks{ concurrency = 32 }
  for _ = 1, n do group:add(get) end
  for _, result in ipairs(group:wait()) do assert(result[1], result[2]) end
end

function modes.list ()
  local count = 0
  for _ in numbers.each_incoming{ page_size = 1000 } do count = count + 1 end
  assert(count == 1000 * n, count)
end

modes.cold, modes.burst = modes.get, modes.flight

modes[mode]()
client:close()
