-- Asks for a slot in every group of the call and for its price: all or nothing, in one step.

local money = q.money

-- The same question again, because its answer was lost on the way.
local before = read(LEASE)
if before.gone then
  return answer('gone')
elseif before.at then
  return answer('admit', {
    at = before.at, left = before.left, probe = before.probe, try = before.try, declaration = before.declaration,
  })
end

local story
if q.ahead == 0 then
  story = same_record()
end
local function reply(kind, fields)
  fields = fields or {}
  fields.story = story
  if q.ahead == 0 then
    save(kind == 'admit' or story ~= nil)
    save_memos()
  end
  return answer(kind, fields)
end

if (team.learned or '0||000') ~= q.learned or money and math.floor(now / 86400000000) ~= money.day then
  return reply('again')
end
if team.lost and money and money.guarded then
  return reply('unknown')
end

-- Who cannot pay need not wait.
local function refusal()
  local latched, declared, spent = team.latch_since, team.declared, number('max') + number('reserved')
  if unheard(money.balance) then
    declared, spent = money.balance, number('reserved')
    latched = latched and money.balance == 0
  end
  if latched then
    local wait = number('latch_probe') - now
    if wait > 0 and wait <= PROBE_EVERY then
      return { since = math.max(now - number('latch_since'), 0), probe_in = wait }
    end
  end
  for _, cap in ipairs(money.caps) do
    local it = account(cap[1])
    if money.price > 0 and it.max + it.reserved + money.price > cap[2] then
      return image({}, #money.accounts)
    end
  end
  if money.floor and not money.critical and money.price > 0 then
    local left = declared and math.max(declared - spent, 0)
    if not left or left - money.price < money.floor then
      return image({}, #money.accounts)
    end
  end
end
if money then
  local refused = refusal()
  if refused then
    return reply('refuse', refused)
  end
end

local function wait(blocked)
  if q.class == 'b' and q.ahead == 0 then
    for group = 1, 3 do
      note(group, 'bulk', math.max(memo(group).bulk or 0, blocked.look + q.margin))
    end
  end
  return reply('wait', {
    earliest = math.max(blocked.till - now, 0), look = math.max(blocked.look - now, 0), why = blocked.why,
    rule = blocked.rule, limit = blocked.limit, scope = blocked.scope,
  })
end

for group = 1, 3 do
  memo(group)
end
local left, blocked
local function block(other)
  if not blocked or blocked.till < other.till or blocked.till == other.till and blocked.look < other.look then
    blocked = other
  end
end
for position, rule in ipairs(q.rules) do
  local free, full = over(rule, position)
  if full then
    block(full)
  else
    left = math.min(left or free, free)
  end
end
if not q.unlimited then
  for group = 1, 3 do
    local till = memo(group).frozen or 0
    if till > now then
      block({ till = till, look = till, why = 'frozen', scope = group })
    end
  end
  if recovered() > now then
    block({ till = recovered(), look = recovered(), why = 'recovering' })
  end
end
if blocked then
  return wait(blocked)
end
if q.ahead > 0 then
  return reply('wait', { earliest = 0, look = 0, why = 'frozen', scope = 1 })
end

-- Beyond the tier's number a suspected group gets one call at a time.
local probe
if q.suspect then
  local slots = recall(q.suspect, q.hold).all
  local busy
  local free, till = room(slots, q.number, q.hold)
  if free then
    busy = (memo(q.suspect).probing or 0) > now and now + q.hold
  elseif slots.open == 0 and (memo(q.tier).probing or 0) <= now then
    probe = q.suspect
  else
    busy = till
  end
  if busy then
    return wait({ till = now, look = busy, why = 'probing' })
  end
end

local retention = math.max(number('retention'), q.retention)
if retention ~= number('retention') then
  put('retention', retention)
end
q.keep = math.ceil((q.lease + 2 * retention) / 1000)
for group = 1, 3 do
  redis.call('ZREMRANGEBYSCORE', slots_key(group), '-inf', text(now - retention))
  hold_slot(group, now + q.lease, q.class .. 'o:' .. q.id)
  note(group, 'taken', now)
  if q.class == 'i' then
    note(group, 'interactive', now)
  end
end
for _, rule in ipairs(q.rules) do
  note(rule.scope, 'limit', rule.limit)
  note(rule.scope, 'window', rule.window)
end
if probe then
  note(probe, 'probing', now + q.lease)
  note(q.tier, 'probing', now + q.lease)
end

local try
if money then
  for position, it in ipairs(money.accounts) do
    account(position).reserved = account(position).reserved + money.price
    save_account(position, it[1], it[2])
  end
  hear(money.balance)
  put('reserved', number('reserved') + money.price)
  if team.latch_since then
    put('latch_probe', now + PROBE_EVERY)
    try = number('probes') + 1
    put('probes', try)
  end
end

local lease = { 'at', text(now) }
local granted = { at = now, left = left and left - 1, probe = probe, try = try, declaration = number('declarations') }
for name, value in pairs(granted) do
  lease[#lease + 1] = name
  lease[#lease + 1] = text(value)
end
if money then
  lease[#lease + 1] = 'reserved'
  lease[#lease + 1] = text(money.price)
  lease[#lease + 1] = 'accounts'
  lease[#lease + 1] = money.names
end
redis.call('HSET', LEASE, unpack(lease))
redis.call('PEXPIRE', LEASE, text(q.forget))
redis.call('ZREMRANGEBYSCORE', OPEN, '-inf', text(now))
redis.call('ZADD', OPEN, text(now + q.lease), q.id)
return reply('admit', granted)
