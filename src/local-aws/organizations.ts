/**
 * AWS Organizations, as far as an inventory needs it: accounts, organizational units and tags of accounts, in its JSON
 * protocol. Only the management account is answered: the first account of the state. Nothing can be changed.
 */
import { randomUUID } from 'node:crypto'
import { isObject } from '../core/json.ts'
import { ORGANIZATION, organizationOf, ROOT, unitId } from './account/organization.ts'
import { requirePermission } from './authorize.ts'
import { AwsError } from './aws-errors.ts'
import type { Log } from './endpoint.ts'
import { asAwsError } from './endpoint.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { endpointOf } from './regions.ts'
import { signedCaller } from './signed-caller.ts'
import type { AccountState } from './state.ts'
import type { Call, Sts } from './sts/call.ts'

const TARGET = /^AWSOrganizationsV20161128\.(\w+)$/
/** AWS's own maximum of a page. */
const PAGE = 20

type Fields = Readonly<Record<string, unknown>>

interface Asked {
  readonly accounts: readonly AccountState[]
  readonly management: string
  readonly input: Fields
}

type Operation = (asked: Asked) => Fields

/** An error of this service: by its code, always with status 400. */
class OrganizationsError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The names of this service's errors for what STS and IAM call otherwise. */
const codes: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
}

const operations: Readonly<Record<string, Operation>> = {
  ListAccounts: ({ accounts, ...asked }) => page('Accounts', accounts.map(shownAccount(asked.management)), asked.input),
  ListAccountsForParent: (asked) =>
    page('Accounts', accountsIn(asked, parentOf(asked)).map(shownAccount(asked.management)), asked.input),
  ListRoots: ({ management, input }) =>
    page(
      'Roots',
      [{ Id: ROOT, Arn: arnOf(management, `root/${ORGANIZATION}/${ROOT}`), Name: 'Root', PolicyTypes: [] }],
      input,
    ),
  ListOrganizationalUnitsForParent: (asked) =>
    page('OrganizationalUnits', unitsIn(asked, parentOf(asked)).map(shownUnit(asked.management)), asked.input),
  ListTagsForResource: ({ accounts, input }) => {
    const account = accounts.find(({ id }) => id === input.ResourceId)
    if (!account)
      throw new OrganizationsError('TargetNotFoundException', "We can't find a target with the specified ID.")
    return page(
      'Tags',
      Object.entries(account.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
      input,
    )
  },
}

/** Whether the request is a call of this service. */
export function isOrganizationsCall({ headers }: HttpRequest): boolean {
  return TARGET.test(headers['x-amz-target'] ?? '')
}

/** Answers one call; never throws. */
export function answerOrganizations(aws: Sts, request: HttpRequest, now: Date, log: Log): HttpResponse {
  const name = TARGET.exec(request.headers['x-amz-target'] ?? '')?.[1] ?? ''
  const requestId = randomUUID()
  const reply = (status: number, body: Fields): HttpResponse => ({
    status,
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': requestId },
    body: JSON.stringify(body),
  })
  try {
    const answer = perform(aws, request, { name, requestId, now })
    log(`organizations ${name}`)
    return reply(200, answer)
  } catch (thrown) {
    const error = thrown instanceof OrganizationsError ? thrown : asAwsError(thrown)
    log(`organizations ${name} ${error.code}: ${error.message}`)
    return reply(400, { __type: codes[error.code] ?? error.code, Message: error.message })
  }
}

function perform(
  aws: Sts,
  request: HttpRequest,
  { name, requestId, now }: { readonly name: string; readonly requestId: string; readonly now: Date },
): Fields {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
  if (!operation) throw new OrganizationsError('UnknownOperationException', '')
  const endpoint = endpointOf(request.headers.host)
  const call: Call = {
    parameters: new Map(),
    request,
    requestId,
    endpoint,
    region: endpoint.region,
    now,
    note: () => {},
  }
  const caller = signedCaller(aws, call, 'organizations')
  requirePermission(aws, call, caller, { action: `organizations:${name}`, resource: '*' })
  const { accounts, management = caller.account } = organizationOf(aws.iam.accounts())
  if (caller.account !== management)
    throw new AwsError('AccessDenied', "You don't have permissions to access this resource.")
  return operation({ accounts, management, input: inputOf(request) })
}

function inputOf({ body }: HttpRequest): Fields {
  try {
    const input: unknown = JSON.parse(body.toString('utf8') || '{}')
    if (isObject(input)) return input
  } catch {
    // Refused below.
  }
  throw new OrganizationsError('SerializationException', 'Start of structure or map found where not expected.')
}

function page(name: string, items: readonly Fields[], { NextToken, MaxResults }: Fields): Fields {
  const from = Number(NextToken ?? 0)
  const most = Math.min(PAGE, typeof MaxResults === 'number' ? MaxResults : PAGE)
  if (!Number.isInteger(from) || from < 0 || most < 1)
    throw new OrganizationsError('InvalidInputException', 'You specified an invalid value.')
  const isLast = from + most >= items.length
  return { [name]: items.slice(from, from + most), ...(isLast ? {} : { NextToken: String(from + most) }) }
}

function arnOf(management: string, resource: string): string {
  return `arn:aws:organizations::${management}:${resource}`
}

function shownAccount(management: string) {
  return ({ id, name = id, email = `${id}@example.com`, status = 'ACTIVE' }: AccountState): Fields => ({
    Id: id,
    Arn: arnOf(management, `account/${ORGANIZATION}/${id}`),
    Email: email,
    Name: name,
    Status: status,
    State: status,
    JoinedMethod: 'CREATED',
    JoinedTimestamp: 1_700_000_000,
  })
}

function shownUnit(management: string) {
  return (path: string): Fields => ({
    Id: unitId(path),
    Arn: arnOf(management, `ou/${ORGANIZATION}/${unitId(path)}`),
    Name: path.slice(path.lastIndexOf('/') + 1),
  })
}

/** The path of the parent that was asked for. */
function parentOf({ accounts, input }: Asked): string {
  const path = ['', ...unitPaths(accounts)].find((one) => unitId(one) === input.ParentId)
  if (path !== undefined) return path
  throw new OrganizationsError(
    'ParentNotFoundException',
    "We can't find a root or OU with the ParentId that you specified.",
  )
}

/** Every unit that an account is in, directly or not. */
function unitPaths(accounts: readonly AccountState[]): readonly string[] {
  const paths = accounts.flatMap(({ ou = '' }) => {
    const names = ou === '' ? [] : ou.split('/')
    return names.map((_, n) => names.slice(0, n + 1).join('/'))
  })
  return [...new Set(paths)]
}

function unitsIn({ accounts }: Asked, parent: string): readonly string[] {
  return unitPaths(accounts).filter((path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))) === parent)
}

function accountsIn({ accounts }: Asked, parent: string): readonly AccountState[] {
  return accounts.filter(({ ou = '' }) => ou === parent)
}
