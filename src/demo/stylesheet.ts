/** The style of both demo providers; served as a file, because their pages allow no inline style. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --paper: #f4f1ea; --card: #fffdf9; --ink: #23211d; --quiet: #655f55; --line: #ddd6c8;
  --accent: #8a4b14; --accent-ink: #fff; --accent-soft: #f6ead9; --wrong: #a3231b; --wrong-soft: #fbe9e7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #191713; --card: #23201b; --ink: #f1ece2; --quiet: #b3aa9b; --line: #3d382f;
    --accent: #e8a76a; --accent-ink: #23180c; --accent-soft: #33291d; --wrong: #ff9d92; --wrong-soft: #3a2220;
  }
}
* { box-sizing: border-box }
html { font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif }
body {
  margin: 0; min-height: 100vh; padding: 1.5rem 1rem; display: grid; place-items: center;
  background: var(--paper); color: var(--ink);
}
main {
  width: min(27rem, 100%); background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  padding: 1.75rem; box-shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 12px 32px rgb(0 0 0 / 7%);
}
main.wide { width: min(60rem, 100%) }
main.wide button { width: auto }
.cases li { display: grid; grid-template-columns: 1fr auto; gap: .25rem 1rem; align-items: center;
  padding: .75rem 0; border-top: 1px solid var(--line) }
.cases h2 { color: var(--ink); font-size: 1rem; margin: 0 }
.cases p { margin: 0 }
.cases form { grid-area: 1 / 2 / 3 }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1rem; margin: 1.25rem 0 }
.answers section { border: 1px solid var(--line); border-radius: .75rem; padding: 1rem }
.answers dl { display: grid; gap: .5rem; margin: 0 }
.answers dt { font-size: .875rem; color: var(--quiet) }
.answers dd { margin: 0; overflow-wrap: anywhere }
.verdict { font-weight: 700; margin: 0 0 .75rem }
.verdict.no { color: var(--wrong) }
pre { overflow: auto; max-height: 24rem; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem }
.badge {
  display: inline-block; margin: 0 0 1rem; padding: .15rem .65rem; border-radius: 1rem; font-size: .8125rem;
  font-weight: 600; color: var(--accent); background: var(--accent-soft);
}
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.015em; text-wrap: balance }
h2 { margin: 0 0 .5rem; font-size: .875rem; font-weight: 600; color: var(--quiet) }
p { margin: 0 0 1rem; overflow-wrap: anywhere }
p.next { margin: 1rem 0 0 }
.quiet { color: var(--quiet); font-size: .875rem }
.wrong { padding: .6rem .8rem; border-radius: .5rem; color: var(--wrong); background: var(--wrong-soft) }
ul { list-style: none; margin: 1.25rem 0; padding: 0; display: grid; gap: .5rem }
code { font: .875em ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace }
button, input { font: inherit; color: inherit; width: 100%; border-radius: .625rem; min-height: 2.75rem }
button { cursor: pointer; border: 1px solid transparent; padding: .55rem 1rem; font-weight: 600 }
button.user {
  display: grid; grid-template-columns: auto 1fr; gap: 0 .85rem; align-items: center; text-align: start;
  background: transparent; border-color: var(--line); padding: .6rem .8rem; transition: background-color .12s;
}
button.user:hover { background: var(--accent-soft); border-color: var(--accent) }
button.user .initial {
  grid-row: span 2; display: grid; place-items: center; width: 2.4rem; height: 2.4rem; border-radius: 50%;
  background: var(--accent-soft); color: var(--accent);
}
button.user .about { font-weight: 400; font-size: .875rem; color: var(--quiet) }
button.main { background: var(--accent); color: var(--accent-ink) }
button.main:hover { filter: brightness(1.1) }
button.plain { background: transparent; border-color: var(--line) }
button.plain:hover { background: var(--accent-soft) }
.typed { border-top: 1px solid var(--line); padding-top: 1.25rem; display: grid; gap: .75rem }
.typed h2 { margin: 0 }
label { display: grid; gap: .25rem; font-size: .875rem; font-weight: 600 }
input { border: 1px solid var(--quiet); background: transparent; padding: .4rem .75rem; font-weight: 400 }
footer { margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--line) }
main > :last-child, footer p:last-child { margin-bottom: 0 }
a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
@media (max-width: 24rem) { main { padding: 1.25rem } }
@media (prefers-reduced-motion: reduce) { * { transition: none } }
`
