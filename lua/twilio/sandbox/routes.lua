-- Which request is whose: the paths under /2010-04-01/Accounts/{AccountSid}/, one row for each operation.

local add_ons = require "twilio.sandbox.add_ons"
local addresses = require "twilio.sandbox.addresses"
local available = require "twilio.sandbox.available"
local incoming = require "twilio.sandbox.incoming"
local outgoing = require "twilio.sandbox.outgoing"

-- method, path, handler, the type of a typed sub-resource
local rows = {
  { "GET", "Addresses", addresses.list },
  { "POST", "Addresses", addresses.create },
  { "GET", "Addresses/*", addresses.get },
  { "POST", "Addresses/*", addresses.update },
  { "DELETE", "Addresses/*", addresses.remove },
  { "GET", "Addresses/*/DependentPhoneNumbers", addresses.dependents },
  { "GET", "AvailablePhoneNumbers", available.countries },
  { "GET", "AvailablePhoneNumbers/*", available.country },
  { "GET", "AvailablePhoneNumbers/*/*", available.list },
  { "GET", "IncomingPhoneNumbers", incoming.list },
  { "POST", "IncomingPhoneNumbers", incoming.buy },
  { "GET", "IncomingPhoneNumbers/Local", incoming.list, "local" },
  { "POST", "IncomingPhoneNumbers/Local", incoming.buy, "local" },
  { "GET", "IncomingPhoneNumbers/Mobile", incoming.list, "mobile" },
  { "POST", "IncomingPhoneNumbers/Mobile", incoming.buy, "mobile" },
  { "GET", "IncomingPhoneNumbers/TollFree", incoming.list, "toll_free" },
  { "POST", "IncomingPhoneNumbers/TollFree", incoming.buy, "toll_free" },
  { "GET", "IncomingPhoneNumbers/*", incoming.get },
  { "POST", "IncomingPhoneNumbers/*", incoming.update },
  { "DELETE", "IncomingPhoneNumbers/*", incoming.release },
  { "GET", "IncomingPhoneNumbers/*/AssignedAddOns", add_ons.list },
  { "POST", "IncomingPhoneNumbers/*/AssignedAddOns", add_ons.assign },
  { "GET", "IncomingPhoneNumbers/*/AssignedAddOns/*", add_ons.get },
  { "DELETE", "IncomingPhoneNumbers/*/AssignedAddOns/*", add_ons.remove },
  { "GET", "IncomingPhoneNumbers/*/AssignedAddOns/*/Extensions", add_ons.list_extensions },
  { "GET", "IncomingPhoneNumbers/*/AssignedAddOns/*/Extensions/*", add_ons.get_extension },
  { "GET", "OutgoingCallerIds", outgoing.list },
  { "POST", "OutgoingCallerIds", outgoing.verify },
  { "GET", "OutgoingCallerIds/*", outgoing.get },
  { "POST", "OutgoingCallerIds/*", outgoing.update },
  { "DELETE", "OutgoingCallerIds/*", outgoing.remove },
}

-- A tree of path segments: what may follow by name, and what follows whatever its name ("any").
local function new_node () return { named = {}, any = nil, methods = nil } end

local function child (node, segment)
  if segment == "*" then
    node.any = node.any or new_node()
    return node.any
  end
  node.named[segment] = node.named[segment] or new_node()
  return node.named[segment]
end

local root = new_node()
for _, row in ipairs(rows) do
  local node = root
  for segment in row[2]:gmatch("[^/]+") do node = child(node, segment) end
  node.methods = node.methods or {}
  node.methods[row[1]] = row
end

--- The methods of a path (without its suffix) as a table from method to row, and what its variable segments are; or
--- nil.
local function find (path)
  local node, captures, from = root, {}, 1
  repeat
    local slash = path:find("/", from, true)
    local segment = path:sub(from, slash and slash - 1 or -1)
    local named = node.named[segment]
    if not named then captures[#captures + 1] = segment end
    node = named or node.any
    from = slash and slash + 1
  until not node or not slash
  return node and node.methods, captures
end

return { find = find }
