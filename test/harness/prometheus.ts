/** Debian's Prometheus: scrapes a gateway every half second, and answers queries. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { until } from '../stores/redis-servers.ts'
import { requireTool } from '../tools.ts'
import { freePort } from './ports.ts'

const PROMETHEUS = '/usr/bin/prometheus'
export const hasPrometheus = requireTool(PROMETHEUS)

export interface Prometheus {
  /** The value of the query's only sample; undefined if there is none, or more than one. Rejects if it is no query. */
  query(promql: string): Promise<number | undefined>
  stop(): Promise<void>
}

interface Answer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
}

/** Resolves when it answers. `target`: the host and port of `/metrics`. */
export const startPrometheus = async (target: string): Promise<Prometheus> => {
  const [folder, port] = [await mkdtemp(join(tmpdir(), 'fedgate-prometheus-')), await freePort()]
  const file = join(folder, 'prometheus.yaml')
  const configuration = {
    global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
    scrape_configs: [{ job_name: 'fedgate', static_configs: [{ targets: [target] }] }],
  }
  await writeFile(file, stringify(configuration))
  const place = [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`]
  const child = spawn(PROMETHEUS, [...place, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true })
  }
  await until(async () => (await fetch(`${url}/-/ready`)).ok).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    query: async (promql) => {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: promql })}`)
      if (!response.ok) throw new Error(`${promql}: ${await response.text()}`)
      const [only, another] = ((await response.json()) as Answer).data.result
      return only === undefined || another !== undefined ? undefined : Number(only.value[1])
    },
    stop,
  }
}
