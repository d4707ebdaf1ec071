import { matchesRule } from '../access/entitlement.ts'
import type { Identity } from '../core/identity.ts'
import { GatewayError } from './errors.ts'
import type { Gateway } from './gateway.ts'

/** Whether this person runs the gateway, by the rules under `operators`: by none, nobody does. */
export const isOperator = ({ settings }: Pick<Gateway, 'settings'>, identity: Identity): boolean =>
  settings.operators.some((rule) => matchesRule(rule, identity))

/** Throws GatewayError `operator.required`. */
export const mustBeOperator = (gateway: Pick<Gateway, 'settings'>, identity: Identity): void => {
  if (!isOperator(gateway, identity))
    throw new GatewayError('operator.required', { expected: 'a rule under operators' })
}
