/**
 * A gateway of the catalogue's benchmark, in a process of its own: `with` or `without` a catalogue. Tells its parent
 * where it is, the cookies of a user with 30 roles, and its CPU time when asked.
 */
import { join } from 'node:path'
import { HttpBrowser } from '../test/harness/http-browser.ts'
import { postAnswer } from '../test/harness/sign-in.ts'
import { reserveGateway, startConfiguredGateway } from '../test/harness/test-gateway.ts'
import { answerOf, createTestIdp } from '../test/harness/test-idp.ts'
import { accountId, roleName, trustPolicy } from './catalog-files.ts'

const [kind = 'without', folder = ''] = process.argv.slice(2)

/** One role in each of 30 accounts. */
const roles = Array.from({ length: 30 }, (_, n) => ({ account: accountId(n * 16), name: roleName(n) }))
const names = new Map(roles.map(({ account }, n) => [account, { name: `Account number ${n * 16}` }]))

const [url, corp] = [await reserveGateway(), await createTestIdp('corp')]
const hasCatalog = kind === 'with'
const gateway = await startConfiguredGateway(
  url,
  {
    providers: [{ id: 'corp', label: 'Example Corp', protocol: 'saml', metadata: './corp.xml' }],
    ...(hasCatalog ? { catalog: [join(folder, '*.json')] } : { accounts: Object.fromEntries(names) }),
    ...(hasCatalog ? {} : { roles: [{ match: 'arn:aws:iam::*:role/*', maxSessionDuration: '4h' }] }),
    access: [
      {
        when: { provider: 'corp', groups: '/^aws-(?<account>\\d{12})-(?<role>[\\w+=,.@-]+)$/' },
        roles: ['arn:aws:iam::{account}:role/{role}'],
      },
    ],
  },
  {
    files: { 'corp.xml': corp.metadata },
    state: {
      accounts: [...names].map(([id, { name }]) => ({ id, name })),
      // The same forecasts: the gateway without a catalogue knows the policies of these thirty roles.
      roles: hasCatalog
        ? []
        : roles.map(({ account, name }) => ({
            arn: `arn:aws:iam::${account}:role/${name}`,
            maxSessionDuration: 14_400,
            trustPolicy: trustPolicy(account),
          })),
    },
  },
)

const browser = new HttpBrowser()
const groups = roles.map(({ account, name }) => `aws-${account}-${name}`)
await postAnswer(browser, await answerOf(corp, browser, url, 'corp', { subject: 'alice', attributes: { groups } }))
process.send?.({
  url,
  cookies: browser.cookies.headerFor({ url: new URL(url), method: 'GET', isCrossSite: false }),
})
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
process.once('disconnect', async () => {
  await gateway.close()
  process.exit()
})
