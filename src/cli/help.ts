/** The texts that --help adds to the list of options. */

export const exitCodesHelp =
  '\nExit codes: 0 success, 1 failed, 2 usage error, 3 not signed in, 4 denied, 5 refused by AWS, 6 network error,\n78 invalid configuration, 130 interrupted.'

export const checkHelp = `
With --live, it listens where the gateway would (so the gateway must not run), prints a URL and waits for one sign-in.

With --against, nothing is checked but the configuration itself.

Exits with 0 when all checks pass, when the response or the sign-in would be accepted, or when nothing would change; otherwise
with 1.`

export const serveHelp = `
SIGTERM ends the gateway within 10 seconds, after the requests in progress; a second signal ends it at once.
SIGHUP reads the configuration again, with its keys and certificates.`

export const explainHelp = `
The file given with --claims contains a token's claims as JSON, a SAML response or assertion (XML or base64), or
{"nameId": …, "attributes": {…}}. Signatures are not verified.
With --batch, each line of standard input is one question,
{"policy", "principal": {"Federated": ARN}, "action", "context": {key: [values]}}, and each line of output is one answer.

Exits with 0 when AWS would allow the request, with 4 when it would deny it, with 1 when that cannot be determined. With
--batch: with 0, or with 1 when a line could not be answered.`

export const trustPolicyHelp = `
Writes only the document to stdout; warnings go to stderr. Without --role, it covers every role that a rule under \`access\`
names for the provider. With --all-accounts, it covers every account of the configuration, in a form to apply in each; with
--accounts, those of a file too. If a rule matches any role name, name the role with --role NAME, or several with --roles.`

export const revokeHelp = `
Ends sessions and devices at this gateway through the store that it uses, so it needs the session secret. The policies go
to stdout; put them on the roles yourself. Everything that this command cannot reach is listed on stderr.

Exits with 0 when everything was reached, with 1 when something was not: a store in memory or without an answer, or roles
that cannot be named.`
