import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../../core/errors.ts'

export const keysErrors = {
  'keys.not_configured': {
    sentence: 'The configuration names no such key.',
    hint: 'Name one first: `fedgate init` writes a configuration with keys.',
  },
  'keys.rotation_in_progress': {
    sentence: 'A rotation of this key is in progress.',
    hint: 'Continue it with --switch, or end it with --finish. `fedgate keys status` shows where it is.',
  },
  'keys.no_rotation': {
    sentence: 'No rotation of this key is in progress.',
    hint: 'Start one: the same command without --switch and --finish.',
  },
  'keys.too_many': {
    sentence: 'The list has more than two keys.',
    hint: 'Remove the keys that are no longer used from the configuration yourself, and leave two at most.',
  },
  'keys.not_taken': {
    sentence: 'The new key is not known everywhere yet: users would be refused.',
    hint: 'Apply the update that the first step printed, or leave an account out with --except.',
  },
  'keys.unknown': {
    sentence: 'It cannot be determined whether the new key is known everywhere.',
    hint: 'Make sure of it, then run the command again with --even-if-unknown.',
  },
  'keys.not_in_use': {
    sentence: 'The gateway does not use the new key yet.',
    hint: 'Reload every process of the gateway (SIGHUP), then run the command again.',
  },
  'keys.older': {
    sentence: 'The key that would be used is the older one.',
    hint: 'To go back to it, run the command again with --back.',
  },
  'keys.locked': {
    sentence: 'Another rotation is running.',
    hint: 'Wait until it has ended. If none runs, delete the lock file.',
  },
  'keys.not_editable': {
    sentence: 'The configuration file cannot be changed automatically.',
    hint: 'Make the change yourself: run the command with --no-edit to see it.',
  },
  'keys.config_changed': {
    sentence: 'The configuration file was changed meanwhile.',
    hint: 'Run the command again.',
  },
  'keys.cannot_write': {
    sentence: 'A file cannot be written.',
    hint: 'Check the path and its permissions. The configuration was not changed.',
  },
  'keys.other_algorithm': {
    sentence: 'The new key is for another algorithm.',
    hint: 'Choose a key for the algorithm of the present one: `issuer.algorithm` belongs to the first key alone.',
  },
  'keys.several_providers': {
    sentence: 'The configuration names several SAML providers in IAM.',
    hint: 'Use --format cli, which updates all of them.',
  },
} as const satisfies ErrorCatalogue

export class KeysError extends FedgateError {
  constructor(code: keyof typeof keysErrors, detail?: ErrorDetail) {
    super(code, keysErrors[code], detail)
  }
}
