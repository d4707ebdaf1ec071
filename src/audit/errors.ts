import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const auditErrors = {
  'audit.unavailable': {
    sentence: 'The gateway cannot write its audit log at the moment, so it gives no access.',
    hint: 'Try again in a minute. If this keeps happening, tell your administrator: the gateway says at /readyz and in its own log what is wrong.',
  },
} as const satisfies ErrorCatalogue

export class AuditError extends FedgateError {
  constructor(code: keyof typeof auditErrors, detail?: ErrorDetail) {
    super(code, auditErrors[code], detail)
  }
}
