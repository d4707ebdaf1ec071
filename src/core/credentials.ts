import type { Secret } from './secret.ts'

/** Temporary credentials from STS. The secrets cannot be printed. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: Secret
  readonly expiration: Date
}
