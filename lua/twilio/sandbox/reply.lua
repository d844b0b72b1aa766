-- What Twilio answers: bodies, errors, headers.

local json = require "twilio.sandbox.json"

local error_body = json.record{ "code", "detail", "message", "more_info", "status" }
local short_body = json.record{ "code", "message", "more_info", "status" }

--- A response with a JSON body.
local function ok (body, status) return { status = status or 200, body = body } end

--- The answer to a removal.
local function removed () return { status = 204, body = "" } end

--- An error as Twilio writes it. The detail is there for a refused credential alone.
local function failure (status, code, message, detail)
  local body = { code = code, message = message, status = status, detail = detail,
    more_info = "https://www.twilio.com/docs/errors/" .. string.format("%d", code) }
  return { status = status, body = detail and error_body(body) or short_body(body) }
end

local function bad (code, message) return failure(400, code, message) end

local function not_found (path)
  return failure(404, 20404, "The requested resource " .. path .. " was not found")
end

local function unauthorized (message)
  local response = failure(401, 20003, message, "Your AccountSid or AuthToken was incorrect.")
  response.realm = 'Basic realm="Twilio API"'
  return response
end

--- The header fields that every response carries alike, as recorded ones do. nginx.conf lists them too: set there they
-- cost a third of what they cost from Lua. spec/nginx/sandbox_spec.lua compares the two.
local constant = {
  ["twilio-concurrent-requests"] = "1",
  ["access-control-allow-origin"] = "*",
  ["access-control-allow-headers"] = "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, "
    .. "If-None-Match, If-Unmodified-Since, Idempotency-Key",
  ["access-control-allow-methods"] = "GET, POST, DELETE, OPTIONS",
  ["access-control-expose-headers"] = "ETag",
  ["access-control-allow-credentials"] = "true",
  ["x-powered-by"] = "AT-5000",
  ["x-shenanigans"] = "none",
  ["x-home-region"] = "us1",
  ["x-api-domain"] = "api.twilio.com",
  ["strict-transport-security"] = "max-age=31536000",
}

--- The others.
local function headers (response, request_id, date, duration)
  return {
    ["content-type"] = response.status ~= 204 and (response.content_type or "application/json") or nil,
    ["date"] = date,
    ["retry-after"] = response.retry_after,
    ["www-authenticate"] = response.realm,
    ["twilio-request-id"] = request_id,
    ["twilio-request-duration"] = string.format("%.3f", duration),
  }
end

return {
  ok = ok, removed = removed, failure = failure, bad = bad, not_found = not_found, unauthorized = unauthorized,
  headers = headers, constant = constant,
}
