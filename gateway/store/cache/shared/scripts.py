"""What Redis does in one go, so that nothing comes between."""

from __future__ import annotations

PUT = """
for index = 3, #KEYS do
  local gone = redis.call('GET', KEYS[index])
  if gone and tonumber(gone) >= tonumber(ARGV[3]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SADD', KEYS[2], KEYS[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
return 1
"""
"""
KEYS: the value's, its subject's set, where erasures are written. ARGV: value, life, asked at.

Nothing is kept of a person who was erased since it was asked for.
"""

FORGET = """
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local names = redis.call('SMEMBERS', KEYS[1])
for _, name in ipairs(names) do redis.call('DEL', name) end
redis.call('DEL', KEYS[1])
return #names
"""
"""KEYS: a subject's set, where its erasure is written. ARGV: now, for how long that is known."""

FREE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
"""KEYS: a lease. ARGV: its token. What is another's by now stays."""
