import { Document, visit } from 'yaml'
import type { Config } from '../../config/types.ts'
import { planCloudFormation } from '../../iam/generate/cloudformation.ts'
import { planJson } from '../../iam/generate/json.ts'
import type { IamPlan } from '../../iam/generate/plan.ts'
import { planTerraform } from '../../iam/generate/terraform.ts'
import { configuredCatalog } from '../catalog/configured.ts'
import { accountsIn, rolesIn } from '../inventory/lists.ts'
import { readConfig } from '../load-config.ts'
import type { TrustPolicyFormat, TrustPolicyOptions } from '../options.ts'
import { openOutput } from '../output.ts'
import { planFor } from './plan.ts'

const CLOUDFORMATION_HEAD = `# Written by \`fedgate trust-policy\`. Deploy it with --capabilities CAPABILITY_NAMED_IAM, as a stack in one account or as
# a StackSet in several. Roles that are not for every account have a condition on the account.
`

/** YAML 1.1 treats some of these as line breaks, and forbids the others unescaped. */
const UNREADABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g

const formats = {
  json: planJson,
  terraform: planTerraform,
  cloudformation: (plan) => `${CLOUDFORMATION_HEAD}${yaml(planCloudFormation(plan))}`,
} as const satisfies Record<TrustPolicyFormat, (plan: IamPlan) => string>

/** The plan as text in that format. */
export function writePlan(format: TrustPolicyFormat, plan: IamPlan): string {
  return formats[format](plan)
}

/**
 * Prints the identity provider and the trust policies that the configuration needs in IAM, with notes on stderr. Throws
 * as trustPolicyDocument.
 */
export async function runTrustPolicy(options: TrustPolicyOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const { text, notes } = await trustPolicyDocument(options, process.env)
  for (const note of notes) output.note(note)
  output.printText(text)
}

/**
 * The document in the format, and sentences for the administrator who applies it. Throws ConfigError, InventoryError,
 * TrustPolicyError, and the errors of reading keys and metadata.
 */
export async function trustPolicyDocument(
  options: TrustPolicyOptions,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly text: string; readonly notes: readonly string[] }> {
  const configured = await readConfig(options.config, env, 'offline')
  const { accounts, leftOut } = await accountsOf(options, configured)
  const { plan, notes } = await planFor(
    { ...configured, accounts, known: await configuredCatalog(configured) },
    await requestedRoles(options),
    () => new Date(),
  )
  return {
    text: writePlan(options.format, plan),
    notes: [
      ...(leftOut.length > 0 ? [`Left out, as they are closed or suspended: ${leftOut.join(', ')}.`] : []),
      ...notes,
    ],
  }
}

/** Those of the configuration, and those of the file if there is one. */
async function accountsOf({ accounts: file }: TrustPolicyOptions, { accounts: configured }: Pick<Config, 'accounts'>) {
  if (file === undefined) return { accounts: configured, leftOut: [] }
  const { accounts, leftOut } = await accountsIn(file)
  const listed = accounts.map(({ id, name = id }) => [id, { name }] as const)
  return { accounts: new Map([...listed, ...configured]), leftOut }
}

async function requestedRoles({ provider, role, roles, allAccounts, accounts }: TrustPolicyOptions) {
  const named = [...(role ?? []), ...(roles === undefined ? [] : await rolesIn(roles))]
  return {
    provider,
    ...(named.length > 0 && { role: named }),
    ...((allAccounts || accounts !== undefined) && { allAccounts: true }),
  }
}

// CloudFormation reads YAML 1.1 without aliases. An unquoted 2012-10-17 is a date there, an account ID a number.
function yaml(value: unknown): string {
  const document = new Document(value, { version: '1.1', aliasDuplicateObjects: false })
  visit(document, {
    Scalar: (place, scalar) => {
      // YAML has escapes only in double quotes.
      if (place === 'key' && String(scalar.value).search(UNREADABLE) >= 0) scalar.type = 'QUOTE_DOUBLE'
    },
  })
  return escaped(document.toString({ defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 }))
}

function escaped(text: string): string {
  return text.replaceAll(UNREADABLE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
