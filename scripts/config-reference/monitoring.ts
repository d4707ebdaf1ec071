/** The tables of docs/monitoring.md: metrics and labels from the code, alerts from deploy/prometheus/alerts.yaml. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import {
  definitions,
  keyMetrics,
  labelValues,
  type MetricDefinition,
  nodeMetrics,
  workersDefinition,
} from '../../src/gateway/metrics/definitions.ts'

interface Rules {
  readonly groups: readonly { readonly rules: readonly Alert[] }[]
}

interface Alert {
  readonly alert: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly action: string }
}

const ROOT = join(import.meta.dirname, '../..')

const tables = { metrics: metricTable, labels: labelTable, alerts: alertTable } as const

/** The page with its tables as the source has them now. Throws where the page has no place for one. */
export function withMonitoringTables(page: string): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = [
      `<!-- Generated: ${name}. By \`npm run schema\`. Do not edit. -->`,
      `<!-- End of ${name}. -->`,
    ]
    const [before, rest] = [text.split(begin)[0], text.split(end)[1]]
    if (before === undefined || rest === undefined) throw new Error(`docs/monitoring.md has no place for ${name}`)
    return `${before}${begin}\n\n${table()}\n${end}${rest}`
  }, page)
}

function metricTable(): string {
  const ours = [...Object.values<MetricDefinition>(definitions), workersDefinition].map(
    ({ name, type, labels, help }) => [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help],
  )
  const ofKeys = keyMetrics.map(([name, ...rest]) => [`\`${name}\``, ...rest])
  const ofNode = nodeMetrics.map(([name, help]) => [
    `\`${name}\``,
    name.endsWith('_total') ? 'counter' : 'gauge',
    '',
    help,
  ])
  return tableOf(['metric', 'type', 'labels', 'what it is'], [...ours, ...ofKeys, ...ofNode])
}

function labelTable(): string {
  return tableOf(
    ['label', 'values'],
    Object.entries(labelValues).map(([label, values]) => [`\`${label}\``, values]),
  )
}

function alertTable(): string {
  const { groups } = parse(readFileSync(join(ROOT, 'deploy/prometheus/alerts.yaml'), 'utf8')) as Rules
  const rows = groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, labels, annotations }) => [
      `\`${alert}\``,
      labels.severity,
      readable(annotations.summary),
      annotations.action,
    ])
  return tableOf(['alert', 'severity', 'when', 'what to do'], rows)
}

/** Without the place, which every alert has, and with what a template fills in as a word. */
function readable(template: string): string {
  return template
    .replace(' ({{ $labels.instance }})', '')
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '_$1_')
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, '_so long or many_')
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('')
}
