import { setTimeout as delay } from 'node:timers/promises'
import { within } from '../../core/time-limit.ts'
import { exitCodes } from '../exit-codes.ts'
import type { RunningGateway } from '../gateway-server.ts'
import type { StopSignal } from '../run.ts'

/** Service managers and container engines kill after ten seconds or later. */
export const STOP_MS = 9_500

/** The end of this belongs to the audit log. */
const LAST_MS = 500

/** Long enough for load balancers that ask every second whether the gateway is ready. */
const UNREADY_FIRST_MS = 2_000

/** How long the gateway still accepts connections after the signal. Ctrl+C is pressed where there is no load balancer. */
export function unreadyFirstMs(signal: StopSignal): number {
  return signal === 'SIGTERM' ? UNREADY_FIRST_MS : 0
}

/**
 * Ends it without losing requests: first it is not ready and still accepts connections for so long, then it accepts none
 * and requests under way end. Resolves after ten seconds at the latest, whatever is still under way then.
 */
export async function stopGateway(gateway: RunningGateway, unreadyMs: number): Promise<void> {
  const endsAt = performance.now() + STOP_MS
  const leftMs = () => Math.max(0, endsAt - performance.now())
  gateway.beginStop()
  await delay(unreadyMs)
  await within(leftMs(), gateway.close(Math.max(0, leftMs() - LAST_MS)), () => undefined)
}

/** Ends the process after ten seconds even if something in it does not end. */
export function exitAtLast(signal: StopSignal): void {
  const exitCode = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.ok
  setTimeout(() => process.exit(exitCode), STOP_MS + 200).unref()
}
