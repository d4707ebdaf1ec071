import type { Machine } from '../machine.ts'
import { plain } from '../output.ts'
import { callApi } from '../session/api.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway } from '../session/settings.ts'
import { localTime } from './local-time.ts'

export interface WhoamiOptions {
  readonly gateway?: string
  readonly json?: boolean
}

/** Prints who is signed in, where, and for how long. */
export async function runWhoami(machine: Machine, options: WhoamiOptions): Promise<void> {
  const gateway = await chosenGateway(machine, options.gateway)
  const session = await openSession(machine, gateway)
  const answer = await callApi(session, { method: 'GET', path: '/api/session' }, machine.now)
  const { subject = '', provider = '', expiresAt = '' } = answer
  const { print } = machine.output
  if (options.json) {
    print(JSON.stringify({ gateway, subject, provider, expiresAt }, null, 2))
    return
  }
  print(`User               ${plain(String(subject))}`)
  print(`Identity provider  ${plain(String(provider))}`)
  print(`Gateway            ${gateway}`)
  if (expiresAt !== '') print(`Signed in until    ${localTime(String(expiresAt))}`)
}
