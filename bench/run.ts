/**
 * `npm run bench -- NAME …`: runs benchmarks by name, all of them where none is named. A suite prints tables in
 * Markdown, or returns what it measured.
 */

type Load = () => Promise<{ suite(): Promise<unknown> }>

const suites: Readonly<Record<string, Load>> = {
  'saml-validate': () => import('./saml-validate.ts'),
  'metadata-aggregate': () => import('./metadata-aggregate.ts'),
  oidc: () => import('./oidc.ts'),
  iam: () => import('./iam.ts'),
  'local-aws': () => import('./local-aws.ts'),
  picker: () => import('./picker.ts'),
  catalog: () => import('./catalog.ts'),
  server: () => import('./server.ts'),
  workers: () => import('./workers.ts'),
  audit: () => import('./audit.ts'),
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in suites))
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}: there are ${Object.keys(suites).join(', ')}.\n`)
  process.exit(2)
}
for (const name of named.length > 0 ? named : Object.keys(suites)) {
  const loaded = await suites[name]?.()
  const measured = await loaded?.suite()
  if (measured !== undefined) process.stdout.write(`\n${name}: ${JSON.stringify(measured, null, 2)}\n`)
}
