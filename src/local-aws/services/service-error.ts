import { AwsError } from '../aws-errors.ts'
import { asAwsError } from '../endpoint.ts'

/** An error of a service other than STS and IAM: each has its own codes, and its own format in the response. */
export class ServiceError extends Error {
  readonly code: string
  readonly status: number
  /** Only for the log. */
  readonly reason: string | undefined
  /** For DecodeAuthorizationMessage: follows the message. */
  readonly encodedMessage: string | undefined

  constructor(code: string, status: number, message: string, more: { reason?: string; encodedMessage?: string } = {}) {
    super(message)
    this.name = 'ServiceError'
    this.code = code
    this.status = status
    this.reason = more.reason
    this.encodedMessage = more.encodedMessage
  }
}

/** What a service calls the errors that STS calls otherwise: code, status and, if it differs, the message. */
export type ErrorNames = Readonly<Record<string, readonly [code: string, status: number, message?: string]>>

/** The error in the service's own words. Everything unexpected is our own defect, whose details the caller does not see. */
export function asServiceError(thrown: unknown, names: ErrorNames): ServiceError {
  if (thrown instanceof ServiceError) return thrown
  const error = asAwsError(thrown)
  const { code, status, message, reason } = error
  const [itsCode, itsStatus, itsMessage] = names[code] ?? [code, status]
  const why = reason ?? (thrown instanceof AwsError ? undefined : String(thrown))
  return new ServiceError(itsCode, itsStatus, itsMessage ?? message, why === undefined ? {} : { reason: why })
}

/** For the log: with the reason, which the caller does not see. */
export function logText({ code, message, reason }: ServiceError): string {
  return `${code}: ${message}${reason === undefined ? '' : ` [${reason}]`}`
}
