/** The pages of the console, without script. */
import { showDuration } from '../../core/duration.ts'
import { type Html, html } from '../../core/html.ts'
import type { Reply } from '../reply.ts'
import type { ConsoleSession } from './console-session.ts'

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
`.toString(),
})

const row = (term: string, value: Html | string): Html => html`<div><dt>${term}</dt><dd>${value}</dd></div>`

/** `4711-2222-3333`, as the console of AWS shows an account. */
const grouped = (account: string): string => account.replace(/(\d{4})(?=\d)/g, '$1-')

/** Who is signed in, with which role and for how much longer. `now`: when it is shown. */
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
${row('Vouched for by', html`<code>${role.provider ?? 'nobody outside AWS'}</code>`)}
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

/** A page that only says something; `issuer`: the URL that its link leads back to. */
export const messagePage = (status: number, title: string, text: string, issuer?: string): Reply =>
  page(
    status,
    title,
    undefined,
    html`<h1>${title}</h1>
<p class="lead">${text}</p>
<div class="actions">${backLink(issuer)}</div>`,
  )
