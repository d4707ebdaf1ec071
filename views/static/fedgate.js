/*
 * Small comforts for people with JavaScript: copying, filtering while typing, keys, local times and a countdown. Every
 * page does its work without this file. It sends nothing to other sites. What it says, `texts`, is put before it as it
 * is served: src/web/texts.ts.
 */

document.documentElement.classList.add('js')

// A page that only carries a message on to another site does so at once
document.querySelector('form[data-post-at-once]')?.requestSubmit()

// Signing out may lead through sites that this page's policy for forms cannot name: a page of its own goes there instead
for (const form of document.querySelectorAll('form[action="/logout"]')) {
  const field = document.createElement('input')
  Object.assign(field, { type: 'hidden', name: 'via_page', value: 'page' })
  form.append(field)
}

const announcer = document.getElementById('announcer')

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])

const plurals = new Intl.PluralRules(document.documentElement.lang)

const counted = (forms, n) => fill(forms[plurals.select(n)] ?? forms.other, { n })

const announce = (sentence) => {
  announcer.textContent = ''
  // A live region speaks when its text changes, also where the same sentence comes twice.
  requestAnimationFrame(() => {
    announcer.textContent = sentence
  })
}

// Icons

const SVG = 'http://www.w3.org/2000/svg'

const icon = (name) => {
  const svg = document.createElementNS(SVG, 'svg')
  const use = document.createElementNS(SVG, 'use')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  use.setAttribute('href', `#i-${name}`)
  svg.append(use)
  return svg
}

// Copying

const COPIED_FOR = 2000

const selectAll = (element) => {
  const range = document.createRange()
  range.selectNodeContents(element)
  const selection = getSelection()
  selection.removeAllRanges()
  selection.addRange(range)
}

const showCopied = (button) => {
  const use = button.querySelector('use')
  use.setAttribute('href', '#i-done')
  button.classList.add('is-copied')
  setTimeout(() => {
    use.setAttribute('href', '#i-copy')
    button.classList.remove('is-copied')
  }, COPIED_FOR)
}

const copy = async (source, button) => {
  try {
    await navigator.clipboard.writeText(source.textContent)
    showCopied(button)
    announce(texts.copied)
  } catch {
    // No clipboard without https or permission: the next best is a selection that Ctrl-C takes.
    const details = source.closest('details')
    if (details) details.open = true
    selectAll(source)
    announce(texts.selected)
  }
}

for (const holder of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.setAttribute('aria-label', holder.dataset.copy)
  button.append(icon('copy'))
  button.addEventListener('click', () => copy(holder.querySelector('code'), button))
  holder.append(button)
}

/** Says so where its profile is called what no profile can be: what is shown has another name than the one typed. */
const isFine = (format) => format.querySelector('[data-profile]')?.reportValidity() ?? true

for (const button of document.querySelectorAll('[data-copy-format]')) {
  const format = button.closest('.format')
  button.addEventListener('click', () => isFine(format) && copy(format.querySelector('pre code'), button))
}

// Credentials: the format is remembered, the profile can be named, a file needs no second exchange

const rememberFormat = (formats) => {
  const secure = location.protocol === 'https:' ? '; secure' : ''
  formats.addEventListener('change', ({ target }) => {
    if (target.name !== 'format') return
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
    document.cookie = `${formats.dataset.rememberFormat}=${target.value}; path=/; max-age=31536000; samesite=lax${secure}`
  })
}

document.querySelectorAll('[data-remember-format]').forEach(rememberFormat)

const PROFILE = /^[\w+=,.@:/-]{1,128}$/

const nameProfile = (input) => {
  const code = input.closest('.format').querySelector('pre code')
  const rename = () => {
    const isName = PROFILE.test(input.value)
    input.setCustomValidity(isName ? '' : texts.profileInvalid)
    if (isName) code.textContent = code.textContent.replace(/^\[[^\]]*\]/, () => `[${input.value}]`)
  }
  input.addEventListener('input', rename)
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault()
  })
}

document.querySelectorAll('[data-profile]').forEach(nameProfile)

/** From the page itself: its address holds nothing, and no credentials are taken for it. */
const save = (format) => {
  const url = URL.createObjectURL(new Blob([format.querySelector('pre code').textContent], { type: 'text/plain' }))
  Object.assign(document.createElement('a'), { href: url, download: format.dataset.file }).click()
  URL.revokeObjectURL(url)
}

for (const button of document.querySelectorAll('[name=download]')) {
  // Not when the form is sent: a name typed in another tab would hold it back, unseen.
  button.addEventListener('click', (event) => {
    event.preventDefault()
    const format = button.closest('.format')
    if (!isFine(format)) return
    save(format)
    announce(texts.saved)
  })
}

// A browser that keeps the page for its Back button would keep the secrets too
addEventListener('pagehide', () => {
  for (const holder of document.querySelectorAll('[data-holds-secrets]')) holder.replaceChildren()
})

addEventListener('pageshow', ({ persisted }) => {
  if (persisted && document.querySelector('[data-holds-secrets]')) location.replace('/roles')
})

// Times

// So that the server can offer "until 18:00" by this clock.
const isHttps = location.protocol === 'https:'
const zone = encodeURIComponent(new Intl.DateTimeFormat().resolvedOptions().timeZone ?? '')
// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
document.cookie = `${isHttps ? '__Host-' : ''}fedgate_zone=${zone}; path=/; max-age=31536000; samesite=lax${isHttps ? '; secure' : ''}`

const localFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
})

/** The user's own time first, then UTC as served, of which the date only where it is another. */
const showLocally = (time) => {
  const utc = time.textContent
  const parts = Object.fromEntries(
    localFormat.formatToParts(new Date(time.dateTime)).map((part) => [part.type, part.value]),
  )
  if (parts.timeZoneName === 'UTC') return
  const date = `${parts.day} ${parts.month} ${parts.year}`
  const local = `${date}, ${parts.hour}:${parts.minute}:${parts.second}\u00a0${parts.timeZoneName}`
  const elsewhere = utc.replace(`${date}, `, '').replace(' UTC', '\u00a0UTC')
  time.textContent = fill(texts.localThenUtc, { local, utc: elsewhere })
}

document.querySelectorAll('time[data-local]').forEach(showLocally)

const remaining = (milliseconds) => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  if (h > 0) return fill(texts.hoursLeft, { h, m })
  return m > 0 ? fill(texts.minutesLeft, { m, s: String(s).padStart(2, '0') }) : fill(texts.secondsLeft, { s })
}

const countDown = (element) => {
  const left = Date.parse(element.dataset.countdown) - Date.now()
  element.textContent = left > 0 ? remaining(left) : texts.expired
  element.classList.toggle('is-soon', left < 300_000)
  if (left <= 0) return announce(texts.expired)
  setTimeout(countDown, 1000, element)
}

document.querySelectorAll('[data-countdown]').forEach(countDown)

const showAge = (time) => {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / 60_000))
  const [h, m] = [Math.floor(minutes / 60), minutes % 60]
  const { now, minutes: inMinutes, hours } = texts.ago
  time.textContent = minutes < 1 ? now : fill(h > 0 ? hours : inMinutes, { h, m })
}

for (const time of document.querySelectorAll('[data-ago]')) setInterval(showAge, 15_000, time)

// The picker: filtering, by the same rule as src/web/picker/filter.ts

const NAVIGATE_AFTER = 400

const search = document.getElementById('q')

const textOf = (element) => [...element.querySelectorAll('[data-find]')].map((found) => found.textContent).join(' ')

const environmentIn = (element) => element?.querySelector('.environment')?.textContent.toLowerCase()

const readRow = (head) => {
  const [name, environment] = [head?.textContent ?? '', environmentIn(head)]
  return (row) => {
    const arn = row.querySelector('[name=role]').value
    return {
      row,
      account: arn.split(':')[4],
      environment: environment ?? environmentIn(row) ?? '',
      tags: row.dataset.tags?.split(' ') ?? [],
      text: `${name} ${textOf(row)} ${arn}`.toLowerCase(),
    }
  }
}

const readGroups = () =>
  [...document.querySelectorAll('.group')].map((group) => {
    const [details, count] = [group.querySelector('details'), group.querySelector('.fold-count')]
    const rows = [...group.querySelectorAll('.role')].map(readRow(group.querySelector('.group-name[data-find]')))
    return { group, rows, details, count, all: count?.textContent, unit: group.closest('.unit') }
  })

const isWanted = ({ query, environment, tag }) => {
  const words = query.toLowerCase().split(/\s+/)
  return (role) =>
    (!environment || role.environment === environment) &&
    (!tag || role.tags.includes(tag)) &&
    words.every((word) => role.text.includes(word))
}

/** Hides what does not match, and touches nothing else: no layout is asked for in between. */
const showMatches = (groups, wanted) => {
  const fits = isWanted(wanted)
  const [found, accounts] = [new Set(), new Set()]
  for (const one of groups) {
    one.found = 0
    for (const role of one.rows) {
      const isFound = fits(role)
      if (role.row.hidden === isFound) role.row.hidden = !isFound
      if (!isFound) continue
      one.found += 1
      found.add(role.row)
      accounts.add(role.account)
    }
    const { group, count, all, rows } = one
    if (group.hidden !== (one.found === 0)) group.hidden = one.found === 0
    const shown = one.found === rows.length ? all : fill(texts.someRoles, { n: one.found, all })
    if (count && count.textContent !== shown) count.textContent = shown
  }
  return { roles: found.size, accounts: accounts.size }
}

/** With a filter, what it finds is unfolded, from the top and up to so many; afterwards all is as the user left it. */
const startFolds = (groups, most) => {
  const folds = groups.filter(({ details }) => details)
  const units = [...document.querySelectorAll('.unit')].map((details) => ({
    details,
    folds: folds.filter(({ unit }) => unit === details),
  }))
  const all = [...folds, ...units]
  let kept
  const set = (details, isOpen) => {
    if (details.open !== isOpen) details.open = isOpen
  }
  return (isIdle) => {
    for (const unit of units) unit.details.hidden = unit.folds.every(({ group }) => group.hidden)
    if (isIdle) {
      for (const [n, isOpen] of (kept ?? []).entries()) set(all[n].details, isOpen)
      kept = undefined
      return
    }
    kept ??= all.map(({ details }) => details.open)
    let left = most
    for (const { details, found } of folds) {
      set(details, found > 0 && (found <= left || left === most))
      left -= found
    }
    for (const unit of units)
      set(
        unit.details,
        unit.folds.some(({ details }) => details.open),
      )
  }
}

const startFilter = (input) => {
  const groups = readGroups()
  const [count, nothing, clear] = ['count', 'nothing', 'clear-filter'].map((id) => document.getElementById(id))
  const [environment, tag] = ['environment', 'tag'].map((name) => document.querySelector(`[form=filter][name=${name}]`))
  const [ofQuery, ofFilter] = nothing.children
  const total = Number(count.dataset.total)
  const fold = startFolds(groups, Number(document.getElementById('list').dataset.most))
  const servedQuery = input.defaultValue.trim().toLowerCase()
  let asking

  const valuesOf = () => ({
    query: input.value.trim(),
    environment: environment?.value.toLowerCase() ?? '',
    tag: tag?.selectedOptions[0]?.dataset.number,
  })

  /** The server sent only what matches its filter: anything wider has to be asked of it. */
  const isWider = ({ query, environment: word }) =>
    !query.toLowerCase().startsWith(servedQuery) ||
    (environment?.dataset.served && environment.dataset.served !== word) ||
    (tag?.dataset.served && tag.dataset.served !== tag.value)

  const filter = () => {
    clearTimeout(asking)
    const wanted = valuesOf()
    const isIdle = !wanted.query && !wanted.environment && !tag?.value
    if (isWider(wanted)) {
      asking = setTimeout(() => (isIdle ? location.assign('/roles') : input.form.requestSubmit()), NAVIGATE_AFTER)
      return
    }
    const shown = showMatches(groups, wanted)
    fold(isIdle)
    clear?.toggleAttribute('data-idle', isIdle)
    const all = counted(texts.roleCount, total)
    const roles = shown.roles === total ? all : fill(texts.someRoles, { n: shown.roles, all })
    count.textContent = fill(texts.inAccounts, { roles, accounts: counted(texts.accountCount, shown.accounts) })
    nothing.hidden = shown.roles > 0
    ofQuery.hidden = !wanted.query
    ofFilter.hidden = Boolean(wanted.query)
    nothing.querySelector('bdi').textContent = wanted.query
  }

  input.addEventListener('input', filter)
  // Short addresses: what is not chosen is left out.
  input.form.addEventListener('formdata', ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value && name !== 'q') formData.delete(name)
  })
  for (const select of [environment, tag]) select?.addEventListener('change', filter)
  clear?.addEventListener('click', (event) => {
    for (const field of [input, environment, tag]) if (field) field.value = ''
    if (isWider(valuesOf())) return
    event.preventDefault()
    filter()
    input.focus()
  })
  if (servedQuery) input.setSelectionRange(input.value.length, input.value.length)
  // A browser that goes back may put the typed text into the field again.
  const isChanged = ({ options, selectedIndex }) => !options[selectedIndex]?.defaultSelected && selectedIndex > 0
  if (input.value !== input.defaultValue || [environment, tag].some((select) => select && isChanged(select))) filter()
}

// The picker: pins are set without leaving the page

const setPin = async (form, button) => {
  const { value } = button
  const body = new URLSearchParams(new FormData(form, button))
  const answer = await fetch('/roles/pin', { method: 'POST', headers: { accept: 'application/json' }, body })
  if (!answer.ok) return location.assign('/roles')
  button.value = value === 'yes' ? 'no' : 'yes'
  const words = texts.pinWords
  button.setAttribute(
    'aria-label',
    button.getAttribute('aria-label').replace(words[value], () => words[button.value]),
  )
  announce(value === 'yes' ? texts.pinned : texts.unpinned)
}

document.addEventListener('submit', (event) => {
  const { target, submitter } = event
  if (!submitter?.classList.contains('pin')) return
  event.preventDefault()
  setPin(target, submitter)
})

// The picker: several roles at once

const startSeveral = (form) => {
  const button = form.querySelector('.primary')
  const most = Number(form.dataset.most)
  const show = () => {
    const picked = document.querySelectorAll('.role [form]:checked').length
    button.disabled = picked > most
    button.textContent = picked > most ? fill(texts.tooMany, { n: most }) : counted(texts.credentialsFor, picked)
  }
  document.addEventListener('change', ({ target }) => {
    if (!target.matches('.role [form]')) return
    show()
    // The bar comes and goes far from where one reads.
    announce(button.offsetParent ? button.textContent : '')
  })
  form.addEventListener('reset', () => {
    // The bar goes away, and what has the focus in it.
    const back = document.querySelector('.role [form]:checked')
    setTimeout(() => {
      show()
      back?.focus({ preventScroll: true })
    })
  })
  show()
}

const several = document.getElementById('several')
if (several) startSeveral(several)

// The picker: keys. Those that a person may type by mistake can be turned off

const KEYS_OFF = 'fedgate.keys.off'

const isTyping = (target) => target.closest('input:not([type=radio], [type=checkbox]), select, textarea') !== null

const controlsOf = (row) => [...row.querySelectorAll('a, button')]

const consoleOf = (row) => row.querySelector('[formaction="/roles/console"]')

const isFolded = (element) => {
  const details = element.closest('details:not([open])')
  return details !== null && (details !== element.parentElement || details.parentElement.closest('details:not([open])'))
}

/** What arrows lead to: the roles that are to be seen, and the folded groups between them. */
const stops = (from) =>
  [...document.querySelectorAll('.fold summary, .unit > summary, .role:not([hidden])')].filter((element) => {
    if (element.closest('[hidden]') || isFolded(element)) return false
    return !element.matches('summary') || element === from || !element.parentElement.open
  })

/** To the same control of another row, from the search to the console of the first. */
const walk = (target, step) => {
  const from = target.closest('.role, summary')
  const rows = stops(from)
  const next = from ? rows.indexOf(from) + step : 0
  if (next < 0) return search.focus()
  const row = rows[next]
  if (!row) return
  if (row.matches('summary')) return row.focus()
  const place = from?.matches('.role') ? controlsOf(from).indexOf(target) : -1
  const control = controlsOf(row)[place] ?? consoleOf(row)
  control.focus()
}

/** Folds or unfolds the group at the summary; from within it, leads to its summary first. */
const setFold = (target, isOpen) => {
  const details = target.closest('.fold details, .unit')
  if (!details) return
  const summary = details.querySelector('summary')
  if (target !== summary && !isOpen) summary.focus()
  details.open = isOpen
}

const clearSearch = () => {
  search.value = ''
  search.dispatchEvent(new Event('input'))
}

/** What a key does here; undefined where it does what it always does. */
const actionOf = ({ key, target }) => {
  const row = target.closest('.role')
  const fold = target.closest('.fold summary, .unit > summary')
  if (target === search) {
    if (key === 'ArrowDown' || (key === 'Enter' && search.value !== search.defaultValue)) return () => walk(target, 1)
    return key === 'Escape' && search.value !== '' ? clearSearch : undefined
  }
  if (isTyping(target)) return undefined
  if ((row || fold) && key === 'ArrowDown') return () => walk(target, 1)
  if ((row || fold) && key === 'ArrowUp') return () => walk(target, -1)
  if (fold && key === 'ArrowRight') return () => setFold(target, true)
  if ((row?.closest('details') || fold) && key === 'ArrowLeft') return () => setFold(target, false)
  if (localStorage.getItem(KEYS_OFF)) return undefined
  if (key === '/') return () => search.select()
  if (key === '?') return () => keys.showModal()
  if (row && key === 'c') return () => row.querySelector('button').click()
  if (row && key === 'p') return () => row.querySelector('.pin').click()
  return undefined
}

const startKeys = (dialog) => {
  const use = document.getElementById('use-keys')
  use.checked = !localStorage.getItem(KEYS_OFF)
  use.addEventListener('change', () =>
    use.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, 'yes'),
  )
  document.getElementById('open-keys').addEventListener('click', () => dialog.showModal())
  document.getElementById('close-keys').addEventListener('click', () => dialog.close())
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return
    const act = actionOf(event)
    if (!act) return
    event.preventDefault()
    act()
  })
}

const keys = document.getElementById('keys')

if (search && keys) {
  startFilter(search)
  startKeys(keys)
}

// Finding an organization: suggestions while typing

const SUGGEST_AFTER = 200

const organization = document.getElementById('organization')

const withText = (tag, className, text) => {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

/** Also those that failed before this script ran. */
const removeBroken = (image) => {
  if (image.complete && image.naturalWidth === 0) image.remove()
  else image.addEventListener('error', () => image.remove())
}

document.querySelectorAll('.choice-logo').forEach(removeBroken)

const logoOf = (src) => {
  const image = new Image(32, 32)
  image.className = 'choice-logo'
  image.alt = ''
  image.addEventListener('error', () => image.remove())
  image.src = src
  return image
}

const choiceOf = ({ name, host, href, logo }) => {
  const [item, link, protocol] = [
    document.createElement('li'),
    document.createElement('a'),
    withText('span', 'choice-protocol', ''),
  ]
  link.className = 'choice'
  link.href = href
  protocol.append(withText('bdi', '', host))
  link.append(...(logo ? [logoOf(logo)] : []), withText('bdi', 'choice-label', name), protocol, icon('go'))
  item.append(link)
  return item
}

const nothingFound = (query) => {
  const [notice, sentence, quote] = ['p', 'span', 'q'].map((tag) => withText(tag, '', ''))
  const [before, after] = texts.findIdp.none
  notice.className = 'notice'
  quote.append(withText('bdi', '', query))
  sentence.append(before, quote, after)
  notice.append(sentence)
  return notice
}

const showOrganizations = (place, query, { results, hasMore }) => {
  const list = document.createElement('ul')
  list.className = 'choices'
  list.setAttribute('aria-label', texts.findIdp.results)
  list.append(...results.map(choiceOf))
  const more = hasMore && results.length > 0 ? [withText('p', 'muted', texts.findIdp.more)] : []
  const found = results.length > 0 ? [list, ...more] : query === '' ? [] : [nothingFound(query)]
  place.replaceChildren(...found)
  announce(query === '' ? '' : counted(texts.organizationsFound, results.length))
}

const startSuggestions = (input) => {
  const place = document.getElementById('organizations')
  let waiting
  let last = 0

  const suggest = async () => {
    last += 1
    const mine = last
    const query = input.value.trim()
    const answer = await fetch(`${place.dataset.src}?${new URLSearchParams(new FormData(input.form))}`, {
      headers: { accept: 'application/json' },
    })
    // Answers may come in another order than they were asked for.
    if (answer.ok && mine === last) showOrganizations(place, query, await answer.json())
  }

  input.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(suggest, SUGGEST_AFTER)
  })
  document.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || !(event.target === input || event.target.matches('#organizations a.choice'))) return
    const stops = [input, ...place.querySelectorAll('a.choice')]
    const next = stops[stops.indexOf(event.target) + step]
    if (!next) return
    event.preventDefault()
    next.focus()
  })
}

if (organization) startSuggestions(organization)
