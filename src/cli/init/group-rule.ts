/** A naming scheme of groups, such as `aws-{account}-{role}`, as an access rule. */
export interface GroupScheme {
  /** What is wrong with it, to be read after "expected"; undefined: nothing. */
  readonly problem?: string
  /** The regular expression of the rule, between slashes. */
  readonly pattern: string
  readonly hasAccount: boolean
  readonly hasRole: boolean
}

const PARTS = { account: String.raw`(?<account>\d{12})`, role: String.raw`(?<role>[\w+=,.@-]+)` } as const

/** undefined: there is no scheme. */
export function groupScheme(text: string | undefined): GroupScheme | undefined {
  if (text === undefined || text === '') return undefined
  const names = [...text.matchAll(/\{(\w*)\}/g)].map(([, name = '']) => name)
  const unknown = names.find((name) => name !== 'account' && name !== 'role')
  const isRepeated = new Set(names).size < names.length
  const isTouching = /\}\{/.test(text)
  const problem =
    names.length === 0 || unknown !== undefined || isRepeated || isTouching
      ? '{account} and {role} once each, with text between them, such as aws-{account}-{role}'
      : undefined
  const pattern = text
    .split(/(\{account\}|\{role\})/)
    .map((part) => (part === '{account}' ? PARTS.account : part === '{role}' ? PARTS.role : escaped(part)))
    .join('')
  return {
    ...(problem === undefined ? {} : { problem }),
    pattern: `/${pattern}/`,
    hasAccount: names.includes('account'),
    hasRole: names.includes('role'),
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}
