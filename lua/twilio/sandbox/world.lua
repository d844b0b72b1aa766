-- The state of the sandbox: accounts and their books, the inventory, what was charged, and what is still to come.

local agenda = require "twilio.sandbox.agenda"
local book = require "twilio.sandbox.book"
local inventory = require "twilio.sandbox.inventory"
local random = require "twilio.sandbox.random"

local World = {}
World.__index = World

-- A time of whole seconds as text, kept until another second is asked for.
local function dates (format)
  local last, text
  return function (time)
    time = math.floor(time)
    if time ~= last then last, text = time, os.date(format, time) end
    return text
  end
end

--- An empty book, whose listing lags as all listings do.
function World:book ()
  return book.new(function (action) self:after(self.list_lag, action) end)
end

local function open_account (world, sid, secret, parent)
  local account = { sid = sid, parent = parent, incoming = world:book(), outgoing = world:book(),
    addresses = world:book() }
  world.accounts[sid] = account
  if sid and secret then table.insert(world.users, { name = sid, secret = secret, account = account }) end
  return account
end

--- A world as it is at the start. clock() is the wall-clock time in seconds.
local function new (settings, clock)
  local self = setmetatable({
    settings = settings, clock = clock, agenda = agenda.new(), inventory = inventory.new(settings.seed),
    draw = random.new(settings.seed + 1), accounts = {}, users = {}, known = {},
    date_of = dates("!%a, %d %b %Y %H:%M:%S +0000"), http_date_of = dates("!%a, %d %b %Y %H:%M:%S GMT"),
    owner = {}, -- phone number → the record of who owns it
    list_lag = 0, -- what there is at the start shows at once
    requests = 0, charges = {}, releases = {}, verification_calls = {}, callbacks = {}, struck = {},
  }, World)
  local main = open_account(self, settings.account_sid, settings.auth_token)
  open_account(self, settings.sub_account_sid, settings.auth_token, main)
  open_account(self, settings.test_account_sid, settings.test_auth_token).test = true
  table.insert(self.users, { name = settings.api_key, secret = settings.api_secret, account = main })
  return self
end

--- A new SID with that prefix.
function World:sid (prefix) return random.sid(self.draw, prefix) end

--- The time, as Twilio writes it in records.
function World:date (time) return self.date_of(time or self.clock()) end

--- Calls action() after so many seconds; at once for none.
function World:after (seconds, action)
  if seconds <= 0 then action() else self.agenda:add(self.clock() + seconds, action) end
end

--- Has a StatusCallback requested: { url, method, account_sid, fields }.
function World:callback (callback)
  callback.at = self.clock()
  table.insert(self.callbacks, callback)
  if self.on_status_callback then self.on_status_callback(callback) end
end

--- Writes a charge or release down.
function World:note (ledger, record)
  table.insert(ledger, { phone_number = record.phone_number, sid = record.sid, account_sid = record.account.sid,
    at = self.clock() })
end

return { new = new }
