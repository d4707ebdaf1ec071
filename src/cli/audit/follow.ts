/** Follows one exchange: from the sign-in at the identity provider to the access key ID that CloudTrail has. */
import { AuditCommandError } from './errors.ts'
import { eachLine, type ShownLine, textAt } from './show.ts'

export interface Followed {
  /** The sign-in, what the user did until then, and the lines of the credentials, by time. */
  readonly lines: readonly ShownLine[]
  /** How to look further, in AWS. */
  readonly next: readonly string[]
}

const SIGN_INS: readonly (string | undefined)[] = ['login', 'login.renewed']

/** Lines of the user, from the last sign-in before the credentials. Throws AuditCommandError. */
export async function followKey(files: readonly string[], accessKeyId: string): Promise<Followed> {
  let issued: ShownLine | undefined
  await eachLine(files, (line) => {
    if (textAt(line.fields, 'responseElements', 'accessKeyId') !== accessKeyId) return
    if (issued === undefined || timeOf(line) > timeOf(issued)) issued = line
  })
  if (issued === undefined) throw new AuditCommandError('audit.access_key_unknown', { found: accessKeyId })
  const lines = await linesUntil(files, issued)
  return { lines, next: nextSteps(accessKeyId, issued) }
}

/** Only lines since the latest sign-in are kept, whatever the order of the files. */
async function linesUntil(files: readonly string[], issued: ShownLine): Promise<readonly ShownLine[]> {
  const [provider, subject] = userOf(issued)
  let signedInAt = ''
  let lines: ShownLine[] = []
  await eachLine(files, (line) => {
    const [ofProvider, ofSubject] = userOf(line)
    if (ofProvider !== provider || ofSubject !== subject || timeOf(line) > timeOf(issued)) return
    if (SIGN_INS.includes(textAt(line.fields, 'eventName')) && timeOf(line) > signedInAt) {
      signedInAt = timeOf(line)
      lines = lines.filter((one) => timeOf(one) >= signedInAt)
    }
    if (timeOf(line) >= signedInAt) lines.push(line)
  })
  return lines.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0))
}

function userOf({ fields }: ShownLine): readonly [string | undefined, string | undefined] {
  return [textAt(fields, 'provider'), textAt(fields, 'subject')]
}

/** ISO 8601 in UTC, which sorts as text. */
function timeOf({ fields }: ShownLine): string {
  return textAt(fields, 'eventTime') ?? ''
}

function nextSteps(accessKeyId: string, { fields }: ShownLine): readonly string[] {
  const region = textAt(fields, 'awsRegion') ?? 'us-east-1'
  return [
    '',
    'What was done with these credentials, with a role that can read CloudTrail:',
    `  aws cloudtrail lookup-events --region ${region} --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${accessKeyId}`,
  ]
}
