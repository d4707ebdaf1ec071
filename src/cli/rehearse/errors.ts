import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../../core/errors.ts'

export const rehearseErrors = {
  'rehearse.change_unreadable': {
    sentence: 'The file with the change cannot be read.',
    hint: 'Specify a YAML file with settings, `claims` or `trustPolicies`, as docs/rehearse.md shows.',
  },
  'rehearse.setting_unknown': {
    sentence: 'The change names something that the configuration does not have.',
    hint: 'Name providers by their `id` and role settings by their `match`.',
  },
  'rehearse.policy_unreadable': {
    sentence: 'A trust policy of the change cannot be read.',
    hint: 'Specify a JSON file with a trust policy that IAM accepts, relative to the file with the change.',
  },
  'rehearse.no_users': {
    sentence: 'There are no users to rehearse the change with.',
    hint: 'Specify files with claims (--claims) and their provider (--provider), as for `fedgate explain`.',
  },
} as const satisfies ErrorCatalogue

export class RehearseError extends FedgateError {
  constructor(code: keyof typeof rehearseErrors, detail?: ErrorDetail) {
    super(code, rehearseErrors[code], detail)
  }
}
