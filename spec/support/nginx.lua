-- A real nginx for specs: in a scratch directory, on a free port, with the project's Lua files and core.so for LuaJIT.
--
--   local nginx = require("spec.support.nginx").start{ http = "directives of the http block", server = "of its server",
--     main = "of the file itself", workers = 1, files = { ["handler.lua"] = "…" }, environment = "NAME=value ",
--     tls = true (speak https as localhost, by the certificate nginx.ca), frame = "another nginx.conf than FRAME" }
--   In all of these $port, $directory, $top (the project) and $modules are filled in.
--   nginx.port   nginx.url   nginx.directory (where `files` are)   nginx:workers() → their process ids
--   nginx:get(path) → body, status   nginx:post(path, body) → body, status   (blocking, through libcurl)
--   nginx:reload()   nginx:log() → the error log   nginx:stop()

local core = require "twilio.core"
local curl = require "twilio.curl"
local system = require "spec.support.system"

local shell = system.shell

local Nginx = {}
Nginx.__index = Nginx

local MODULES = "/usr/lib/nginx/modules/"

local function read (path)
  local file = io.open(path, "rb")
  local text = file and file:read("*a")
  if file then file:close() end
  return text
end

local function write (path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function modules ()
  local lines = {}
  for _, name in ipairs{ "ndk_http_module.so", "ngx_http_lua_module.so" } do   -- OpenResty has both built in
    local file = io.open(MODULES .. name, "rb")
    if file then
      file:close()
      lines[#lines + 1] = "load_module " .. MODULES .. name .. ";"
    end
  end
  return table.concat(lines, "\n")
end

-- What every configuration here shares; the first line lets a root's workers read a scratch directory.
local FRAME = [[
user root;
worker_processes $workers;
pid nginx.pid;
error_log error.log notice;
$modules
$main
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  lua_package_path '$directory/?.lua;$top/lua/?.lua;$top/lua/?/init.lua;$top/?.lua;;';
  lua_package_cpath '$top/build/5.1/?.so;;';
  $http
  server {
    listen 127.0.0.1:$port backlog=4096$tls;
    client_max_body_size 64m;
    client_body_buffer_size 1m;
    $server
  }
}
]]

local TLS = " ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem"
local CERTIFICATE = "cd $directory && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 " ..
  "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>&1"

local function fill (text, values)
  return (text:gsub("%$(%l+)", values))
end

-- Starts nginx; nil where its port is taken.
local function launch (self, given)
  self.port = 20000 + math.floor(core.random() * 12000)   -- below those that the system hands out
  local values = { port = self.port, directory = self.directory, top = self.top, modules = modules(),
                   workers = given.workers or 1, tls = given.tls and TLS or "" }
  values.main, values.http, values.server = fill(given.main or "", values), fill(given.http or "", values),
    fill(given.server or "", values)
  write(self.directory .. "/nginx.conf", fill(given.frame or FRAME, values))
  local said = shell(self.command .. " 2>&1; echo $?")
  if said:match "%d+$" == "0" then return true end
  assert(said:find("in use", 1, true) or said:find("bind()", 1, true), said)
end

local function start (given)
  local self = setmetatable({ directory = shell "mktemp -d", top = shell "pwd" }, Nginx)
  self.command = ("PATH=$PATH:/usr/sbin %s nginx -p %s/ -c nginx.conf -e error.log")
    :format(given.environment or "", self.directory)
  for name, text in pairs(given.files or {}) do write(self.directory .. "/" .. name, text) end
  if given.tls then
    shell(fill(CERTIFICATE, self))
    self.ca = self.directory .. "/cert.pem"
  end
  repeat until launch(self, given)
  self.url = given.tls and "https://localhost:" .. self.port or "http://127.0.0.1:" .. self.port
  local sid = "AC" .. ("0"):rep(32)
  self.account = assert(core.account{ account_sid = sid, user = sid, secret = "none", api_url = self.url })
  self.pool = assert(curl.pool{ proxy = "", ca_file = self.ca })
  return self
end

local function request (self, method, path, body)
  return { method = method, url = self.url .. path, headers = {}, body = body, account = self.account, timeout = 60 }
end

local function answer (response, failure)
  if not response then return nil, failure.message end
  return response.body, response.status
end

function Nginx:get (path) return answer(self.pool:perform(request(self, "GET", path))) end
function Nginx:post (path, body) return answer(self.pool:perform(request(self, "POST", path, body))) end

-- The same begun (a POST where there is a body), and waited for; `nginx.pool:step(seconds)` lets it go on meanwhile.
function Nginx:begin (path, body)
  return assert(self.pool:start(request(self, body and "POST" or "GET", path, body)))
end
function Nginx.wait (_, exchange) return answer(exchange:take()) end

function Nginx:log () return read(self.directory .. "/error.log") or "" end
function Nginx:pid () return (read(self.directory .. "/nginx.pid"):gsub("%s", "")) end

function Nginx:workers ()
  local ids, pid = {}, self:pid()
  for id in read("/proc/" .. pid .. "/task/" .. pid .. "/children"):gmatch "%d+" do ids[#ids + 1] = id end
  return ids
end

function Nginx:reload () shell(self.command .. " -s reload 2>&1") end

-- Stops it and waits until it has gone, but not for ever.
function Nginx:stop ()
  self.pool:close()
  shell(("%s -s stop 2>&1; for i in $(seq 500); do [ -e %s/nginx.pid ] || break; sleep 0.02; done; rm -rf %s")
    :format(self.command, self.directory, self.directory))
end

return { start = start }
