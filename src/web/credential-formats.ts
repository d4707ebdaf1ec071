/** The formats that the page with credentials offers, in its order, and which one this browser sees first. */
import type { Request, Response } from 'express'
import {
  type CredentialsToWrite,
  credentialFormats,
  credentialVariables,
  type FormatName,
} from '../credentials/formats.ts'
import { isHttps, readCookie } from './cookies.ts'
import type { CredentialFormat } from './models/credentials.ts'
import { texts } from './texts.ts'

/** Each with the name that its file gets. */
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

/** undefined for what is no format of ours. */
export const offeredFormat = (name: string): OfferedFormat | undefined => names.find((known) => known === name)

const formatOf = (name: OfferedFormat, text: string): CredentialFormat => ({
  id: name,
  ...texts.credentials.formats[name],
  fileName: OFFERED[name],
  text,
})

/** The credentials in every format. */
export const allFormats = (it: CredentialsToWrite): readonly CredentialFormat[] =>
  names.map((name) => formatOf(name, credentialFormats[name](it)))

export const iniFormat = (text: string): CredentialFormat => formatOf('ini', text)

export const singleValues = credentialVariables

/** Of the browser and not of the person, who may sit at a Mac today and at a PC tomorrow. Script may set it. */
export const formatCookie = (baseUrl: string): string => `${isHttps(baseUrl) ? '__Host-' : ''}fedgate_format`

const YEAR_MS = 365 * 24 * 60 * 60 * 1000

/** What this browser looked at last; else what its system takes. */
export const preferredFormat = (request: Request, baseUrl: string): OfferedFormat | 'values' => {
  const last = readCookie(request, formatCookie(baseUrl)) ?? ''
  if (last === 'values') return last
  return offeredFormat(last) ?? (/Windows/i.test(request.get('User-Agent') ?? '') ? 'powershell' : 'env')
}

export const rememberFormat = (response: Response, baseUrl: string, format: OfferedFormat): void => {
  const options = { path: '/', sameSite: 'lax', secure: isHttps(baseUrl), maxAge: YEAR_MS } as const
  response.cookie(formatCookie(baseUrl), format, options)
}

/** A file to be saved, not shown: from a form's answer, so that its address says nothing. */
export const sendFile = (response: Response, format: OfferedFormat, text: string): void => {
  response.attachment(OFFERED[format]).type('text/plain').send(text)
}
