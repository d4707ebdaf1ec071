import { type Html, html } from '../core/html.ts'
import type { DemoUser } from './users.ts'

interface LoginPage {
  /** `SAML` or `OpenID Connect`: which of the two demo providers this is. */
  readonly protocol: string
  /** The application that requested the sign-in. */
  readonly application: string
  readonly users: readonly DemoUser[]
  /** Where the form posts to. */
  readonly action: string
  /** Hidden fields of the form. */
  readonly hidden?: Readonly<Record<string, string>>
  readonly wrongPassword?: boolean
}

/** What `/post.js` serves. */
export const autoPostScript = `document.getElementById('auto-post').submit()\n`

/** A page of a demo provider. */
export function document(title: string, protocol: string, content: Html, isWide = false): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · demo identity provider</title>
<link rel="stylesheet" href="/demo.css">
<link rel="icon" href="data:,">
</head>
<body>
<main${isWide ? html` class="wide"` : undefined}>
<p class="badge">Demo identity provider · ${protocol}</p>
${content}
</main>
</body>
</html>
`.toString()
}

/** One click per user, the same by name and password, and a button to cancel. Works without JavaScript. */
export function loginPage(page: LoginPage): string {
  return document(
    'Sign in',
    page.protocol,
    html`<h1>Sign in</h1>
<p class="quiet">to continue to <strong>${page.application}</strong></p>
${page.wrongPassword ? html`<p class="wrong" role="alert">Wrong name or password.</p>` : undefined}
<ul aria-label="Demo users">
${page.users.map((user) => userButton(page, user))}</ul>
<form class="typed" method="post" action="${page.action}">
<h2>Or by name and password</h2>
${hiddenInputs(page.hidden)}
<label>Name <input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button class="main">Sign in</button>
<button class="plain" name="cancel" value="yes" formnovalidate>Cancel</button>
</form>
<footer>
<p class="quiet">This page plays the role of your company's identity provider. ${passwordHint(page.users)}</p>
</footer>`,
  )
}

function userButton({ action, hidden }: LoginPage, { username, password, name, about }: DemoUser): Html {
  return html`<li><form method="post" action="${action}">
${hiddenInputs(hidden)}<input type="hidden" name="password" value="${password}">
<button class="user" name="username" value="${username}">
<span class="initial" aria-hidden="true">${name.slice(0, 1)}</span>
<span>${name}</span> <span class="about"><code>${username}</code> · ${about}</span>
</button>
</form></li>
`
}

function hiddenInputs(hidden: Readonly<Record<string, string>> = {}): readonly Html[] {
  return Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
}

function passwordHint(users: readonly DemoUser[]): Html {
  const passwords = [...new Set(users.map(({ password }) => password))]
  return passwords.length === 1 ? html`All passwords are <code>${passwords[0]}</code>.` : html``
}

/** A message in the same look, with an optional form or link below it. */
export function messagePage(protocol: string, title: string, message: string, below: Html = html``): string {
  return document(title, protocol, html`<h1>${title}</h1><p>${message}</p>${below}`)
}

/** A form that submits itself with JavaScript (`/post.js`), and has a button without. */
export function autoPostPage(protocol: string, action: string, fields: Readonly<Record<string, string>>): string {
  return document(
    'Signing in',
    protocol,
    html`<h1>Signing in</h1>
<p class="quiet">Redirecting to <strong>${new URL(action).host}</strong>. If nothing happens, select Continue.</p>
<form method="post" action="${action}" id="auto-post">
${hiddenInputs(fields)}
<button class="main">Continue</button>
</form>
<script src="/post.js" defer></script>`,
  )
}
