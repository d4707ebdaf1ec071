import { UserError } from '../errors.ts'
import { openBrowser } from '../login/browser.ts'
import type { Machine } from '../machine.ts'
import { chosenRole } from '../roles/roles.ts'
import { callApi } from '../session/api.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway } from '../session/settings.ts'

export interface ConsoleOptions {
  readonly gateway?: string
  readonly role?: string
  /** A service such as `s3`, or the URL of a console page. */
  readonly service?: string
  readonly print?: boolean
}

/** Opens the AWS console in the browser, or prints the URL that does so. */
export async function runConsole(machine: Machine, options: ConsoleOptions): Promise<void> {
  const session = await openSession(machine, await chosenGateway(machine, options.gateway))
  const role = await chosenRole(machine, session, options.role)
  const body = { role, ...(options.service !== undefined && { destination: options.service }) }
  const { url } = await callApi(session, { method: 'POST', path: '/api/console', body }, machine.now)
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) throw new UserError('cli.gateway_unexpected')
  if (options.print) machine.output.print(url)
  else if (await openBrowser(machine, url)) machine.output.note('The AWS console is opening in your browser.')
  else throw new UserError('cli.browser_missing')
}
