import { AwsError, texts } from '../aws-errors.ts'
import type { SignedCaller } from '../permissions.ts'
import type { Parameters } from '../query/parameters.ts'
import type { IamStore } from '../state.ts'

/**
 * When the caller proved an MFA device of their own in this call: `now`, or undefined if none was given. Throws
 * AccessDenied for an incomplete proof, another user's device or a wrong code.
 */
export function mfaShown(iam: IamStore, caller: SignedCaller, parameters: Parameters, now: Date): Date | undefined {
  const serialNumber = parameters.get('SerialNumber')
  const code = parameters.get('TokenCode')
  if (serialNumber === undefined && code === undefined) return undefined
  if (serialNumber === undefined || code === undefined) throw failed(texts.mfaIncomplete)
  const user = caller.temporary === undefined ? caller : iam.userByArn(caller.principalArn)
  const device = user?.mfaDevices.find((one) => one.serialNumber === serialNumber)
  if (!device) throw failed(texts.mfaDeviceUnknown)
  if (!device.accepts(code, now)) throw failed(texts.mfaCodeInvalid)
  return now
}

function failed(message: string): AwsError {
  return new AwsError('AccessDenied', message)
}
