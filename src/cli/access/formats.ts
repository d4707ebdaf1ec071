/** The report as a table, JSON, CSV, or one HTML file. Pure. */
import { html } from '../../core/html.ts'
import type { AccessFormat } from '../options.ts'
import type { AccessReport, Finding, Grant } from './report.ts'

const COLUMNS = [
  'who',
  'provider',
  'role',
  'account',
  'accountName',
  'because',
] as const satisfies readonly (keyof Grant)[]

const TITLES: Readonly<Record<(typeof COLUMNS)[number], string>> = {
  who: 'Who',
  provider: 'Provider',
  role: 'Role',
  account: 'Account',
  accountName: 'Account name',
  because: 'Granted by',
}

export const accessFormats = {
  table: tableOf,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  csv: ({ grants }) => [COLUMNS, ...grants.map(cells)].map((row) => `${row.map(csvCell).join(',')}\r\n`).join(''),
  html: htmlOf,
} as const satisfies Record<AccessFormat, (report: AccessReport) => string>

function cells(grant: Grant): readonly string[] {
  return COLUMNS.map((column) => grant[column])
}

/** A cell that begins like a formula would be run by a spreadsheet. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function tableOf({ grants, findings, changes }: AccessReport): string {
  const rows = [COLUMNS.map((column) => TITLES[column]), ...grants.map(cells)]
  const widths = COLUMNS.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${[
    ...(grants.length === 0 ? ['Nobody can take a role.'] : lines),
    ...section('Findings', findings.flatMap(findingLines)),
    ...(changes
      ? [
          ...section('Added', changes.added.map(grantLine)),
          ...section('Removed', changes.removed.map(grantLine)),
          ...section(
            'New findings',
            changes.newFindings.map(({ sentence }) => sentence),
          ),
          ...section(
            'Resolved findings',
            changes.resolvedFindings.map(({ sentence }) => sentence),
          ),
        ]
      : []),
  ].join('\n')}\n`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

function findingLines({ code, sentence, patch }: Finding): readonly string[] {
  return [`${code}: ${sentence}`, ...(patch ? [`  ${patch.cli}`] : [])]
}

function grantLine({ who, provider, role }: Grant): string {
  return `${who} (${provider}) ${role}`
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1f;background:#fff}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .8rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}th{background:#f2f2f5}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f2f2f5;padding:.8rem}@media (prefers-color-scheme:dark){body{color:#eee;background:#18181b}th,pre{background:#26262b}th,td{border-color:#444}}'

/** Without scripts and without anything to load. */
function htmlOf({ grants, findings, changes }: AccessReport): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Access report</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Access report</h1>
<h2>Findings (${String(findings.length)})</h2>
${findings.map(findingHtml)}
${changes ? changesHtml('Added', changes.added) : ''}
${changes ? changesHtml('Removed', changes.removed) : ''}
<h2>Who can take what (${String(grants.length)})</h2>
${tableHtml(grants)}
</body>
</html>
`
  return page.toString()
}

function findingHtml({ code, sentence, patch }: Finding) {
  return html`<p><code>${code}</code> ${sentence}</p>
${patch ? html`<details><summary>Patch</summary><pre>${JSON.stringify(patch.policy, null, 2)}</pre><pre>${patch.cli}</pre><pre>${JSON.stringify(patch.terraform, null, 2)}</pre></details>` : ''}
`
}

function changesHtml(title: string, grants: readonly Grant[]) {
  return html`<h2>${title} (${String(grants.length)})</h2>
${tableHtml(grants)}`
}

function tableHtml(grants: readonly Grant[]) {
  return html`<table>
<thead><tr>${COLUMNS.map((column) => html`<th scope="col">${TITLES[column]}</th>`)}</tr></thead>
<tbody>
${grants.map(
  (grant) => html`<tr>${cells(grant).map((cell) => html`<td>${cell}</td>`)}</tr>
`,
)}</tbody>
</table>`
}
