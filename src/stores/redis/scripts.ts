/**
 * The store's operations as Lua scripts: Redis runs each as one step. A stored value is its end, fifteen digits of
 * milliseconds since 1970 by the gateway's clock, and the text. That end decides whether it still counts. Redis's own
 * expiry only clears away, some time later, so the clocks of gateways may differ by that much.
 *
 * Records of a prefix with rooms have two keys beside them, in the same slot: `ends`, a sorted set of the records in
 * rooms by their end, and `rooms`, a hash with the octets and the room of each (`k:KEY`), and for each room the number
 * of records (`n:ROOM`) and of octets (`o:ROOM`).
 */
import { createHash } from 'node:crypto'

export interface Script {
  readonly text: string
  /** By which EVALSHA calls it. */
  readonly sha: string
}

/** Digits of an end. */
export const END_LENGTH = 15

/** How many expired records one call clears out of a room at most. A step takes 100. */
const MOST_CLEARED = 1000

const SHARED = `
local record, ends, rooms = KEYS[1], KEYS[2], KEYS[3]
local now = tonumber(ARGV[1])

local function live(stored)
  if not stored or #stored < ${END_LENGTH} or tonumber(string.sub(stored, 1, ${END_LENGTH})) <= now then return false end
  return string.sub(stored, ${END_LENGTH + 1})
end

local function leave_room(key)
  local entry = rooms and redis.call('HGET', rooms, 'k:' .. key)
  if not entry then return end
  local octets, room = string.match(entry, '^(%d+) (.*)$')
  redis.call('HDEL', rooms, 'k:' .. key)
  redis.call('ZREM', ends, key)
  redis.call('HINCRBY', rooms, 'n:' .. room, -1)
  redis.call('HINCRBY', rooms, 'o:' .. room, '-' .. octets)
end

local function keep(end_and_value, ttl)
  redis.call('SET', record, end_and_value, 'PX', ttl)
end

local function keep_at_least(key, ttl)
  if redis.call('PTTL', key) < tonumber(ttl) then redis.call('PEXPIRE', key, ttl) end
end
`

/** now, end and value, ttl */
export const PUT = script(`
leave_room(record)
keep(ARGV[2], ARGV[3])
`)

/** now, end and value, ttl, end, room, octets, most records, most octets. Returns the Admission. */
export const ADMIT = script(`
local room, octets = ARGV[5], tonumber(ARGV[6])
if live(redis.call('GET', record)) then return 'exists' end
leave_room(record)

local function fits()
  local records = tonumber(redis.call('HGET', rooms, 'n:' .. room) or 0)
  local filled = tonumber(redis.call('HGET', rooms, 'o:' .. room) or 0)
  return records < tonumber(ARGV[7]) and filled + octets <= tonumber(ARGV[8])
end

local cleared = 0
repeat
  local expired = redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 100)
  for _, key in ipairs(expired) do leave_room(key) end
  cleared = cleared + #expired
until #expired < 100 or cleared >= ${MOST_CLEARED} or fits()
if not fits() then return 'full' end

keep(ARGV[2], ARGV[3])
redis.call('HSET', rooms, 'k:' .. record, octets .. ' ' .. room)
redis.call('HINCRBY', rooms, 'n:' .. room, 1)
redis.call('HINCRBY', rooms, 'o:' .. room, octets)
redis.call('ZADD', ends, ARGV[4], record)
keep_at_least(rooms, ARGV[3])
keep_at_least(ends, ARGV[3])
return 'kept'
`)

/** now, end, ttl, end as a number. The value stays where it is: only its end is written. */
export const EXTEND = script(`
if not live(redis.call('GETRANGE', record, 0, ${END_LENGTH - 1})) then return 0 end
redis.call('SETRANGE', record, 0, ARGV[2])
redis.call('PEXPIRE', record, ARGV[3])
if rooms and redis.call('HEXISTS', rooms, 'k:' .. record) == 1 then
  redis.call('ZADD', ends, ARGV[4], record)
  keep_at_least(rooms, ARGV[3])
  keep_at_least(ends, ARGV[3])
end
return 1
`)

/** now, end and value, ttl, value before (none: there was none) */
export const SWAP = script(`
if live(redis.call('GET', record)) ~= (ARGV[4] or false) then return 0 end
leave_room(record)
keep(ARGV[2], ARGV[3])
return 1
`)

/** now */
export const TAKE = script(`
local value = live(redis.call('GET', record))
redis.call('DEL', record)
leave_room(record)
return value
`)

/** now, end, ttl */
export const CLAIM = script(`
if live(redis.call('GET', record)) then return 0 end
leave_room(record)
keep(ARGV[2], ARGV[3])
return 1
`)

/** now, end, ttl. Returns the sum, which ends when the first call says. */
export const COUNT = script(`
local before = live(redis.call('GET', record))
local sum = tonumber(before or 0) + 1
if before then
  redis.call('SETRANGE', record, ${END_LENGTH}, string.format('%d', sum))
else
  leave_room(record)
  keep(ARGV[2] .. '1', ARGV[3])
end
return sum
`)

/** now. Returns how many were deleted. */
export const DELETE = script(`
leave_room(record)
return redis.call('DEL', record)
`)

/** now, end, ttl, member, until when expired members are cleared away */
export const ADD = script(`
local expired = redis.call('ZRANGEBYSCORE', record, '-inf', ARGV[5], 'LIMIT', 0, 100)
if #expired > 0 then redis.call('ZREM', record, unpack(expired)) end
redis.call('ZADD', record, ARGV[2], ARGV[4])
keep_at_least(record, ARGV[3])
`)

/**
 * Since when this Redis remembers: now, the id of its run, ttl. After a restart or a failover it is another run, which
 * may have lost what was written last.
 */
export const REMEMBER = script(`
local since, run = string.match(redis.call('GET', record) or '', '^(%d+) (.*)$')
if run ~= ARGV[2] then
  since = ARGV[1]
  redis.call('SET', record, since .. ' ' .. ARGV[2], 'PX', ARGV[3])
elseif redis.call('PTTL', record) < ARGV[3] / 2 then
  redis.call('PEXPIRE', record, ARGV[3])
end
return since
`)

function script(body: string): Script {
  const text = `${SHARED}${body}`.trim()
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
