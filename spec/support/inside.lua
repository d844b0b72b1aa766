-- The sandbox in process, for its own specs: requests as a client would build them, without the client.
--
--   local inside = require("spec.support.inside").new{ numbers = 3 }
--   inside.get("IncomingPhoneNumbers.json", { PageSize = 2 })     → the JSON's table, the status, the response
--   inside.post(path, fields)   inside.delete(path)   inside.send(method, path, options)
--   inside.sandbox   inside.number(country, type) → a number for sale   inside.buy(fields) → the record

local cjson = require "cjson"
local form = require "twilio.sandbox.form"
local sandbox = require "twilio.sandbox"

local function encode (fields)
  local names, parts = {}, {}
  for name in pairs(fields or {}) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do parts[i] = form.encode(name) .. "=" .. form.encode(tostring(fields[name])) end
  return table.concat(parts, "&")
end

--- An account as requests carry it: it tells whether a user and secret are its own, never what they are.
local function account (user, secret)
  return { matches = function (_, u, s) return u == user and s == secret end }
end

local function new (config)
  local box = sandbox.new(config)
  local self = { sandbox = box, account = account }
  local main = account(box.account_sid, box.auth_token)

  -- options: query, body (fields), account, account_sid, timeout
  function self.send (method, path, options)
    options = options or {}
    local query = encode(options.query)
    return box:send{
      method = method, account = options.account or main, timeout = options.timeout,
      url = "https://api.twilio.com/2010-04-01/Accounts/" .. (options.account_sid or box.account_sid) .. "/" .. path
        .. (query ~= "" and "?" .. query or ""),
      body = options.body and encode(options.body), headers = {},
    }
  end

  local function value (response, failure)
    if not response then return nil, failure end
    return response.body ~= "" and cjson.decode(response.body) or nil, response.status, response
  end

  function self.get (path, query) return value(self.send("GET", path, { query = query })) end
  function self.post (path, body) return value(self.send("POST", path, { body = body or {} })) end
  function self.delete (path) return value(self.send("DELETE", path)) end

  --- Follows a host-relative URI, as next_page_uri is.
  function self.follow (uri)
    return value(box:send{ method = "GET", account = main, headers = {}, url = "https://api.twilio.com" .. uri })
  end

  function self.number (country, type, query)
    query = query or {}
    query.PageSize = 1
    local found = self.get("AvailablePhoneNumbers/" .. (country or "US") .. "/" .. (type or "Local") .. ".json", query)
    return found.available_phone_numbers[1].phone_number
  end

  function self.buy (fields)
    fields = fields or {}
    fields.PhoneNumber = fields.PhoneNumber or self.number()
    local record, status = self.post("IncomingPhoneNumbers.json", fields)
    assert(status == 201, record.message)
    return record
  end

  return self
end

return { new = new, account = account }
