import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../../config/types.ts'
import type { WrittenChange } from '../../config/written.ts'
import { StartError } from '../errors.ts'

/** What a running process cannot change, by the name that the configuration has for it. */
const fixed: Readonly<Record<string, (config: Config) => unknown>> = {
  baseUrl: ({ baseUrl }) => baseUrl,
  'listen.host': ({ listen }) => listen.host,
  'listen.port': ({ listen }) => listen.port,
  'listen.tls (added or removed)': ({ listen }) => listen.tls !== undefined,
  'session.store': ({ session: { store } }) =>
    store.kind === 'redis' ? { ...store, password: store.password?.reveal() } : store,
  stateDir: ({ stateFolder }) => stateFolder,
  'sts.endpoint (to or from local)': ({ sts }) => sts.target.kind === 'local',
  'metrics.listen': ({ metrics }) => metrics.listen,
  'localAws.listen': ({ sts, localAws }) => sts.target.kind === 'local' && localAws.listen,
}

/** Their places in the file; a place stands for all below it. */
const fixedPlaces = [
  'baseUrl',
  'listen.host',
  'listen.port',
  'session.store',
  'stateDir',
  'metrics.listen',
  'localAws.listen',
]

/** Whether a reload would refuse that change, by the places of the file. */
export function needsRestart({ setting, before, after }: WrittenChange): boolean {
  if (setting === 'listen.tls' || setting.startsWith('listen.tls.')) return before === undefined || after === undefined
  if (setting === 'sts.endpoint') return before === 'local' || after === 'local'
  return fixedPlaces.some((place) => setting === place || setting.startsWith(`${place}.`))
}

/** Throws StartError `start.needs_restart` if these two configurations differ in what cannot change. */
export function mustNotNeedRestart(before: Config, after: Config): void {
  const changed = Object.entries(fixed).flatMap(([name, settingOf]) =>
    isDeepStrictEqual(settingOf(before), settingOf(after)) ? [] : [name],
  )
  if (changed.length === 0) return
  const sentence = `These settings cannot change while the gateway runs: ${changed.join(', ')}.`
  throw new StartError('start.needs_restart', { sentence })
}
