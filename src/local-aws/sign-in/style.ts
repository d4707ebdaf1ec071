/** The console's style sheet, in the program so it needs no separate file. */
export const consoleCss = `:root {
  color-scheme: light dark;
  --ink: #16202c; --quiet: #566273; --ground: #f3f5f8; --card: #fff; --line: #dce1e8; --accent: #b45309; --bar: #16202c;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf2; --quiet: #9aa7b8; --ground: #0f151d; --card: #18212c; --line: #2b3644; --accent: #f0a64b; --bar: #0a0f15; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; color: var(--ink); background: var(--ground); }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1rem; padding: .75rem clamp(1rem, 4vw, 2.5rem); color: #fff; background: var(--bar); border-bottom: 3px solid #f0a64b; }
header p { margin: 0; }
.brand { font-weight: 650; letter-spacing: .01em; }
.badge { margin-left: .5rem; padding: .1rem .55rem; border-radius: 1rem; font-size: .75rem; font-weight: 600; color: #16202c; background: #f0a64b; white-space: nowrap; }
.account { overflow-wrap: anywhere; }
.account span { color: #b9c4d2; }
main { flex: 1; width: 100%; max-width: 46rem; margin: 0 auto; padding: clamp(1.5rem, 5vw, 3rem) 1rem; }
.eyebrow { margin: 0; color: var(--accent); font-size: .875rem; font-weight: 600; }
h1 { margin: 0; font-size: clamp(1.75rem, 5vw, 2.5rem); line-height: 1.15; letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { margin: 0 0 .5rem; font-size: 1rem; }
.lead { margin: .35rem 0 1.75rem; color: var(--quiet); font-size: 1.125rem; }
.number, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .9em; font-variant-numeric: tabular-nums; }
code { overflow-wrap: anywhere; }
section { margin-bottom: 1rem; padding: 1.25rem clamp(1rem, 3vw, 1.5rem); background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
section p { margin: 0 0 .25rem; }
.destination { border-left: 4px solid #f0a64b; }
.note { color: var(--quiet); font-size: .875rem; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: 9.5rem 1fr; gap: 0 1rem; padding: .55rem 0; border-top: 1px solid var(--line); }
dl > div:first-child { border-top: 0; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.tags { display: flex; flex-wrap: wrap; gap: .35rem; margin: 0; padding: 0; list-style: none; }
.tags li { padding: 0 .55rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .875rem; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem; margin-top: 1.5rem; }
button { padding: .6rem 1.15rem; border: 1px solid var(--line); border-radius: .5rem; font: inherit; font-weight: 600; color: var(--ink); background: var(--card); cursor: pointer; }
button:hover { border-color: var(--accent); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid #f0a64b; outline-offset: 2px; }
footer { padding: 1rem; text-align: center; color: var(--quiet); font-size: .8125rem; }
@media (max-width: 34rem) { dl > div { grid-template-columns: 1fr; } }
`
