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

-- A tree of path segments; "*" stands for any.
local root = {}
for _, row in ipairs(rows) do
  local node = root
  for segment in row[2]:gmatch("[^/]+") do
    node[segment] = node[segment] or {}
    node = node[segment]
  end
  node.methods = node.methods or {}
  node.methods[row[1]] = row
end

--- The methods of a path (without its suffix) as a table from method to row, and what its variable segments are; or
--- nil.
local function find (path)
  local node, captures = root, {}
  for segment in path:gmatch("[^/]+") do
    local child = segment ~= "methods" and segment ~= "*" and node[segment] or nil
    if not child then
      child = node["*"]
      captures[#captures + 1] = segment
    end
    if not child then return nil end
    node = child
  end
  return node.methods, captures
end

return { find = find }
