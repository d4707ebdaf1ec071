/** The pages of the console: rendered here, no script, every value escaped by the one function that makes HTML. */
import { showDuration } from '../../core/duration.ts'
import type { Reply } from '../reply.ts'
import type { ConsoleSession } from './sign-in.ts'

/** Text that is HTML already. */
interface Html {
  readonly html: string
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')

type Value = Html | string | readonly Html[] | undefined
const htmlOf = (value: Value): string => {
  if (value === undefined) return ''
  if (typeof value === 'string') return escaped(value)
  return 'html' in value ? value.html : value.map(({ html }) => html).join('')
}

/** Template text is HTML, values are text. */
const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  html: parts.map((part, n) => part + htmlOf(values[n])).join(''),
})

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const page = (status: number, title: string, account: Html | undefined, main: Html): Reply => ({
  status,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Referrer-Policy': 'no-referrer',
  },
  body: html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Local AWS</title>
<link rel="stylesheet" href="/console.css">
</head>
<body>
<header>
<p class="brand">Local AWS <span class="badge">not amazon.com</span></p>
${account}
</header>
<main>
${main}
</main>
<footer>A stand-in for AWS on this machine, made for trying fedgate out. Nothing here reaches a real account.</footer>
</body>
</html>
`.html,
})

const row = (term: string, value: Html | string): Html => html`<div><dt>${term}</dt><dd>${value}</dd></div>`

/** `4711 2222 3333` reads better than twelve digits. */
const grouped = (account: string): string => account.replace(/(\d{4})(?=\d)/g, '$1-')

export const consolePage = ({ role, accountName, endsAt, issuer, destination }: ConsoleSession, now: Date): Reply => {
  const left = Math.max(0, Math.floor((endsAt.getTime() - now.getTime()) / 60_000) * 60)
  const account = html`<p class="account">${role.sessionName} <span>@ ${accountName ?? grouped(role.account)}</span></p>`
  const tags = [...role.tags].map(([key, value]) => html`<li><b>${key}</b> ${value}</li>`)
  return page(
    200,
    role.roleName,
    account,
    html`<p class="eyebrow">You are signed in as</p>
<h1>${role.roleName}</h1>
<p class="lead">in ${accountName ?? 'account'} <span class="number">${grouped(role.account)}</span></p>
<section class="destination">
<h2>You asked for</h2>
<p><code>${destination}</code></p>
<p class="note">At AWS this page would open now, with the permissions of the role.</p>
</section>
<section>
<h2>This session</h2>
<dl>
${row('Session name', role.sessionName)}
${row('Ends', html`${left > 0 ? `in ${showDuration(left)}` : 'in less than a minute'} <span class="note">${endsAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</span>`)}
${row('Assumed role', html`<code>${role.arn}</code>`)}
${row('Vouched for by', html`<code>${role.provider}</code>`)}
${row('Access key', html`<code>${role.accessKeyId}</code>`)}
${role.sourceIdentity === undefined ? undefined : row('Source identity', role.sourceIdentity)}
${tags.length === 0 ? undefined : row('Session tags', html`<ul class="tags">${tags}</ul>`)}
</dl>
</section>
<div class="actions">
<form method="post" action="/console/logout"><button>Sign out</button></form>
${backLink(issuer)}
</div>`,
  )
}

const backLink = (issuer: string | undefined): Html | undefined =>
  issuer === undefined ? undefined : html`<a href="${issuer}" rel="noreferrer">Back to ${new URL(issuer).host}</a>`

export const messagePage = (status: number, title: string, text: string, issuer?: string): Reply =>
  page(
    status,
    title,
    undefined,
    html`<h1>${title}</h1>
<p class="lead">${text}</p>
<div class="actions">${backLink(issuer)}</div>`,
  )
