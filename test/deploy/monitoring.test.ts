/** What deploy/prometheus gives to Prometheus: promtool accepts it, and each alert fires when it must and not before. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../setup/built.ts'
import { requireTool } from '../tools.ts'

const PROMTOOL = '/usr/bin/promtool'
const DEPLOYED = join(ROOT, 'deploy/prometheus')
const CASES = join(import.meta.dirname, 'alert-rules.yaml')

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly labels: { readonly severity: string }
      readonly annotations: { readonly summary: string; readonly action: string }
    }[]
  }[]
}

interface Cases {
  readonly tests: readonly {
    readonly name: string
    readonly promql_expr_test: readonly { readonly exp_samples: readonly unknown[] }[]
  }[]
}

const read = <Content>(file: string): Content => parse(readFileSync(file, 'utf8')) as Content
const alerts = read<Rules>(join(DEPLOYED, 'alerts.yaml')).groups.flatMap(({ rules }) => rules)

const promtool = (...args: readonly string[]) => spawnSync(PROMTOOL, args, { encoding: 'utf8', timeout: 60_000 })

describe.skipIf(!requireTool(PROMTOOL))('promtool', () => {
  it.each([
    ['the alert rules', ['check', 'rules', join(DEPLOYED, 'alerts.yaml')]],
    ['the scrape configuration', ['check', 'config', join(DEPLOYED, 'prometheus.yaml')]],
    ['what the alerts do over time', ['test', 'rules', CASES]],
  ])('promtool accepts %s', (_, args) => {
    const { status, stderr, stdout } = promtool(...args)
    expect(`${stdout}${stderr}`).not.toContain('FAILED')
    expect(status).toBe(0)
  })
})

describe('An alert', () => {
  const { tests } = read<Cases>(CASES)

  it.each(alerts.map(({ alert }) => alert))(
    '%s has a time at which it fires, and one at which it does not',
    (alert) => {
      const samples = tests.filter(({ name }) => name === alert).flatMap((one) => one.promql_expr_test)
      expect(samples.map(({ exp_samples }) => exp_samples.length).toSorted()).toContain(0)
      expect(samples.some(({ exp_samples }) => exp_samples.length === 1)).toBe(true)
    },
  )

  it('has a severity, a sentence and a next step', () => {
    for (const { labels, annotations } of alerts) {
      expect(['critical', 'warning']).toContain(labels.severity)
      expect(annotations.summary).toContain('$labels.instance')
      expect(annotations.action).toMatch(/\.$/)
    }
  })
})
