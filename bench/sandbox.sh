#!/bin/sh
# How much the HTTP sandbox takes: reads of one number by SID and purchases a second, on loopback http, one worker, with
# 100,000 owned numbers. Needs wrk and curl. bench/sandbox.sh [SECONDS]

set -eu
cd "$(dirname "$0")/.."
seconds=${1:-4}
dir=$(mktemp -d)
PORT=0 TLS_PORT=0 lua/twilio/sandbox/serve "$dir/run" >"$dir/out" &
serve=$!
trap 'kill $serve; wait $serve || :; rm -rf "$dir"' EXIT
until grep -q api_secret "$dir/out"; do sleep 0.05; done
. "$dir/out"
worker=$(pgrep -P "$(cat "$dir/run/nginx.pid")")
base=$url/2010-04-01/Accounts/$account_sid
auth="Authorization: Basic $(printf %s "$account_sid:$auth_token" | base64 -w0)"

get() { curl -sS -u "$account_sid:$auth_token" "$base/$1"; }
count() { curl -sS "$url/_sandbox/state" | grep -o "$1" | head -1 | tr -cd 0-9; }
cpu() { awk '{ print ($14 + $15) * 10 }' "/proc/$worker/stat"; } # milliseconds

# run NAME WRK-ARGUMENT...: a second to warm up, then the measurement
run() {
  name=$1
  shift
  wrk -t1 -c32 -d1s -H "$auth" "$@" >/dev/null
  from=$(count '"requests":[0-9]*') began=$(cpu)
  rate=$(wrk -t1 -c32 -d"${seconds}s" -H "$auth" "$@" | awk '/^Requests.sec/ { print int($2) } /Non-2xx/ { print $0 }')
  spent=$(($(cpu) - began)) done=$(($(count '"requests":[0-9]*') - from))
  echo "$name: $rate/s, $((spent * 1000 / done)) us of the worker's CPU each"
}

curl -sS -d '{"numbers":100000}' "$url/_sandbox/reset" >/dev/null
sid=$(get "IncomingPhoneNumbers.json?PageSize=1&Page=50000" | grep -o 'PN[0-9a-f]*' | head -1)
run "get_incoming" "$base/IncomingPhoneNumbers/$sid.json"
run "list_incoming, 50 a page" "$base/IncomingPhoneNumbers.json?PageToken=PA$sid"

for area in 205 206 212 213 214 215 216 303 305 312 313 314 317 404 405 408 410 412 414 415 502 503 504 505 510 512; do
  for last in 0 1 2 3; do
    get "AvailablePhoneNumbers/US/Local.json?AreaCode=$area&PageSize=1000&Contains=$last\$"
  done
done | grep -o '"phone_number":"+[0-9]*' | cut -c18- >"$dir/numbers"
cat >"$dir/buy.lua" <<EOF
local bodies, i = {}, 0
for number in io.lines("$dir/numbers") do bodies[#bodies + 1] = "PhoneNumber=%2B" .. number end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
function request ()
  i = i % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[i])
end
EOF
run "buy" -s "$dir/buy.lua" "$base/IncomingPhoneNumbers.json"
echo "$(wc -l <"$dir/numbers") numbers for sale, $(curl -sS "$url/_sandbox/state" | grep -o '"charges":.*"releases"' |
  grep -o '"at"' | wc -l) charges"
