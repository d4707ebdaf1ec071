import { type Html, html } from '../../core/html.ts'
import { document } from '../pages.ts'
import type { Answer } from './answer.ts'
import { type Case, cases } from './cases.ts'

/** The message that was sent, and both responses. */
export interface Outcome {
  readonly title: string
  readonly what: string
  readonly gateway: Answer
  readonly aws: Answer
  /** The message as XML. */
  readonly xml: string
}

const PROTOCOL = 'SAML'

/** The list of messages. */
export function casesPage(user: string): string {
  return document(
    'Break it',
    PROTOCOL,
    html`<h1>Break it</h1>
<p>Each button creates a message about <strong>${user}</strong> with one fault, and sends it to the gateway and to the
local AWS over HTTP. Each validates it independently.</p>
<ul class="cases">
${Object.entries(cases).map(caseRow)}</ul>`,
    true,
  )
}

function caseRow([name, { title, what }]: [string, Case]): Html {
  return html`<li><h2>${title}</h2>
<form method="post" action="/break-it/${name}"><button class="main" aria-label="Send: ${title}">Send</button></form>
<p class="quiet">${what}</p></li>
`
}

/** Both responses side by side. */
export function outcomePage({ title, what, gateway, aws, xml }: Outcome): string {
  return document(
    title,
    PROTOCOL,
    html`<h1>${title}</h1>
<p>${what}</p>
<div class="answers">
${answerBox('Gateway', gateway)}${answerBox('AWS', aws)}</div>
<details><summary>The message</summary><pre tabindex="0"><code>${xml}</code></pre></details>
<p><a href="/break-it">All messages</a></p>`,
    true,
  )
}

function answerBox(name: string, answer: Answer): Html {
  return html`<section aria-label="${name}">
<h2>${name}</h2>
<p class="${answer.accepted ? 'verdict' : 'verdict no'}">${answer.accepted ? 'Accepted' : 'Refused'}</p>
<dl>
${entry('HTTP status', String(answer.status))}
${entry('Code', answer.code)}
${entry('Message', answer.says)}
${entry('What to do next', answer.next)}
</dl>
</section>
`
}

function entry(name: string, value: string | undefined): Html | undefined {
  return value === undefined ? undefined : html`<div><dt>${name}</dt><dd>${value}</dd></div>`
}
