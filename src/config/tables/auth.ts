/** `auth`: who may come in, and what it may do. */
import { z } from 'zod/v3'
import type { AclRule, AuthConfig, HttpAuthConfig, UserConfig } from '../model.ts'
import { blocks, readTexts } from '../schema/groups.ts'
import { block, inert, refused, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { nameOf } from '../schema/node.ts'
import type { Reading } from '../schema/reading.ts'
import { bool, choice, whole } from '../schema/scalars.ts'
import { section, shaped } from '../schema/section.ts'
import { aclRule } from './acl-rule.ts'
import { httpAuth } from './http-auth.ts'
import { faultOfHash } from './password-hash.ts'

interface AuthValues extends Omit<AuthConfig, 'rules' | 'http'> {
  readonly acl: readonly AclRule[]
  readonly httpAuth: HttpAuthConfig | null
}

const users: Kind<readonly UserConfig[]> = {
  type: 'block of strings',
  unit: '',
  schema: () => z.custom<readonly UserConfig[]>(),
  show: () => 'none',
  inner: null,
  read (node, reading) {
    if (node.kind !== 'object') return reading.refuse(`must be a block { user = password }, not ${nameOf(node)}`)
    return readTexts(node, reading).map(([username, password]) => {
      const fault = faultOfHash(password)
      if (fault !== null) reading.find([username]).refuse(fault)
      return { username, password }
    })
  }
}

const acl: Kind<readonly AclRule[]> = shaped<{ readonly enable: boolean, readonly rules: readonly (readonly AclRule[])[] }, readonly AclRule[]>({
  keys: {
    enable: works('enable', bool(), { or: true, says: 'false: no rule holds, and `no_match` decides.' }),
    rules: works('rules', blocks(aclRule), { or: [], says: 'In this order; the first that matches decides.' })
  },
  rules (given, reading) {
    if (given.enable === false && (given.rules?.length ?? 0) > 0) {
      reading.warn('is disabled: none of its rules holds, and no_match decides')
    }
  }
}, values => values.enable ? values.rules.flat() : [])

const cache = section<AuthConfig['cache']>({
  keys: {
    maxSize: works('max_size', whole({ min: 1, max: 1_000_000, unit: 'decisions' }), { or: 10_000, nanomq: 'not read', says: 'Decisions that are remembered.' })
  },
  others: [
    inert('ttl', 'duration', 'a decision of the rules holds until they change, and answers of a server have `http_auth.cache_ttl`.')
  ]
})

export const auth: Kind<AuthConfig> = shaped<AuthValues, AuthConfig>({
  keys: {
    allowAnonymous: works('allow_anonymous', bool(), { or: true, says: 'Devices without user name and password may come in. false with neither users nor a server: those whose client certificate verifies, by its name.' }),
    noMatch: works('no_match', choice(['allow', 'deny']), { or: 'allow', says: 'What holds where no rule matches.' }),
    denyAction: works('deny_action', choice(['ignore', 'disconnect']), { or: 'ignore', says: '`ignore`: what is not allowed is acknowledged and discarded. `disconnect`: it ends the connection.' }),
    users: works('password', users, { or: [], secret: true, says: 'User names and their passwords: plain, or `scrypt$N$r$p$salt$hash` or `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` as `causeway password hash` makes them.' }),
    acl: works('acl', acl, { or: [], says: 'Rules on topics.' }),
    httpAuth: works('http_auth', httpAuth, { or: null, says: 'A server that is asked.' }),
    cache: block('cache', cache, { says: 'What was decided by rules and servers.' })
  },
  others: [
    refused('enable', 'true or false', { says: 'does not say which of the checks below it means', remedy: 'Use allow_anonymous, acl.enable and http_auth.enable', harmless: node => node.kind === 'scalar' && node.text === 'true' })
  ],
  rules: (given, reading) => {
    const hasCredentials = (given.users?.length ?? 0) > 0 || given.httpAuth != null
    adviseOpen(given.allowAnonymous, hasCredentials, reading)
  }
}, ({ acl: rules, httpAuth: http, ...values }) => ({ ...values, rules, http }))

function adviseOpen (allowAnonymous: boolean | undefined, hasCredentials: boolean, reading: Reading): void {
  if (hasCredentials && allowAnonymous !== false) {
    reading.named('allow_anonymous').advise('is true: who gives no password comes in without one', 'Set allow_anonymous = false')
  }
}
