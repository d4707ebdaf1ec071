import type { Request, Response } from 'express'
import type { Gateway } from '../gateway/gateway.ts'
import type { Login } from '../gateway/logins.ts'
import { withFreshEvidence } from '../gateway/refresh-evidence.ts'
import { callerOf } from './caller.ts'
import { requireLogin } from './session.ts'

/** The login of this browser, with evidence as fresh as can be had without the person. */
export const freshLogin = async (gateway: Gateway, request: Request, response: Response): Promise<Login> =>
  withFreshEvidence(gateway, await requireLogin(gateway, request), callerOf(request, response))
