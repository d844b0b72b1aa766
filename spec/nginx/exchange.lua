-- What a location of a spec's nginx does: runs the requests that its body asks for, as JSON, over the cosocket
-- transport, and answers what came back.

local cjson = require "cjson"
local cosocket = require "twilio.transport.cosocket"
local run = require "spec.transport.run"

ngx.req.read_body()
local asked = cjson.decode(ngx.req.get_body_data())
ngx.print(cjson.encode(run(cosocket.new, asked.settings, asked.origin, asked.requests)))
