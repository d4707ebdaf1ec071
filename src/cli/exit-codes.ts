import { KmsError } from '../aws/kms/errors.ts'
import { CatalogError } from '../catalog/errors.ts'
import { ConfigError } from '../config/errors.ts'
import { FedgateError } from '../core/errors.ts'
import { AuditCommandError } from './audit/errors.ts'
import { PullError } from './catalog/errors.ts'
import { InitError, InventoryError, RevokeError, StartError, TrustPolicyError } from './errors.ts'
import { UserError } from './user/errors.ts'
import { exitCodes } from './user/exit-codes.ts'

export { Ended, exitCodes } from './user/exit-codes.ts'

const KMS_EXITS: Readonly<Record<string, number>> = {
  'kms.unreachable': exitCodes.network,
  'kms.throttled': exitCodes.refusedByAws,
  'kms.refused': exitCodes.refusedByAws,
  'kms.no_credentials': exitCodes.refusedByAws,
}

/** The exit code for the error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError || error instanceof CatalogError || isStateError(error)) return exitCodes.config
  if (error instanceof UserError || error instanceof PullError) return error.exitCode
  if (error instanceof KmsError) return KMS_EXITS[error.code] ?? exitCodes.failed
  if ([InventoryError, RevokeError, AuditCommandError].some((kind) => error instanceof kind)) return exitCodes.usage
  return [TrustPolicyError, StartError, InitError].some((kind) => error instanceof kind && error.isUsage)
    ? exitCodes.usage
    : exitCodes.failed
}

/** An error in the local AWS's state file. Known by its code, as the local AWS is loaded only when it runs. */
function isStateError(error: unknown): boolean {
  return error instanceof FedgateError && error.code === 'local_aws.state_invalid'
}
