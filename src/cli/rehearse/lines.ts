/** The rehearsal for a terminal. Pure. */
import { oneLine } from '../../core/render-verdict.ts'
import type { Rehearsal, RehearsedRole } from './rehearsal.ts'

const HEADINGS = ['BEFORE', 'AFTER', 'ROLE', 'USER', 'PROVIDER'] as const

export function rehearsalLines({ changes, counts }: Rehearsal): readonly string[] {
  const breaking = changes.filter(({ breaks }) => breaks)
  const others = changes.filter(({ breaks }) => !breaks)
  return [
    ...section('Breaks', breaking),
    ...section('Changes otherwise', others),
    `${breaking.length === 0 ? 'Nothing breaks' : `${counted(breaking.length, 'role of a user', 'roles of users')} would break`}: ${counted(counts.users, 'user', 'users')} and ${counted(counts.roles, 'role', 'roles')} rehearsed, ${counts.unchanged} unchanged.`,
  ]
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`
}

/** The reason follows where it differs from that of the row before. */
function section(title: string, rows: readonly RehearsedRole[]): readonly string[] {
  if (rows.length === 0) return []
  const cells = rows.map(({ before, after, role, who, provider }) => [before, after, role, who, provider].map(oneLine))
  const widths = HEADINGS.map((heading, n) => Math.max(heading.length, ...cells.map((row) => row[n]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join('  ')}`.trimEnd()
  return [
    title,
    line(HEADINGS),
    ...rows.flatMap(({ reason }, n) => {
      const isLast = rows[n + 1]?.reason !== reason
      return [line(cells[n] ?? []), ...(isLast && reason !== '' ? [`    ${oneLine(reason)}`] : [])]
    }),
  ]
}
