/** The console's pages, without scripts. */
import { showDuration } from '../../core/duration.ts'
import { type Html, html } from '../../core/html.ts'
import type { HttpResponse } from '../http.ts'
import type { ConsoleSession, SignedIn } from './console-session.ts'
import type { Destination } from './destination.ts'

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** The signed-in user, the role and the remaining time. `now`: when the page is shown. */
export function consolePage(
  { session, accountName, endsAt, issuer, destination }: ConsoleSession,
  now: Date,
): HttpResponse {
  const name = session.kind === 'role-session' ? session.roleName : session.sessionName
  const left = Math.max(0, Math.floor((endsAt.getTime() - now.getTime()) / 60_000) * 60)
  const account = html`<p class="account">${session.sessionName} <span>@ ${accountName ?? grouped(session.account)}</span></p>`
  const tags = [...session.tags].map(([key, value]) => html`<li><b>${key}</b> ${value}</li>`)
  return page(
    200,
    name,
    account,
    html`<p class="eyebrow">You are signed in as</p>
<h1>${name}</h1>
<p class="lead">in ${accountName ?? 'account'} <span class="number">${grouped(session.account)}</span></p>
<section class="destination">
<h2>You asked for</h2>
<p><code>${destination.url}</code></p>
${destinationRows(destination)}
<p class="note">At AWS this page would open now, with the permissions of the ${session.kind === 'role-session' ? 'role' : 'federated user'}.</p>
</section>
<section>
<h2>This session</h2>
<dl>
${row('Session name', session.sessionName)}
${row('Ends', html`${left > 0 ? `in ${showDuration(left)}` : 'in less than a minute'} <span class="note">${endsAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</span>`)}
${sessionRows(session)}
${tags.length === 0 ? undefined : row('Session tags', html`<ul class="tags">${tags}</ul>`)}
</dl>
</section>
<div class="actions">
<form method="post" action="/console/logout"><button>Sign out</button></form>
${backLink(issuer)}
</div>`,
  )
}

/** `4711-2222-3333`, the format of AWS's console. */
function grouped(account: string): string {
  return account.replace(/(\d{4})(?=\d)/g, '$1-')
}

function page(status: number, title: string, account: Html | undefined, main: Html): HttpResponse {
  return {
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
  }
}

function destinationRows({ service, region, path }: Destination): Html {
  return html`<dl>
${row('Service', service ?? 'the first page of the console')}
${row('Region', region ?? 'not named')}
${row('Path', html`<code>${path}</code>`)}
</dl>`
}

function row(term: string, value: Html | string): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`
}

function sessionRows(session: SignedIn): Html {
  const isRole = session.kind === 'role-session'
  return html`${row(isRole ? 'Assumed role' : 'Federated user', html`<code>${session.arn}</code>`)}
${isRole ? row('Vouched for by', html`<code>${session.provider ?? 'none outside AWS'}</code>`) : undefined}
${row('Access key', html`<code>${session.accessKeyId}</code>`)}
${isRole && session.sourceIdentity !== undefined ? row('Source identity', session.sourceIdentity) : undefined}`
}

function backLink(issuer: string | undefined): Html | undefined {
  return issuer === undefined
    ? undefined
    : html`<a href="${issuer}" rel="noreferrer">Back to ${new URL(issuer).host}</a>`
}

/**
 * A browser is signed in to one account at a time. `onward`: ends the existing session and continues with the link.
 */
export function signedInElsewherePage(account: string, onward: string): HttpResponse {
  return page(
    400,
    'Sign out first',
    undefined,
    html`<h1>Sign out first</h1>
<p class="lead">You must first log out before logging into a different AWS account. You are signed in to <span class="number">${grouped(account)}</span>.</p>
<div class="actions"><a href="${onward}">Sign out and go on</a> <a href="/console">Stay signed in</a></div>`,
  )
}

/** A page with only a message; `issuer`: the URL that its link leads back to. */
export function messagePage(status: number, title: string, text: string, issuer?: string): HttpResponse {
  return page(
    status,
    title,
    undefined,
    html`<h1>${title}</h1>
<p class="lead">${text}</p>
<div class="actions">${backLink(issuer)}</div>`,
  )
}
