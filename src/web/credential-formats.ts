/** The formats on the page with credentials, in its order, and which one this browser sees first. */
import type { Request, Response } from 'express'
import { YEAR_MS } from '../core/duration.ts'
import {
  type CredentialsToWrite,
  credentialFormats,
  credentialVariables,
  type FormatName,
} from '../credentials/formats.ts'
import { isHttps, readCookie } from './cookies.ts'
import type { CredentialFormat } from './models/credentials.ts'
import { texts } from './texts.ts'

/** Each with its file name. */
const OFFERED = {
  env: 'aws-credentials.sh',
  fish: 'aws-credentials.fish',
  powershell: 'aws-credentials.ps1',
  'windows-cmd': 'aws-credentials.cmd',
  nushell: 'aws-credentials.nu',
  'env-no-export': 'aws.env',
  docker: 'docker.env',
  ini: 'credentials',
  process: 'credentials.json',
} as const satisfies Partial<Record<FormatName, string>>

export type OfferedFormat = keyof typeof OFFERED

const names = Object.keys(OFFERED) as readonly OfferedFormat[]

export const singleValues = credentialVariables

/** undefined for what is no format of ours. */
export function offeredFormat(name: string): OfferedFormat | undefined {
  return names.find((known) => known === name)
}

/** The credentials in every format. */
export function allFormats(it: CredentialsToWrite): readonly CredentialFormat[] {
  return names.map((name) => formatOf(name, credentialFormats[name](it)))
}

function formatOf(name: OfferedFormat, text: string): CredentialFormat {
  return {
    id: name,
    ...texts.credentials.formats[name],
    fileName: OFFERED[name],
    text,
  }
}

export function iniFormat(text: string): CredentialFormat {
  return formatOf('ini', text)
}

/** Stored per browser, because a user may have a Mac and a PC. Scripts may set it. */
export function formatCookie(baseUrl: string): string {
  return `${isHttps(baseUrl) ? '__Host-' : ''}fedgate_format`
}

/** The format last used in this browser; otherwise the usual one of its system. */
export function preferredFormat(request: Request, baseUrl: string): OfferedFormat | 'values' | 'cli' {
  const last = readCookie(request, formatCookie(baseUrl)) ?? ''
  if (last === 'values' || last === 'cli') return last
  return offeredFormat(last) ?? (/Windows/i.test(request.get('User-Agent') ?? '') ? 'powershell' : 'env')
}

export function rememberFormat(response: Response, baseUrl: string, format: OfferedFormat): void {
  const options = { path: '/', sameSite: 'lax', secure: isHttps(baseUrl), maxAge: YEAR_MS } as const
  response.cookie(formatCookie(baseUrl), format, options)
}

/** A file to save, not to show: the response to a form, so its URL reveals nothing. */
export function sendFile(response: Response, format: OfferedFormat, text: string): void {
  response.attachment(OFFERED[format]).type('text/plain').send(text)
}
