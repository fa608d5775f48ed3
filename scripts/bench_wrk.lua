-- Plays prepared notifications in order. Arguments: a file of lines "SIGNATURE BODY", then "once" or "around".
-- Run with one thread (-t1): the order, and the count of what was taken, are this thread's.
local requests, around, threads = {}, false, {}
-- Globals, so that `done` can read them out of the thread. wrk asks once for a request that it only looks at.
taken, exhausted = -1, 0

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  around = args[2] == "around"
  for line in io.lines(args[1]) do
    local signature, body = line:match("^(%x+) (.*)$")
    local headers = { ["Signature"] = signature, ["Content-Type"] = "application/json" }
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
end

function request()
  taken = taken + 1
  if taken > #requests and not around then
    exhausted = 1
  end
  return requests[math.max(taken - 1, 0) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"refused":%d,"broken":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,' ..
    '"taken":%d,"exhausted":%d}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    threads[1]:get("taken"), threads[1]:get("exhausted")))
end
