/** The manifests keep to the schemas of Kubernetes: each field is known there, of the right type, and none that must be there is missing. */
import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { packageRoot } from '../../src/package.ts'
import { type Manifest, schemaComplaints } from '../support/kubernetes-schema.ts'

const text = await readFile(new URL('deploy/kubernetes/causeway.yaml', packageRoot), 'utf8')
const manifestsOf = (yaml: string): readonly Manifest[] => parseAllDocuments(yaml).map(document => document.toJS() as Manifest) // the schema check finds what is not one

for (const manifest of manifestsOf(text)) {
  test(`the ${manifest.kind} is one`, async t => t.strictSame(schemaComplaints(manifest), []))
}

const faults = [
  { what: 'a field that is misspelt', from: 'readOnlyRootFilesystem', to: 'readOnlyRootFileSystem', complaint: /"readOnlyRootFileSystem"' does not exist in type 'SecurityContext'/ },
  { what: 'a number that is text', from: 'replicas: 1', to: 'replicas: "1"', complaint: /'string' is not assignable to type 'number'/ },
  { what: 'a field in the wrong place', from: 'replicas: 1', to: 'terminationGracePeriodSeconds: 20', complaint: /"terminationGracePeriodSeconds"' does not exist in type 'StatefulSetSpec'/ },
  { what: 'a selector that is missing', from: '  selector:\n    matchLabels: { app: causeway }\n', to: '', complaint: /Property 'selector' is missing/ },
  { what: 'a version that the kind does not have', from: 'apps/v1', to: 'policy/v1', complaint: /no exported member 'StatefulSet'/ }
]

for (const { what, from, to, complaint } of faults) {
  test(`${what} is found`, async t => {
    const manifest = manifestsOf(text.replace(from, to)).find(({ kind }) => kind === 'StatefulSet')
    t.match(manifest === undefined ? [] : schemaComplaints(manifest), [complaint])
  })
}
