import { test } from 'tap'
import { recheckChain } from '../../../src/trust/rechecked-chain.ts'
import { testPki } from '../../support/certificates.ts'

test('what a client has shown is held to the CAs of now', async t => {
  const pki = await testPki(t)
  const twin = await testPki(t)
  const chain = [pki.client.certificate, pki.intermediate.certificate]
  const root = pki.root.certificate
  t.equal(recheckChain(chain, [root]), null)
  t.equal(recheckChain([...chain, root], [twin.root.certificate, root]), null)
  t.equal(recheckChain(chain, [pki.intermediate.certificate]), null, 'an intermediate is an anchor too')
  t.equal(recheckChain(chain, [pki.client.certificate]), null, 'as is the very certificate')
  t.match(recheckChain(chain, [twin.root.certificate]), /CN=device, .*issued by .* leads to none of the CAs of now/, 'a CA of the same name and another key')
  t.match(recheckChain([...chain, root], [twin.root.certificate]), /leads to none/, 'what the client sends is not trusted for that')
  t.match(recheckChain([pki.client.certificate], [root]), /leads to none/, 'the intermediate is missing')
  t.match(recheckChain([pki.client.certificate, pki.server.certificate], [pki.server.certificate]), /leads to none/)
  t.match(recheckChain([], [root]), /no certificate/)
})

test('dates are judged anew', async t => {
  const pki = await testPki(t)
  const chain = [pki.client.certificate, pki.intermediate.certificate]
  const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000)
  t.match(recheckChain(chain, [pki.root.certificate], inDays(31)), /has expired on/)
  t.match(recheckChain(chain, [pki.root.certificate], inDays(-2)), /not valid yet/)
  const long = await pki.issueClient()
  t.match(recheckChain([long.certificate, pki.intermediate.certificate], [pki.root.certificate], inDays(60)), /expired/)
})

test('leaves that issue each other lead nowhere, and end', async t => {
  const pki = await testPki(t)
  const self = await pki.issueClient({ selfSigned: true })
  t.match(recheckChain([self.certificate, self.certificate, pki.client.certificate], [pki.root.certificate]), /leads to none/)
  t.equal(recheckChain([self.certificate], [self.certificate]), null)
})
