-- IncomingPhoneNumbers: buying, configuring, listing, releasing and transferring numbers.

local number = require "twilio.sandbox.number"
local pages = require "twilio.sandbox.pages"
local patterns = require "twilio.sandbox.patterns"
local reply = require "twilio.sandbox.reply"

-- To test credentials one number is invalid, one is for sale (again and again: nothing changes), no other is.
local INVALID, MAGIC = "+15005550001", "+15005550006"
local magic_kind = { country = "US", type = "local", address = "none", beta = false, voice = true, sms = true,
  mms = true, fax = false }

local function update_record (world, record, changes)
  record.account.incoming:changing(record)
  number.apply(record, changes)
  record.updated = world:date()
end

--- Gives an account a number, as at the start: no charge.
local function own (world, account, phone_number)
  local _, kind = world.inventory:describe(phone_number)
  local record = number.draft(world, account, phone_number, kind)
  world.inventory:take(phone_number)
  world.owner[phone_number] = record
  account.incoming:add(record)
  return record
end

-- What Twilio asks of a buyer in some countries: an error to answer, or nil.
local function missing_papers (kind, new, account)
  local address = new.address_sid and account.addresses:get(new.address_sid)
  if kind.address == "any" and not address then
    return reply.bad(21631, "Phone Number Requires an Address")
  elseif kind.address == "local" and not (address and address.iso_country == kind.country) then
    return reply.bad(21615, "Phone Number Requires a Local Address")
  elseif kind.address == "foreign" and not (address and address.iso_country ~= kind.country) then
    return reply.bad(21631, "Phone Number Requires an Address outside its country")
  elseif kind.bundle and not new.bundle_sid then
    return reply.bad(21649, "Bundle required and not provided")
  end
end

local function not_available (phone_number) return reply.bad(21422, phone_number .. " is not available") end

-- The number that a purchase is about; or nil and the error to answer.
local function wanted_number (call, type)
  local phone_number, area_code, test = call.form.PhoneNumber, call.form.AreaCode, call.account.test
  if phone_number and phone_number ~= "" then
    if not phone_number:find("^%+[1-9]%d%d%d%d%d%d%d+$") or #phone_number > 16
      or test and phone_number == INVALID then
      return nil, reply.bad(21421, phone_number .. " is not a valid number")
    end
    return phone_number
  elseif not area_code or area_code == "" then
    return nil, reply.bad(400, "did or area_code is required")
  elseif type then
    return nil, reply.bad(21457, "AreaCode Parameter not Supported")
  elseif not area_code:find("^[2-9]%d%d$") then
    return nil, reply.bad(21451, area_code .. " is not a valid area code")
  elseif test and area_code == "500" then
    return MAGIC
  end
  local inventory = call.world.inventory
  for _, country in ipairs(test and {} or inventory.countries) do
    for _, kind in ipairs(country.types) do
      local found
      inventory:each(kind, function (block) return block.area_code == area_code end, function () return true end,
        function (candidate) found = candidate return true end)
      if found then return found end
    end
  end
  return nil, reply.bad(21452, "No phone numbers found in area code " .. area_code)
end

-- Buying what the account owns already is an update that answers like a purchase.
local function buy_again (call, record)
  local changes, err = number.read_changes(call, record)
  if not changes then return err end
  update_record(call.world, record, changes)
  if call.world.settings.rebuy == "new" then record.created = record.updated end
  return reply.ok(number.encode(record), 201)
end

--- POST IncomingPhoneNumbers, and its Local, Mobile and TollFree
local function buy (call, type)
  local world, account = call.world, call.account
  local phone_number, err = wanted_number(call, type)
  if not phone_number then return err end
  local owned = world.owner[phone_number]
  if owned and owned.account == account then return buy_again(call, owned) end

  local magic = account.test and phone_number == MAGIC
  if not magic and (account.test or not world.inventory:has(phone_number)) then return not_available(phone_number) end
  local kind = magic_kind
  if not magic then kind = select(2, world.inventory:describe(phone_number)) end
  if type and type ~= kind.type then return reply.bad(21458, "PhoneNumber Provisioning Type Mismatch") end
  local changes
  changes, err = number.read_changes(call, nil)
  if not changes then return err end
  err = missing_papers(kind, changes.settings, account)
  if err then return err end

  local record = magic and number.draft(world, account, phone_number, kind) or own(world, account, phone_number)
  number.apply(record, changes)
  if not magic then world:note(world.charges, record) end
  return reply.ok(number.encode(record), 201)
end

--- GET IncomingPhoneNumbers, and its Local, Mobile and TollFree
local function list (call, type)
  local query = call.query
  local pattern = query.PhoneNumber ~= "" and query.PhoneNumber or nil
  local exact = pattern and call.world.inventory:describe(pattern) and pattern or nil
  local matches = pattern and not exact and patterns.compile(pattern)
  if pattern and not exact and not matches then return reply.bad(400, "Invalid Pattern") end
  local name = query.FriendlyName ~= "" and query.FriendlyName or nil
  local passes
  if type or matches or name or query.Beta == "false" or query.Origin == "hosted" then
    passes = function (record)
      return (not type or record.kind.type == type) and (not name or number.name_of(record) == name)
        and not (query.Beta == "false" and record.kind.beta) and query.Origin ~= "hosted"
        and (not matches or matches(record.phone_number))
    end
  end
  return pages.list(call, call.account.incoming, { key = "incoming_phone_numbers", encode = number.encode,
    passes = passes, exact = exact, filters = { "Beta", "FriendlyName", "PhoneNumber", "Origin" } })
end

local function find (call) return call.account.incoming:get(call.captures[1]) end

--- GET IncomingPhoneNumbers/{Sid}
local function get (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  return reply.ok(number.encode(record))
end

-- The account that a number is to go to; or nil and the error to answer.
local function receiver (call, sid)
  if not sid:find("^AC%x+$") or #sid ~= 34 then return nil, reply.bad(21470, "Invalid AccountSid " .. sid) end
  local target, from = call.world.accounts[sid], call.account
  if not target then return nil, reply.bad(21471, "Account " .. sid .. " does not exist") end
  if target ~= from and target.parent ~= from and from.parent ~= target then
    return nil, reply.bad(21473, "AccountSid " .. sid .. " is not related to the owner of the phone number")
  elseif call.user.parent then
    return nil, reply.bad(21474, "API User must be the parent account to transfer phone numbers")
  end
  return target
end

-- Moves a record to another account's book, under its SID.
local function transfer (world, record, target)
  local moved = { sid = record.sid, account = target, phone_number = record.phone_number, kind = record.kind,
    created = record.created, updated = record.updated, friendly_name = record.friendly_name,
    settings = record.settings, add_ons = record.add_ons }
  record.account.incoming:remove(record)
  target.incoming:add(moved)
  world.owner[record.phone_number] = moved
  return moved
end

--- POST IncomingPhoneNumbers/{Sid}
local function update (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  local changes, err = number.read_changes(call, record)
  if not changes then return err end
  local target
  if (call.form.AccountSid or "") ~= "" then
    target, err = receiver(call, call.form.AccountSid)
    if not target then return err end
  end
  update_record(call.world, record, changes)
  if target and target ~= record.account then record = transfer(call.world, record, target) end
  return reply.ok(number.encode(record))
end

--- DELETE IncomingPhoneNumbers/{Sid}. The number is for sale again after a while.
local function release (call)
  local world, record = call.world, find(call)
  if not record then return reply.not_found(call.path) end
  if record.settings.emergency_address_sid then
    return reply.failure(409, 20409, "The registered emergency address must be removed first")
  end
  call.account.incoming:remove(record)
  world.owner[record.phone_number] = nil
  world:note(world.releases, record)
  world:after(world.settings.release_delay, function () world.inventory:put_back(record.phone_number) end)
  return reply.removed()
end

return { buy = buy, list = list, get = get, update = update, release = release, own = own }
