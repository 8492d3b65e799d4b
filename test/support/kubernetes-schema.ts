/** What Kubernetes itself would say of a manifest: its published schemas, as the TypeScript types made from them, and the compiler as the judge. */
import ts from 'typescript'

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
}

const FILE = new URL('manifest-under-test.ts', import.meta.url).pathname
const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  lib: ['lib.es2020.d.ts'],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler
}

/**
 * Fields that the kind does not have, fields that are missing, values of a wrong type. Not: values out of a list, which the types have as plain text.
 * @returns the compiler's complaints, empty for a manifest that keeps to the schema
 */
export function schemaComplaints (manifest: Manifest): readonly string[] {
  // the core group has no name of its own in apiVersion
  const group = manifest.apiVersion.includes('/') ? manifest.apiVersion : `core/${manifest.apiVersion}`
  // written out as a literal: only of those does the compiler refuse fields that nobody has declared
  const source = `import type { ${manifest.kind} } from 'kubernetes-types/${group}'\nexport const manifest: ${manifest.kind} = ${JSON.stringify(manifest, null, 1)}\n`
  const disk = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: path => path === FILE || disk.fileExists(path),
    getSourceFile: (path, language, ...rest) => path === FILE ? ts.createSourceFile(path, source, language) : disk.getSourceFile(path, language, ...rest)
  }
  const program = ts.createProgram([FILE], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}
