"""Programs that a Redis server runs, each as a whole and with nothing in between.

A log is a list of rows as JSON. A study has its row in two hashes, to be found by name and by identity, and its place
in a list, for the order of creation. Every log begins with its header, so one without a length is none.
"""

from __future__ import annotations

__all__ = [
    "APPEND",
    "BEAT",
    "BEATS",
    "CREATE",
    "DELETE",
    "LOAD_CHECKPOINT",
    "READ",
    "RENAME",
    "SAVE_CHECKPOINT",
    "STUDIES",
    "TAKEN",
    "UNKNOWN",
    "once",
]

UNKNOWN = 0
"""The answer where there is no such study."""

TAKEN = -1
"""The answer where a name is taken, or a log has not the expected length."""

_BODY = """
local studies, names, order, log, beats, checkpoint, done = unpack(KEYS)
local function reply()
%s
end
"""


def _script(body: str) -> str:
    return _BODY % body + "return reply()"


def once(body: str) -> str:
    """A script whose first two arguments say who sends it and how often that one has sent something else before.

    A connection may break before the answer has come. So the last answer to each sender is kept for a while, and
    given again, without doing anything, to one that asks again.
    """
    return (
        _BODY % body
        + """
local last = redis.call('HMGET', done, 'count', 'answer')
if last[1] == ARGV[1] then return tonumber(last[2]) end
local answer = reply()
redis.call('HSET', done, 'count', ARGV[1], 'answer', answer)
redis.call('EXPIRE', done, 3600)
return answer
"""
    )


CREATE = once("""
local _, name, identity, header = unpack(ARGV)
if redis.call('HEXISTS', names, name) == 1 or redis.call('HEXISTS', studies, identity) == 1 then return -1 end
redis.call('HSET', names, name, identity)
redis.call('HSET', studies, identity, name)
redis.call('RPUSH', order, identity)
return redis.call('RPUSH', log, header)
""")
"""(name, identity, header): the log's length, or `TAKEN`."""

APPEND = once("""
local length = redis.call('LLEN', log)
if length == 0 then return 0 end
if ARGV[2] ~= '' and length ~= tonumber(ARGV[2]) then return -1 end
for first = 3, #ARGV, 1000 do
    length = redis.call('RPUSH', log, unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
return length
""")
"""(expected length or nothing, rows…): the log's new length, `TAKEN` or `UNKNOWN`."""

RENAME = once("""
local _, identity, name, event = unpack(ARGV)
local before = redis.call('HGET', studies, identity)
if not before then return 0 end
if redis.call('HEXISTS', names, name) == 1 then return -1 end
redis.call('HDEL', names, before)
redis.call('HSET', names, name, identity)
redis.call('HSET', studies, identity, name)
return redis.call('RPUSH', log, event)
""")
"""(identity, name, event): the log's new length, `TAKEN` or `UNKNOWN`."""

DELETE = once("""
local identity = ARGV[2]
local name = redis.call('HGET', studies, identity)
if not name then return 0 end
redis.call('HDEL', names, name)
redis.call('HDEL', studies, identity)
redis.call('LREM', order, 1, identity)
redis.call('DEL', log, beats, checkpoint)
return 1
""")
"""(identity): 1, or `UNKNOWN`."""

READ = _script("""
local length = redis.call('LLEN', log)
if length == 0 then return nil end
return redis.call('LRANGE', log, ARGV[1], ARGV[2])
""")
"""(first, last): the rows at these positions, nil without a log."""

STUDIES = _script("""
local identities = redis.call('LRANGE', order, 0, -1)
local found = {}
for i, identity in ipairs(identities) do
    found[2 * i - 1] = redis.call('HGET', studies, identity)
    found[2 * i] = identity
end
return found
""")
"""(): names and identities in turns, in the order of creation."""

BEAT = _script("""
if redis.call('EXISTS', log) == 0 then return 0 end
local n_ended = tonumber(ARGV[1])
for i = 2, #ARGV do
    if i <= n_ended + 1 then
        redis.call('HDEL', beats, ARGV[i])
    else
        redis.call('HINCRBY', beats, ARGV[i], 1)
    end
end
return 1
""")
"""(how many have ended, those that have, those that live): 1, or `UNKNOWN`."""

BEATS = _script("""
if redis.call('EXISTS', log) == 0 then return nil end
return redis.call('HGETALL', beats)
""")
"""(): numbers and counts in turns, nil without a log."""

SAVE_CHECKPOINT = _script("""
if redis.call('EXISTS', log) == 0 then return -1 end
local there = tonumber(redis.call('HGET', checkpoint, 'position') or '0')
if there ~= tonumber(ARGV[1]) then return there end
redis.call('HSET', checkpoint, 'position', ARGV[2], 'body', ARGV[3])
return tonumber(ARGV[2])
""")
"""(the position that it takes the place of, position, body): the position that is there now, -1 without a log."""

LOAD_CHECKPOINT = _script("""
if redis.call('EXISTS', log) == 0 then return nil end
return redis.call('HMGET', checkpoint, 'position', 'body')
""")
"""(): position and body, which are nil for none; nil without a log."""
