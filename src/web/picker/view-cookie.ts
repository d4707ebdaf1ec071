/** By account or by role: remembered for each browser, as it depends on the screen as much as on the user. */
import type { Request, Response } from 'express'
import { YEAR_MS } from '../../core/duration.ts'
import { cookieAttributes, cookieNames, readCookie } from '../cookies.ts'
import { text } from '../fields.ts'
import type { RoleView } from './model.ts'

/** The view that the address names, which is remembered; else the one of the last time. */
export function viewOf(request: Request, response: Response, baseUrl: string): RoleView {
  const { view } = cookieNames(baseUrl)
  const remembered = readView(readCookie(request, view)) ?? 'account'
  const asked = readView(text(request.query.by))
  if (asked !== undefined && asked !== remembered)
    response.cookie(view, asked, { ...cookieAttributes(baseUrl), maxAge: YEAR_MS })
  return asked ?? remembered
}

function readView(name: string | undefined): RoleView | undefined {
  return name === 'account' || name === 'role' ? name : undefined
}
