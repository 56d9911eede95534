-- The ledger: accounts as they are, and the purse in the team's record.

local PROBE_EVERY = 60 * 1000000
local LEVELS = { 50, 80, 95 }

local function account_key(position)
  return KEYS[5 + 2 * q.groups + position]
end

local accounts = {}
local function account(position)
  if not accounts[position] then
    local found = redis.call('HMGET', account_key(position), 'min', 'max', 'reserved', 'warned')
    accounts[position] = {
      min = tonumber(found[1] or 0),
      max = tonumber(found[2] or 0),
      reserved = tonumber(found[3] or 0),
      warned = tonumber(found[4] or 0),
      known = found[3] and true or false,
    }
  end
  return accounts[position]
end

local function save_account(position, name, keep)
  local it = account(position)
  redis.call(
    'HSET', account_key(position), 'min', text(it.min), 'max', text(it.max),
    'reserved', text(it.reserved), 'warned', text(it.warned)
  )
  if keep > 0 then
    redis.call('PEXPIRE', account_key(position), text(keep))
  end
  if not it.known then
    redis.call('SADD', ACCOUNTS, name)
    it.known = true
  end
end

-- For the asker, who words it: all accounts and the purse, as they were.
local function image(fields, count)
  for position = 1, count do
    local it = account(position)
    fields['account' .. position] =
      table.concat({ text(it.min), text(it.max), text(it.reserved), text(it.warned) }, ' ')
  end
  for _, field in ipairs({
    'declared', 'min', 'max', 'reserved', 'latch_since', 'latch_probe', 'options', 'declarations', 'probes',
  }) do
    if team[field] then
      fields['purse_' .. field] = team[field]
    end
  end
  return fields
end

local function release_account(position, price)
  local it = account(position)
  it.reserved = math.max(it.reserved - price, 0)
end

-- Sets the bits of the levels that are reached.
local function warn(it, cap)
  for position, percent in ipairs(LEVELS) do
    local bit = 2 ^ (position - 1)
    if cap > 0 and it.max * 100 >= cap * percent and math.floor(it.warned / bit) % 2 == 0 then
      it.warned = it.warned + bit
    end
  end
end

local function restart(declared)
  put('declared', declared)
  put('min', 0)
  put('max', 0)
  put('declarations', number('declarations') + 1)
end

local function open_latch()
  put('latch_since', nil)
  put('latch_probe', nil)
end

local function declare(balance)
  restart(balance)
  if balance > 0 then
    open_latch()
  end
end

-- Without a number the balance is not known any more.
local function resume()
  if team.latch_since then
    open_latch()
    restart(nil)
  end
end

-- Whether this number of the client option is new.
local function unheard(balance)
  local known = ',' .. (team.options or '') .. ','
  return balance and not string.find(known, ',' .. text(balance) .. ',', 1, true)
end

local function hear(balance)
  if not unheard(balance) then
    return
  end
  local options = {}
  for option in string.gmatch(team.options or '', '[^,]+') do
    options[#options + 1] = option
  end
  if #options >= 16 then
    table.remove(options, 1)
  end
  options[#options + 1] = text(balance)
  put('options', table.concat(options, ','))
  declare(balance)
end

local function release_purse(price)
  put('reserved', math.max(number('reserved') - price, 0))
end
