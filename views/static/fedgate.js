/*
 * Small comforts for people with JavaScript: copying, filtering while typing, local times and a countdown. Every page
 * does its work without this file. It sends nothing anywhere and keeps nothing.
 */

document.documentElement.classList.add('js')

// A page that only carries a message on to another site does so at once
document.querySelector('form[data-post-at-once]')?.requestSubmit()

// Signing out may lead through sites that this page's policy for forms cannot name: a page of its own goes there instead
for (const form of document.querySelectorAll('form[action="/logout"]')) {
  const field = document.createElement('input')
  Object.assign(field, { type: 'hidden', name: 'onward', value: 'page' })
  form.append(field)
}

const announcer = document.getElementById('announcer')

const texts = JSON.parse(announcer.dataset.texts)

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

for (const button of document.querySelectorAll('[data-copy-format]')) {
  button.addEventListener('click', () => copy(button.closest('.format').querySelector('pre code'), button))
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
    const isFine = PROFILE.test(input.value)
    input.setCustomValidity(isFine ? '' : texts.profileInvalid)
    if (isFine) code.textContent = code.textContent.replace(/^\[[^\]]*\]/, () => `[${input.value}]`)
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

for (const form of document.querySelectorAll('[data-holds-secrets]')) {
  form.addEventListener('submit', (event) => {
    if (event.submitter?.name !== 'download') return
    event.preventDefault()
    save(event.submitter.closest('.format'))
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

const localFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' })

for (const time of document.querySelectorAll('time[data-local]')) {
  const local = document.createElement('span')
  local.className = 'local'
  local.textContent = `${localFormat.format(new Date(time.dateTime))} your time`
  time.after(' ', local)
}

const remaining = (milliseconds) => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  if (h > 0) return `${h} h ${m} min left`
  return m > 0 ? `${m} min ${String(s).padStart(2, '0')} s left` : `${s} s left`
}

const countDown = (element) => {
  const left = Date.parse(element.dataset.countdown) - Date.now()
  element.textContent = left > 0 ? remaining(left) : 'expired'
  element.classList.toggle('is-soon', left < 300_000)
  if (left <= 0) return announce(texts.expired)
  setTimeout(countDown, 1000, element)
}

document.querySelectorAll('[data-countdown]').forEach(countDown)

// Filtering: the same rule as src/web/matches-query.ts

const NAVIGATE_AFTER = 400

const textOf = (element) =>
  [...element.querySelectorAll('[data-find]')]
    .map((found) => found.textContent)
    .join(' ')
    .toLowerCase()

const readAccounts = () =>
  [...document.querySelectorAll('section.account')].map((section) => {
    const head = textOf(section.querySelector('.account-head'))
    const roles = [...section.querySelectorAll('.role')].map((row) => ({ row, text: `${head} ${textOf(row)}` }))
    return { section, roles }
  })

const plural = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`

const showMatches = (accounts, query) => {
  const words = query.toLowerCase().split(/\s+/)
  const shown = { roles: 0, accounts: 0 }
  for (const { section, roles } of accounts) {
    let here = 0
    for (const { row, text } of roles) {
      row.hidden = !words.every((word) => text.includes(word))
      if (!row.hidden) here++
    }
    section.hidden = here === 0
    shown.roles += here
    shown.accounts += here === 0 ? 0 : 1
  }
  return shown
}

const startFilter = (input) => {
  const accounts = readAccounts()
  const count = document.getElementById('count')
  const nothing = document.getElementById('nothing')
  const total = Number(count.dataset.total)
  const servedQuery = input.defaultValue.trim().toLowerCase()
  let asking

  const filter = () => {
    clearTimeout(asking)
    const query = input.value.trim()
    // The server sent only what matches its query: anything wider has to be asked of it.
    if (!query.toLowerCase().startsWith(servedQuery)) {
      asking = setTimeout(() => (query === '' ? location.assign('/roles') : input.form.requestSubmit()), NAVIGATE_AFTER)
      return
    }
    const shown = showMatches(accounts, query)
    const roles = shown.roles === total ? plural(total, 'role') : `${shown.roles} of ${plural(total, 'role')}`
    count.textContent = `${roles} in ${plural(shown.accounts, 'account')}`
    nothing.hidden = shown.roles > 0
    nothing.querySelector('q')?.replaceChildren(query)
  }

  input.addEventListener('input', filter)
  if (servedQuery) input.setSelectionRange(input.value.length, input.value.length)
  // A browser that goes back may put the typed text into the field again.
  if (input.value !== input.defaultValue) filter()
}

const search = document.getElementById('q')
if (search) startFilter(search)

// Keys: / searches, Escape clears, the arrows walk from row to row

const isTyping = (target) => target.closest('input:not([type=radio]), select, textarea') !== null

const visibleRows = () => [...document.querySelectorAll('.role')].filter((row) => row.offsetParent !== null)

const walk = (from, step) => {
  const rows = visibleRows()
  const next = from ? rows.indexOf(from) + step : 0
  if (next < 0) search.focus()
  else rows[next]?.querySelector('button[type=submit]').focus()
}

const keys = {
  '/': (event) => {
    if (isTyping(event.target)) return
    event.preventDefault()
    search.select()
  },
  Escape: (event) => {
    if (event.target !== search || search.value === '') return
    event.preventDefault()
    search.value = ''
    search.dispatchEvent(new Event('input'))
  },
  ArrowDown: (event) => arrow(event, 1),
  ArrowUp: (event) => arrow(event, -1),
}

const arrow = (event, step) => {
  const row = event.target.closest('.role')
  const fromSearch = event.target === search && step > 0
  if (!fromSearch && !(row && event.target.matches('button'))) return
  event.preventDefault()
  walk(row, step)
}

if (search) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    keys[event.key]?.(event)
  })
}
