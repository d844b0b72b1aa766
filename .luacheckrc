std = "min"
max_line_length = 120
files["lua/twilio/transport/cosocket.lua"].read_globals = { "ngx" }
files["lua/twilio/sandbox/nginx.lua"].read_globals = { "ngx" }
files["lua/twilio.lua"].read_globals = { "ngx" }
files["spec"].std = "min+busted"
files["spec/nginx"].read_globals = { "ngx" }
exclude_files = { "build", "node_modules" }
