import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const startErrors = {
  'start.port_taken': {
    sentence: 'The port is already in use.',
    hint: 'Stop the program that uses it, or set another port: `listen.port`, `metrics.listen.port` for the metrics, or `localAws.listen.port` for the local AWS.',
  },
  'start.cannot_listen': {
    sentence: 'The address to listen on cannot be used.',
    hint: 'Check the host and the port under `listen`, and under `metrics.listen`.',
  },
  'start.cannot_write': {
    sentence: 'A file cannot be written.',
    hint: 'Check the path and its permissions.',
  },
  'start.no_state_file': {
    sentence: 'The configuration names no state file to write to.',
    hint: 'Set `localAws.state`, or leave out --save.',
  },
  'start.audit_unusable': {
    sentence: 'The audit log cannot be written.',
    hint: 'Create the folder of `audit.file`, and give the gateway write permission there and in `stateDir`; for `audit.syslog`, check that the collector can be reached.',
  },
  'start.store_unreachable': {
    sentence: 'The store cannot be reached.',
    hint: 'Check `session.store`, that the server runs, and its password and CA.',
  },
  'start.store_unsafe': {
    sentence: 'The store may forget what it must remember.',
    hint: 'Set `maxmemory-policy noeviction` in Redis.',
  },
  'start.tls_unusable': {
    sentence: 'The key and the certificate for TLS cannot be used.',
    hint: 'Check the files under `listen.tls`.',
  },
  'start.branding_unusable': {
    sentence: 'A file of the branding cannot be used.',
    hint: 'Check the files under `branding`: a logo is an SVG or PNG file of at most 200 kB, a notice a text of at most 20 kB.',
  },
  'start.needs_restart': {
    sentence: 'A setting cannot change while the gateway runs.',
    hint: 'Restart the gateway, or undo the change.',
  },
  'start.configuration_refused': {
    sentence: 'A worker cannot use the new configuration.',
    hint: 'Check the files that the configuration names.',
  },
  'start.workers_need_shared_store': {
    sentence: 'Several workers need a store that they share.',
    hint: 'Set `session.store` to another store than `memory`, or start without --workers.',
  },
  'start.key_exposed': {
    sentence: 'Others can use a private key.',
    hint: 'Give its file mode 0600, and replace the key if other users of this machine are not trusted: `fedgate keys rotate`.',
  },
  'start.key_unusable': {
    sentence: 'A signing key cannot be used.',
    hint: 'Check the files. To create a new key pair, delete both.',
  },
} as const satisfies ErrorCatalogue

export const checkErrors = {
  'check.response_unreadable': {
    sentence: 'The file with the response cannot be read.',
    hint: 'Specify a file with a SAML response, as base64 or as XML.',
  },
  'check.gateway_older': {
    sentence: 'The gateway does not show its configuration.',
    hint: 'It must be as new as this command. Update it first.',
  },
  'check.provider_not_configured': {
    sentence: 'The configuration has no provider with that id.',
    hint: 'Choose one with --provider.',
  },
  'check.gateway_running': {
    sentence: 'The address of the gateway is already in use.',
    hint: 'Use the page /status/try/PROVIDER of the running gateway, or stop it first.',
  },
  'check.live_timeout': {
    sentence: 'No answer came within 15 minutes.',
    hint: 'Run the check again and sign in at the URL that it prints.',
  },
  'check.provider_unknown': {
    sentence: 'The configuration has no SAML provider with that id.',
    hint: 'Choose one with --provider.',
  },
} as const satisfies ErrorCatalogue

export const trustPolicyErrors = {
  'trust_policy.provider_unknown': {
    sentence: 'The configuration has no provider with that id.',
    hint: 'Choose one with --provider.',
  },
  'trust_policy.role_invalid': {
    sentence: 'This is not a role ARN.',
    hint: 'Specify one with --role, such as arn:aws:iam::111122223333:role/Developer.',
  },
  'trust_policy.role_unknown': {
    sentence: 'No access rule grants this role to users of that provider.',
    hint: 'Choose a role that a rule under `access` names, or add a rule.',
  },
  'trust_policy.no_role': {
    sentence: 'No access rule names a role for users of that provider.',
    hint: 'Specify a role with --role.',
  },
  'trust_policy.role_open': {
    sentence: 'The access rules match any role.',
    hint: 'Name each role with --role NAME, which means that role in every account.',
  },
  'trust_policy.no_accounts': {
    sentence: 'The access rules match any account, and the configuration lists no accounts.',
    hint: 'List the accounts under `accounts` or in a file (--accounts), or specify each role by its ARN with --role.',
  },
  'trust_policy.impossible': {
    sentence: 'Users of that provider cannot assume this role.',
    hint: 'Check the partition in the ARN. If tokens are reissued, also configure `issuer`.',
  },
  'trust_policy.unsafe': {
    sentence: 'The trust policy that results from the access rules is too permissive.',
    hint: 'Name the users in a rule (`subject`), or set exchange.evidence to reissued.',
  },
} as const satisfies ErrorCatalogue

export const inventoryErrors = {
  'accounts.unreadable': {
    sentence: 'The file with the accounts cannot be read.',
    hint: 'Specify the JSON that `aws organizations list-accounts` prints, or a text file with an account ID on each line.',
  },
  'roles.unreadable': {
    sentence: 'The list of roles cannot be read.',
    hint: 'Specify role names or ARNs separated by commas, or @FILE with one on each line.',
  },
} as const satisfies ErrorCatalogue

export const initErrors = {
  'init.answer_missing': {
    sentence: 'An answer is missing.',
    hint: 'Specify it as a flag, or run `fedgate init` on a terminal to be asked.',
  },
  'init.answer_invalid': {
    sentence: 'An answer is not valid.',
    hint: 'Run `fedgate init --help` for what each flag accepts.',
  },
  'init.configuration_invalid': {
    sentence: 'These answers make no valid configuration.',
    hint: 'Change the flags that belong to the lines above. Nothing was written.',
  },
  'init.file_exists': {
    sentence: 'A file exists already.',
    hint: 'Choose another folder, or replace what is there with --force. Keys and secrets are kept in any case.',
  },
  'init.cannot_write': {
    sentence: 'The folder cannot be written.',
    hint: 'Check the path and its permissions. Nothing was changed.',
  },
} as const satisfies ErrorCatalogue

export const revokeErrors = {
  'revoke.role_invalid': {
    sentence: 'This is not a role ARN.',
    hint: 'Specify one with --role, such as arn:aws:iam::111122223333:role/Developer.',
  },
  'revoke.before_in_future': {
    sentence: 'The time given with --before is in the future.',
    hint: 'Specify a time in the past, or leave it out to end everything that has begun by now.',
  },
} as const satisfies ErrorCatalogue

export const explainErrors = {
  'explain.provider_unknown': {
    sentence: 'The configuration has no provider with that id.',
    hint: 'Choose one with --provider.',
  },
  'explain.role_invalid': {
    sentence: 'This is not a role ARN.',
    hint: 'Specify one with --role, such as arn:aws:iam::111122223333:role/Developer.',
  },
  'explain.claims_unreadable': {
    sentence: 'The file with the claims cannot be read.',
    hint: 'Specify a file with a token\'s claims as JSON, a SAML response or assertion (XML or base64), or {"nameId": …, "attributes": {…}}.',
  },
  'explain.claims_encrypted': {
    sentence: 'The assertion is encrypted.',
    hint: 'Specify a file with {"nameId": …, "attributes": {…}} instead.',
  },
  'explain.claims_of_another_kind': {
    sentence: 'This provider cannot have issued claims of this kind.',
    hint: 'For a SAML provider, specify a file with a response, an assertion or {"nameId": …, "attributes": {…}}. For an OpenID provider, specify a file with a token\'s claims.',
  },
  'explain.policy_unreadable': {
    sentence: 'The file with the trust policy cannot be read.',
    hint: "Specify a file with the role's trust policy as JSON.",
  },
} as const satisfies ErrorCatalogue

export class TrustPolicyError extends FedgateError {
  /** Whether the cause is a wrong option or argument (exit code 2). */
  readonly isUsage: boolean

  constructor(code: keyof typeof trustPolicyErrors, detail?: ErrorDetail) {
    super(code, trustPolicyErrors[code], detail)
    this.isUsage = !['trust_policy.impossible', 'trust_policy.unsafe', 'trust_policy.no_accounts'].includes(code)
  }
}

/** A list that was given on the command line and cannot be used (exit code 2). */
export class InventoryError extends FedgateError {
  constructor(code: keyof typeof inventoryErrors, detail?: ErrorDetail) {
    super(code, inventoryErrors[code], detail)
  }
}

export class InitError extends FedgateError {
  /** Whether the cause is a flag or an answer (exit code 2). */
  readonly isUsage: boolean

  constructor(code: keyof typeof initErrors, detail?: ErrorDetail) {
    super(code, initErrors[code], detail)
    this.isUsage = code !== 'init.cannot_write'
  }
}

/** An option that cannot be used (exit code 2). */
export class RevokeError extends FedgateError {
  constructor(code: keyof typeof revokeErrors, detail?: ErrorDetail) {
    super(code, revokeErrors[code], detail)
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
  /** Whether the cause is an option that does not fit the configuration (exit code 2). */
  get isUsage(): boolean {
    return this.code === 'start.workers_need_shared_store' || this.code === 'start.no_state_file'
  }

  constructor(code: keyof typeof startErrors, detail?: ErrorDetail) {
    super(code, startErrors[code], detail)
  }
}

/** The error of a server that could not listen on the address. */
export function listenError(cause: unknown, address: string, hint?: string): unknown {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException
  const next = hint === undefined ? {} : { hint }
  if (code === 'EADDRINUSE')
    return new StartError('start.port_taken', {
      sentence: `${address} is already in use by another program.`,
      cause,
      ...next,
    })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartError('start.cannot_listen', {
      sentence: `Cannot listen on ${address} (${code}).`,
      cause,
    })
  return cause
}
