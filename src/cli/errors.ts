import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const startErrors = {
  'start.port_taken': {
    sentence: 'Another program already listens on that port.',
    hint: 'End that program, or choose another port: `listen.port`, and `localAws.listen.port` for the local AWS.',
  },
  'start.cannot_listen': {
    sentence: 'The address to listen on cannot be used.',
    hint: 'Check the host and the port under `listen`.',
  },
  'start.cannot_write': {
    sentence: 'A file cannot be written.',
    hint: 'Check the path, and who may write there.',
  },
  'start.audit_unusable': {
    sentence: 'The audit log cannot be written.',
    hint: 'Create the folder of `audit.file` and let the gateway write there, or choose another file.',
  },
  'start.key_unusable': {
    sentence: 'A signing key cannot be used.',
    hint: 'Check the files, or remove both so that they are made anew.',
  },
} as const satisfies ErrorCatalogue

export const checkErrors = {
  'check.response_unreadable': {
    sentence: 'The file with the response cannot be read.',
    hint: 'Name a file with a SAML response, as base64 or as XML.',
  },
  'check.provider_unknown': {
    sentence: 'The configuration has no SAML provider of that id.',
    hint: 'Name one with --provider.',
  },
} as const satisfies ErrorCatalogue

export const trustPolicyErrors = {
  'trust_policy.provider_unknown': {
    sentence: 'The configuration has no provider of that id.',
    hint: 'Name one with --provider.',
  },
  'trust_policy.role_invalid': {
    sentence: 'That is not the ARN of a role.',
    hint: 'Name one with --role, such as arn:aws:iam::111122223333:role/Developer.',
  },
  'trust_policy.role_unknown': {
    sentence: 'No rule gives the people of that provider this role.',
    hint: 'Name a role of the rules under `access`, or add a rule.',
  },
  'trust_policy.no_role': {
    sentence: 'No rule names a role for the people of that provider.',
    hint: 'Name a role with --role.',
  },
  'trust_policy.role_open': {
    sentence: 'The rules leave open which roles these are.',
    hint: 'Name each role with --role NAME, which stands for that role in every account.',
  },
  'trust_policy.no_accounts': {
    sentence: 'The rules leave the account open, and the configuration lists no account.',
    hint: 'List the accounts under `accounts`, or name each role by its ARN with --role and without --all-accounts.',
  },
  'trust_policy.impossible': {
    sentence: 'AWS cannot take the people of that provider to this role.',
    hint: 'Check the partition in the ARN, and `issuer` where tokens are reissued.',
  },
  'trust_policy.unsafe': {
    sentence: 'The rules leave the trust policy too wide.',
    hint: 'Name the people in a rule, or have the gateway reissue what AWS is shown.',
  },
} as const satisfies ErrorCatalogue

export const explainErrors = {
  'explain.provider_unknown': {
    sentence: 'The configuration has no provider of that id.',
    hint: 'Name one with --provider.',
  },
  'explain.role_invalid': {
    sentence: 'That is not the ARN of a role.',
    hint: 'Name one with --role, such as arn:aws:iam::111122223333:role/Developer.',
  },
  'explain.claims_unreadable': {
    sentence: 'The file with the claims cannot be read.',
    hint: 'Name a file with a token\'s claims as JSON, a SAML response or assertion (XML or base64), or {"nameId": …, "attributes": {…}}.',
  },
  'explain.claims_encrypted': {
    sentence: 'The assertion is encrypted.',
    hint: 'Name a file with {"nameId": …, "attributes": {…}} instead.',
  },
  'explain.claims_of_another_kind': {
    sentence: 'These claims are not of a kind that this provider could send.',
    hint: 'For a SAML provider name a file with a response, an assertion or {"nameId": …, "attributes": {…}}; for an OpenID provider one with a token\'s claims.',
  },
  'explain.policy_unreadable': {
    sentence: 'The file with the trust policy cannot be read.',
    hint: "Name a file with the role's trust policy as JSON.",
  },
} as const satisfies ErrorCatalogue

export class TrustPolicyError extends FedgateError {
  /** Whether the command line names what is not there. */
  readonly isUsage: boolean

  constructor(code: keyof typeof trustPolicyErrors, detail?: ErrorDetail) {
    super(code, trustPolicyErrors[code], detail)
    this.isUsage = !['trust_policy.impossible', 'trust_policy.unsafe', 'trust_policy.no_accounts'].includes(code)
  }
}

export class ExplainError extends FedgateError {
  constructor(code: keyof typeof explainErrors, detail?: ErrorDetail) {
    super(code, explainErrors[code], detail)
  }
}

export class CheckError extends FedgateError {
  constructor(code: keyof typeof checkErrors, detail?: ErrorDetail) {
    super(code, checkErrors[code], detail)
  }
}

export class StartError extends FedgateError {
  constructor(code: keyof typeof startErrors, detail?: ErrorDetail) {
    super(code, startErrors[code], detail)
  }
}

/** What kept a server from listening, with its address. */
export function listenError(cause: unknown, address: string, hint?: string): unknown {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException
  const next = hint === undefined ? {} : { hint }
  if (code === 'EADDRINUSE')
    return new StartError('start.port_taken', {
      sentence: `Another program already listens on ${address}.`,
      cause,
      ...next,
    })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartError('start.cannot_listen', {
      sentence: `It is not possible to listen on ${address} (${code}).`,
      cause,
    })
  return cause
}
