/** Auth configurations for tests: open to everybody unless a test says otherwise. */
import type { AclRule, AuthConfig, HttpAuthConfig } from '../../src/config/model.ts'
import type { Credentials } from '../../src/broker/auth/rights.ts'
import type { TopicEntry } from '../../src/relay/relay.ts'
import { TopicRecord } from '../../src/relay/topic-record.ts'

export function authConfig (over: Partial<AuthConfig> = {}): AuthConfig {
  return {
    allowAnonymous: true,
    noMatch: 'allow',
    denyAction: 'ignore',
    users: [],
    rules: [],
    http: null,
    cache: { maxSize: 32 },
    ...over
  }
}

export function rule (over: Partial<AclRule> = {}): AclRule {
  return {
    permit: 'allow',
    username: null,
    clientid: null,
    ipaddr: null,
    combine: 'and',
    action: 'pubsub',
    topics: [],
    place: 'test.conf:1:1',
    ...over
  }
}

export function httpAuthConfig (over: Partial<HttpAuthConfig> = {}): HttpAuthConfig {
  return {
    auth: null,
    superuser: null,
    acl: null,
    timeoutMs: 2_000,
    connectTimeoutMs: 1_000,
    poolSize: 4,
    cacheTtlMs: 0,
    onError: 'deny',
    ...over
  }
}

export function credentials (over: Partial<Credentials> = {}): Credentials {
  return {
    clientId: 'device-1',
    username: null,
    password: null,
    address: '192.0.2.7',
    port: 1883,
    level: 4,
    certificate: null,
    ...over
  }
}

export function topicEntry (name: string): TopicEntry {
  const bytes = Buffer.from(name)
  return new TopicRecord(bytes, 0, bytes.length, null, 0)
}
