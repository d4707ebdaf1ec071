/** The answers about access: who gets which role, and who operates the gateway. */
import { listedArns, parseRoleArn } from '../../core/arn.ts'
import { oidcPresetOf } from '../../presets/oidc-presets.ts'
import { InitError } from '../errors.ts'
import { rolesIn } from '../inventory/lists.ts'
import type { InitOptions } from '../options.ts'
import type { InitAnswers } from './answers.ts'
import { type Asking, answerTo, pairIn } from './asking.ts'
import { groupScheme } from './group-rule.ts'

/** Throws InitError (`init.answer_missing`, `init.answer_invalid`) or InventoryError. */
export async function ruleAnswers(
  options: InitOptions,
  { preset, protocol }: { readonly preset: string | undefined; readonly protocol: 'saml' | 'oidc' },
  asking: Asking,
) {
  const groupAttribute = options.groupAttribute ?? groupAttributeOf(preset, protocol)
  const strangers = protocol === 'oidc' && oidcPresetOf({ ...(preset && { preset }) })?.neededConditions !== undefined
  // Such values name a user, not account and role.
  const namesUsers = groupAttribute === 'subject' || groupAttribute === 'email'
  const grant = options.grant ?? (namesUsers && asking.ask ? await askGrant(groupAttribute, asking) : [])
  const grants = grant.map(grantIn)
  const rule =
    namesUsers && options.groupRule === undefined
      ? ''
      : await answerTo(asking, {
          flag: '--group-rule',
          text: `How values of \`${groupAttribute}\` name account and role, such as aws-{account}-{role} [no rule]`,
          given: options.groupRule,
          otherwise: '',
          problem: (text) => groupScheme(text)?.problem,
        })
  const asked = options.when ?? (strangers && asking.ask ? await askConditions(asking) : [])
  const needsRoles = rule !== '' && !rule.includes('{role}')
  const roles =
    options.roles ??
    (needsRoles || (rule !== '' && asking.ask)
      ? await answerTo(asking, {
          flag: '--roles',
          text: 'Names of the roles, separated by commas',
          given: undefined,
          ...(needsRoles ? {} : { otherwise: '' }),
        })
      : '')
  const operators = await answerTo(asking, {
    flag: '--operators',
    text: `Value of \`${groupAttribute}\` of the operators of this gateway, who may see /status [none]`,
    given: options.operators,
    otherwise: '',
  })
  return {
    groupAttribute,
    grants,
    conditions: asked.map(conditionIn),
    roles: roles === '' ? [] : await rolesIn(roles),
    ...(rule === '' ? {} : { groupRule: rule }),
    ...(operators === '' ? {} : { operators }),
  }
}

async function askGrant(attribute: string, asking: Asking): Promise<readonly string[]> {
  const text = await answerTo(asking, {
    flag: '--grant',
    text: `A user and the role that they get, as ${attribute === 'email' ? 'alice@example.com' : 'SUBJECT'}=ROLE-ARN [none]`,
    given: undefined,
    otherwise: '',
    problem: (answer) => (isGrant(answer) ? undefined : 'a user and a role ARN, with = between them'),
  })
  return text === '' ? [] : [text]
}

async function askConditions(asking: Asking): Promise<readonly string[]> {
  asking.say('Anyone may have an account at this provider, so each rule must also ask for what strangers do not have.')
  const text = await answerTo(asking, {
    flag: '--when',
    text: 'Condition of every rule, such as hd=example.com [none]',
    given: undefined,
    otherwise: '',
    problem: (answer) => (pairIn(answer)[1] === '' ? 'an attribute and its value: hd=example.com' : undefined),
  })
  return text === '' ? [] : [text]
}

/** What the product calls the groups; what names the user where it has none. */
function groupAttributeOf(preset: string | undefined, protocol: 'saml' | 'oidc'): string {
  if (preset === undefined || protocol === 'saml') return 'groups'
  const user = preset === 'google' ? 'email' : 'subject'
  const [claim = ''] = (oidcPresetOf({ preset })?.groups ?? user).split(' (')
  return claim.includes(' ') ? 'groups' : claim
}

function grantIn(pair: string): InitAnswers['grants'][number] {
  const at = pair.indexOf('=arn:')
  if (isGrant(pair)) return { value: pair.slice(0, at), roles: rolesOfGrant(pair) }
  throw new InitError('init.answer_invalid', {
    sentence: `--grant: expected GROUP=ROLE-ARN, found ${JSON.stringify(pair)}.`,
    hint: 'Such as --grant aws-admins=arn:aws:iam::111122223333:role/Administrator.',
  })
}

function isGrant(pair: string): boolean {
  return pair.indexOf('=arn:') > 0 && rolesOfGrant(pair).every((role) => parseRoleArn(role) !== undefined)
}

function rolesOfGrant(pair: string): readonly string[] {
  return listedArns(pair.slice(pair.indexOf('=arn:') + 1))
}

function conditionIn(pair: string): InitAnswers['conditions'][number] {
  const [attribute, value] = pairIn(pair)
  if (attribute !== '' && value !== '') return { attribute, value }
  throw new InitError('init.answer_invalid', {
    sentence: `--when: expected ATTRIBUTE=VALUE, found ${JSON.stringify(pair)}.`,
    hint: 'Such as --when hd=example.com.',
  })
}
