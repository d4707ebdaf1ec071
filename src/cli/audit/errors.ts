import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../../core/errors.ts'

export const auditCommandErrors = {
  'audit.file_unreadable': {
    sentence: 'A file of the audit log cannot be read.',
    hint: 'Check the path, and run the command as a user that may read the log.',
  },
  'audit.key_unreadable': {
    sentence: 'The public key of the audit log cannot be read.',
    hint: 'Specify the public key with --key: the gateway keeps it in `audit` under `stateDir`, in a file that ends in .pub.pem.',
  },
  'audit.access_key_unknown': {
    sentence: 'No line of these files has that access key ID.',
    hint: 'Specify all files of the log from that time, and an ID as CloudTrail shows it, such as ASIAIOSFODNN7EXAMPLE.',
  },
} as const satisfies ErrorCatalogue

export class AuditCommandError extends FedgateError {
  constructor(code: keyof typeof auditCommandErrors, detail?: ErrorDetail) {
    super(code, auditCommandErrors[code], detail)
  }
}
