-- Opens a session: reads the settings and chooses what carries the requests. Inside nginx that is a cosocket, which
-- never blocks the worker (and libcurl is not loaded there at all); elsewhere libcurl.

local client = require "twilio.client"
local config = require "twilio.config"
local errors = require "twilio.errors"
local version = require "twilio.version"

local function inside_nginx ()
  local ngx = rawget(_G, "ngx")
  return type(ngx) == "table" and type(ngx.socket) == "table" and ngx.socket.tcp ~= nil
end

-- A transport's module; or nil and a failure, where its C is not installed: `make install-core` leaves curl.so out.
local function carrier (name)
  local found, module = pcall(require, "twilio.transport." .. name)
  if found then return module end
  if not tostring(module):find("module 'twilio.curl'", 1, true) then error(module, 0) end
  local reason = module:find("not found:", 1, true) and "it is not installed" or module:gsub("%s*\n%s*", " ")
  return nil, { kind = "config", message = "outside nginx twilio.curl is needed: " .. reason }
end

-- A session; nil, message for a table that could never be right; or nil, err.
local function open (given)
  local settings, err = config.read(given)
  if not settings then return nil, err end
  local suffix = settings.user_agent
  settings.user_agent = ("twilio-numbers-lua/%s (%s)%s"):format(version, _VERSION, suffix and " " .. suffix or "")
  local transport, own, page_size = settings.transport, false, 1000
  local nginx = inside_nginx()
  if nginx then page_size = 50 end  -- decoding a thousand records takes the worker five milliseconds
  if not transport then
    own = true
    local module
    module, err = carrier(nginx and "cosocket" or "curl")
    if module then
      transport, err = module.new{ ca_file = settings.ca_file, ca_path = settings.ca_path, proxy = settings.proxy,
                                   connect_timeout = settings.connect_timeout }
    end
    if not transport then
      settings.account:close()
      return nil, errors.new(err)
    end
  end
  settings.proxy = nil -- its URL may hold a password
  settings.page_size = page_size
  return client.new(settings, transport, own)
end

return open
